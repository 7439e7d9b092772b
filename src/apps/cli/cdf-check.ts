import { SdcError } from '#error'
import { checkIstp, type IstpFinding } from '#formats/cdf'
import { openCdfFile } from '#doors/cdf-node'
import { say, sayJson } from './cdf-format.ts'

interface CheckFlags {
  readonly json: boolean
  readonly errors: boolean
}

/** `cdf check FILE…` */
export async function checkFile(paths: readonly string[], flags: CheckFlags): Promise<void> {
  const results: { file: string; findings: readonly IstpFinding[] }[] = []
  for (const file of paths) {
    const all = await findingsOf(file)
    results.push({ file, findings: flags.errors ? all.filter(finding => finding.severity === 'error') : all })
  }
  if (flags.json) sayJson(results)
  else for (const { file, findings } of results) tellFindings(file, findings)
  if (results.some(({ findings }) => findings.some(finding => finding.severity === 'error'))) process.exitCode = 1
}

async function findingsOf(path: string): Promise<readonly IstpFinding[]> {
  try {
    const cdf = await openCdfFile(path, { tolerant: true, verify: { checksum: true, crc: true } })
    const findings = await checkIstp(cdf, { fileName: path })
    await cdf.close()
    return findings
  } catch (error) {
    if (!(error instanceof SdcError) || !error.code.startsWith('cdf/')) throw error
    const { message } = error
    return [{ severity: 'error', rule: error.code, variable: null, attribute: null, message, mend: 'fetch or make the file anew' }]
  }
}

function tellFindings(file: string, findings: readonly IstpFinding[]): void {
  const errors = findings.filter(finding => finding.severity === 'error').length
  say(`${file}: ${errors} errors, ${findings.length - errors} warnings`)
  for (const { severity, rule, message, mend } of findings) say(`  ${severity.padEnd(7)}  ${message}\n           ${mend}  [${rule}]`)
}
