import { openCdfFile } from '#doors/cdf-node'
import { fail } from '#error'
import { checkIstp, watchIstpValues } from '#formats/cdf'
import type { Cdf, CdfVariable, IstpFinding, IstpValueWatch } from '#formats/cdf'
import { tt2000FromEpoch } from '#formats/time'
import { extremesOf } from '#words'
import { scienceOfCdf } from './science.ts'
import type { Subject, Verified } from './verified.ts'

/** A sound CDF: every variable decodes, and there is a time axis with records. Contradictions with the name are findings (real-data 6). */
export async function verifyCdf(subject: Subject): Promise<Verified> {
  const file = await openCdfFile(subject.path, { verify: { checksum: true, crc: true } })
  try {
    if (file.variables.size === 0) fail('ingest/no-variables', 'it is a sound CDF without any variable', { name: subject.name })
    const time = timeAxis(file)
    const coverage = watchCoverage()
    const watches = new Map<CdfVariable, IstpValueWatch>()
    const { level, severity } = subject.rules.istp
    const science = await scienceOfCdf(file, subject.rules, (variable, bytes) => {
      if (variable === time) coverage.add(variable, bytes)
      if (level === 'off') return
      const watch = watches.get(variable) ?? watchIstpValues(variable, { severity })
      watches.set(variable, watch)
      watch.add(bytes)
    })
    if (time === undefined)
      return fail('ingest/no-time', 'it is a sound CDF, but none of its variables is of a time type', { name: subject.name })
    const odd = [...watches.values()].flatMap(watch => watch.findings())
    return {
      ...coverage.found(),
      records: time.records,
      science,
      content: {
        variables: file.variables.size,
        attributes: file.attributes.size,
        timeAxis: time.name,
        checksum: file.header.checksum,
        cdfVersion: file.header.version,
        majority: file.header.majority,
        ...gapsOf(file),
      },
      findings: [...compareWithName(file, subject), ...(await holdToIstp(file, odd, subject))],
      parents: textsOf(file, 'Parents').flatMap(splitParents),
    }
  } finally {
    await file.close()
  }
}

/** Gaps that the maker knows of, one an entry of the attribute Data_gaps: `start/stop` and words (`9 packets missing`). */
function gapsOf(file: Cdf): {
  readonly gaps?: readonly { readonly start: string; readonly stop: string; readonly missing: number | null }[]
} {
  const gaps = textsOf(file, 'Data_gaps').flatMap(text => {
    const [, start, stop, missing] = /^(\S+Z)\/(\S+Z)(?: (\d+) \w+ missing)?/.exec(text) ?? []
    return start === undefined || stop === undefined ? [] : [{ start, stop, missing: missing === undefined ? null : Number(missing) }]
  })
  return gaps.length === 0 ? {} : { gaps }
}

/** What a file of unknown name lacks, where it is a CDF that would be refused anyhow. */
export async function describeLack(path: string): Promise<string | undefined> {
  return openCdfFile(path).then(
    async file => {
      const { size } = file.variables
      await file.close()
      return size === 0 ? 'it is a sound CDF without any variable' : undefined
    },
    () => undefined,
  )
}

/** Errors that the sentence of a refusal names. */
const TOLD = 20

const timeTypes = new Set(['CDF_TIME_TT2000', 'CDF_EPOCH', 'CDF_EPOCH16'])

/** `Epoch` where there is one, else the time variable with the most records. */
function timeAxis(file: Cdf): CdfVariable | undefined {
  const times = [...file.variables.values()].filter(v => timeTypes.has(v.type))
  return times.find(v => v.name.toLowerCase() === 'epoch') ?? times.toSorted((a, b) => b.records - a.records)[0]
}

/** The first and the last of times that come some at a time. */
function watchCoverage(): { add(time: CdfVariable, bytes: Uint8Array): void; found(): Pick<Verified, 'coverage'> } {
  let coverage: Verified['coverage']
  return {
    add: (time, bytes) => {
      if (time.type === 'CDF_EPOCH16') return
      // Words of eight bytes stand where such words may.
      const { buffer, byteOffset, byteLength } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
      const words = [buffer, byteOffset, byteLength / 8] as const
      const stamps =
        time.type === 'CDF_TIME_TT2000'
          ? new BigInt64Array(...words)
          : BigInt64Array.from(new Float64Array(...words), v => tt2000FromEpoch(v))
      const [least, most] = extremesOf(stamps)
      coverage = {
        start: coverage === undefined || least < coverage.start ? least : coverage.start,
        stop: coverage === undefined || most > coverage.stop ? most : coverage.stop,
      }
    },
    found: () => (coverage === undefined ? {} : { coverage }),
  }
}

function textsOf(file: Cdf, attribute: string): readonly string[] {
  return (file.attributes.get(attribute) ?? []).map(e => (typeof e.value === 'string' ? e.value.trim() : ''))
}

/** Some write `CDF>name` per entry, others a comma list of bare names; all are kept without the prefix and the extension is restored later. */
const splitParents = (text: string): readonly string[] =>
  text
    .split(/[,\s]+/)
    .map(p => p.replace(/^[A-Za-z0-9]+>/, ''))
    .filter(p => p !== '')

/** What the ISTP guide finds, as the product's policy has it. Throws `ingest/istp` where the policy requires what is missing. */
async function holdToIstp(file: Cdf, odd: readonly IstpFinding[], { name, rules: { id, istp } }: Subject): Promise<readonly string[]> {
  const { level, rules, severity } = istp
  if (level === 'off') return []
  const found = [...(await checkIstp(file, { fileName: name, rules, severity, values: false })), ...odd]
  const errors = found.filter(finding => finding.severity === 'error')
  if (level === 'require' && errors.length > 0) {
    const told = errors.slice(0, TOLD).map(({ message, mend }) => `${message} (${mend})`)
    const rest = errors.length > TOLD ? `; and ${errors.length - TOLD} more, which apsis cdf check lists` : ''
    fail(
      'ingest/istp',
      `"${id}" requires ISTP metadata, and the file has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}: ${told.join('; ')}${rest}`,
      {
        name,
        rules: errors.map(({ rule }) => rule),
      },
    )
  }
  return found.map(({ severity: weight, message, mend, rule }) => `ISTP ${weight}: ${message}; ${mend} [${rule}]`)
}

function compareWithName(file: Cdf, subject: Subject): readonly string[] {
  const findings: string[] = []
  const expect = (attribute: string, wanted: string, same: (value: string) => boolean): void => {
    const value = textsOf(file, attribute)[0]
    if (value !== undefined && value !== '' && !same(value))
      findings.push(`attribute ${attribute} says "${value}", the name says "${wanted}"`)
  }
  const stem = subject.name.replace(/\.[^.]+$/, '')
  expect('Logical_file_id', stem, v => v === stem)
  expect('Logical_source', subject.dataset, v => v.toLowerCase() === subject.dataset.toLowerCase())
  expect('Data_version', subject.versionText, v => v.replace(/^[vV]/, '') === subject.versionText)
  return findings
}
