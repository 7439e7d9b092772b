import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { SdcError, fail } from '#error'
import { dumpCdf, dumpError } from '#formats/cdf'
import { openCdfFile } from '#doors/cdf-node'
import { attributeLines, showVariable, tellList } from './cdf-list.ts'
import { say, sayJson } from './cdf-format.ts'
import { withCdf } from './cdf-open.ts'

const FORM = 'cdf-expected/1'

interface DumpFlags {
  readonly form?: string
  readonly json: boolean
}

/** `cdf dump FILE` */
export async function dumpFile(path: string, { form, json }: DumpFlags): Promise<void> {
  if (form !== undefined && form !== FORM) fail('usage/form', `there is no dump form ${form}; there is ${FORM}`, { form })
  if (form === FORM || json) return dumpForm(path)
  await withCdf(path, async cdf => {
    tellList(path, cdf, [...cdf.variables.values()])
    say('')
    for (const [name, entries] of cdf.attributes) for (const line of attributeLines(name, entries)) say(line)
    say('')
    for (const variable of cdf.variables.values()) await showVariable(variable, 3)
  })
}

async function dumpForm(path: string): Promise<void> {
  const file = basename(path)
  let identity = { file, size: 0, sha256: '' }
  try {
    identity = { file, ...(await digestFile(path)) }
    const cdf = await openCdfFile(path)
    try {
      sayJson(await dumpCdf(cdf, { ...identity, hash: sha256 }))
    } finally {
      await cdf.close()
    }
  } catch (error) {
    if (!(error instanceof SdcError)) throw error
    sayJson(dumpError(error, identity))
    process.exitCode = 2
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function digestFile(path: string): Promise<{ size: number; sha256: string }> {
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return { size: (await stat(path)).size, sha256: hash.digest('hex') }
  } catch (cause) {
    return fail('file/not-read', `${path} cannot be read: ${(cause as Error).message}`, { path }, cause)
  }
}
