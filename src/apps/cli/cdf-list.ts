import { fail } from '#error'
import type { Cdf, CdfEntry, CdfVariable } from '#formats/cdf'
import { formatEntry, formatTable, formatValue, say, sayJson, shorten } from './cdf-format.ts'
import { withCdf } from './cdf-open.ts'

const text = (variable: CdfVariable, name: string): string => {
  const entry = variable.attributes.get(name)
  return entry === undefined ? '' : formatEntry(entry)
}

/** `cdf ls FILE` */
export async function listVariables(path: string, { json }: { readonly json: boolean }): Promise<void> {
  await withCdf(path, async cdf => {
    const variables = [...cdf.variables.values()]
    if (json) sayJson({ header: cdf.header, variables: variables.map(describeShort) })
    else tellList(path, cdf, variables)
  })
}

/** What kind of file it is, and a line per variable. */
export function tellList(path: string, cdf: Cdf, variables: readonly CdfVariable[]): void {
  say(summarise(path, cdf))
  say('')
  const head = ['variable', 'type', 'shape', 'stored', 'role', 'units', 'what it is']
  for (const line of formatTable([head, ...variables.map(listRow)])) say(line)
}

function summarise(path: string, { header, attributes }: Cdf): string {
  const parts = [
    `CDF ${header.version}`,
    `${header.encodingName}, ${header.majority}-major`,
    `${header.numRVariables + header.numZVariables} variables`,
    `${attributes.size} global attributes`,
  ]
  if (header.fileCompression !== null) parts.push(`${header.fileCompression.type} as a whole`)
  if (header.checksum !== null) parts.push('MD5')
  return `${path}: ${parts.join(', ')}`
}

const listRow = (variable: CdfVariable): string[] => [
  variable.name,
  variable.type.replace('CDF_', '') + (variable.elements > 1 ? `*${variable.elements}` : ''),
  shapeOf(variable),
  storedAs(variable),
  text(variable, 'VAR_TYPE'),
  text(variable, 'UNITS'),
  shorten(text(variable, 'CATDESC') || text(variable, 'FIELDNAM'), 70),
]

const shapeOf = ({ recordVarying, records, dims }: CdfVariable): string =>
  `${recordVarying ? records : '-'}${dims.length === 0 ? '' : ` x ${dims.join(' x ')}`}`

function storedAs({ compression, sparse }: CdfVariable): string {
  const packed = compression === null ? '' : compression.type === 'gzip' ? `gzip ${compression.level}` : compression.type
  return [packed, sparse === 'none' ? '' : `sparse ${sparse}`].filter(part => part !== '').join(' ')
}

const describeShort = (v: CdfVariable): object => ({
  name: v.name,
  kind: v.kind,
  type: v.type,
  elements: v.elements,
  shape: [v.records, ...v.dims],
  recordVarying: v.recordVarying,
  compression: v.compression,
  sparse: v.sparse,
  role: text(v, 'VAR_TYPE'),
  units: text(v, 'UNITS'),
  description: text(v, 'CATDESC'),
})

interface ShowOptions {
  readonly records: number
  readonly json: boolean
}

/** `cdf show FILE [VARIABLE…]` */
export async function showVariables(path: string, names: readonly string[], options: ShowOptions): Promise<void> {
  await withCdf(path, async cdf => {
    const variables = names.map(name => findVariable(cdf, name, path))
    if (variables.length === 0) showGlobals(cdf, options.json)
    else if (options.json) sayJson(await Promise.all(variables.map(variable => describeLong(variable, options.records))))
    else for (const variable of variables) await showVariable(variable, options.records)
  })
}

/** A variable by its name, or a sentence with the nearest names. */
export function findVariable(cdf: Cdf, name: string, path: string): CdfVariable {
  const found = cdf.variables.get(name)
  if (found !== undefined) return found
  const like = [...cdf.variables.keys()].filter(other => other.toLowerCase().includes(name.toLowerCase())).slice(0, 5)
  const hint = like.length > 0 ? `; there is ${like.join(', ')}` : `; "apsis cdf ls ${path}" lists its variables`
  return fail('cdf/no-such-name', `${path} has no variable ${name}${hint}`, { name })
}

function showGlobals(cdf: Cdf, json: boolean): void {
  if (json) sayJson(Object.fromEntries([...cdf.attributes].map(([name, entries]) => [name, entries.map(entry => entry.value)])))
  else for (const [name, entries] of cdf.attributes) for (const line of attributeLines(name, entries)) say(line)
}

/** `NAME: value`, further entries below. */
export const attributeLines = (name: string, entries: readonly CdfEntry[]): string[] =>
  entries.length === 0
    ? [`${name}:`]
    : entries.map((entry, i) => (i === 0 ? `${name}: ${formatEntry(entry)}` : `${' '.repeat(name.length + 2)}${formatEntry(entry)}`))

async function describeLong(variable: CdfVariable, records: number): Promise<object> {
  const attributes = Object.fromEntries([...variable.attributes].map(([name, entry]) => [name, entry.value]))
  return { ...describeShort(variable), attributes, values: (await variable.read({ count: records })).values }
}

/** Everything about one variable, and its first records. */
export async function showVariable(variable: CdfVariable, records: number): Promise<void> {
  const [, type = '', shape = '', stored = ''] = listRow(variable)
  say(`${variable.name}: ${type} ${shape}${stored === '' ? '' : `, ${stored}`}`)
  for (const [name, entry] of variable.attributes) say(`  ${name}: ${formatEntry(entry)}`)
  const { shape: read, values } = await variable.read({ count: records })
  const width = read.slice(1).reduce((product, size) => product * size, 1)
  for (let record = 0; record < (read[0] ?? 0); record++) {
    const cells = Array.from({ length: Math.min(width, 16) }, (_, i) => formatValue(variable.type, values, record * width + i))
    say(`  [${record}] ${cells.join('  ')}${width > 16 ? `  … ${width} values` : ''}`)
  }
  say('')
}
