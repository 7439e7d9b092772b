import { existsSync } from 'node:fs'
import { SdcError, fail } from '#error'
import { toDatasetVariable, type Cdf, type CdfDamage, type DatasetVariable } from '#formats/cdf'
import { writeCdfFile } from '#doors/cdf-node'
import { say, sayJson } from './cdf-format.ts'
import { withCdf } from './cdf-open.ts'

/** `cdf repair FILE NEW-FILE` */
export async function repairFile(path: string, newPath: string, { json }: { readonly json: boolean }): Promise<void> {
  if (existsSync(newPath)) fail('file/exists', `${newPath} is there already; a repaired file never replaces another`, { path: newPath })
  const { intact, lost, size } = await withCdf(path, cdf => rewrite(cdf, newPath), { tolerant: true, verify: { crc: true } })
  const kept = intact.map(variable => variable.name)
  if (json) sayJson({ file: newPath, size, kept, lost })
  else {
    say(`${newPath}: ${kept.length} variables kept, ${lost.length} faults`)
    for (const { where, message } of lost) say(`  ${where}: ${message}`)
  }
  if (lost.length > 0) process.exitCode = 1
}

async function rewrite(cdf: Cdf, newPath: string): Promise<{ intact: DatasetVariable[]; lost: CdfDamage[]; size: number }> {
  const sorted = await sortVariables(cdf)
  const attributes = Object.fromEntries(cdf.attributes)
  const size = await writeCdfFile(newPath, { attributes, variables: sorted.intact }, { majority: cdf.header.majority })
  return { ...sorted, size }
}

async function sortVariables(cdf: Cdf): Promise<{ intact: DatasetVariable[]; lost: CdfDamage[] }> {
  const intact: DatasetVariable[] = []
  const lost: CdfDamage[] = [...cdf.damage]
  for (const variable of cdf.variables.values()) {
    try {
      intact.push(await toDatasetVariable(variable))
    } catch (error) {
      if (!(error instanceof SdcError)) throw error
      lost.push({ where: variable.name, code: error.code, message: error.message })
    }
  }
  return { intact, lost }
}
