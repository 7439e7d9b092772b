import { fail } from '#error'
import { burstDocumentOf } from '#domain/burst/files'
import { fieldOf, toPlain, variableOf, type IdlPlain, type IdlValue, type SaveFile } from '#formats/idlsave'
import { readSaveFile } from '#doors/idlsave-node'
import { formatTable, formatValue, say, sayJson } from './cdf-format.ts'

interface SavFlags {
  readonly tolerant: boolean
  readonly json: boolean
}

/** `sav ls FILE` */
export async function listSave(path: string, { json, tolerant }: SavFlags): Promise<void> {
  const file = await readSaveFile(path, { tolerant })
  if (json) return void sayJson(describeFile(file))
  say(`${path}: IDL save file${file.compressed ? ', compressed' : ''}, ${summarise(file)}`)
  const { timestamp, version, description } = file
  if (timestamp !== undefined) say(`saved ${timestamp.date} by ${timestamp.user || 'nobody named'} on ${timestamp.host || 'no host named'}`)
  if (version !== undefined) say(`by IDL ${version.release} for ${version.os} on ${version.arch}, format ${version.format}`)
  if (description !== undefined) say(description.trim())
  say('')
  const rows = [...file.variables, ...file.systemVariables].flatMap(({ name, value }) => rowsOf(name, value, ''))
  const heap = [...file.heap].flatMap(([number, value]) => rowsOf(`heap ${number}`, value, ''))
  for (const line of formatTable([['name', 'type', 'shape'], ...rows, ...heap])) say(line)
  sayDamage(file)
}

const summarise = ({ variables, systemVariables, heap, records, raw }: SaveFile): string =>
  [
    [variables.length, 'variable'],
    [systemVariables.length, 'system variable'],
    [heap.size, 'heap variable'],
    [raw.length, 'routine or unknown record'],
    [records.length, 'record'],
  ]
    .filter(([count], i) => count !== 0 || i === 0)
    .map(([count, what]) => `${count} ${what}${count === 1 ? '' : 's'}`)
    .join(', ')

function rowsOf(name: string, value: IdlValue, indent: string): string[][] {
  const shape = value.dims.join(' x ')
  if (value.type !== 'struct') return [[indent + name, value.type, shape]]
  const title = value.class?.name ?? value.name
  const head = [indent + name, title === '' ? 'struct' : `struct ${title}`, shape]
  return [head, ...value.fields.flatMap(field => rowsOf(field.name, field.value, `${indent}  `))]
}

const describeFile = (file: SaveFile): object => ({
  compressed: file.compressed,
  timestamp: file.timestamp,
  version: file.version,
  identification: file.identification,
  description: file.description,
  notice: file.notice,
  variables: file.variables.map(({ name, value }) => ({ name, ...describeValue(value) })),
  systemVariables: file.systemVariables.map(({ name, value }) => ({ name, ...describeValue(value) })),
  heap: Array.from(file.heap, ([number, value]) => ({ number, ...describeValue(value) })),
  commonBlocks: file.commonBlocks,
  records: file.records,
  damage: file.damage,
})

const describeValue = (value: IdlValue): object =>
  value.type === 'struct'
    ? {
        type: value.type,
        dims: value.dims,
        structure: value.name,
        fields: value.fields.map(field => ({ name: field.name, ...describeValue(field.value) })),
      }
    : { type: value.type, dims: value.dims }

/** `sav show FILE [VARIABLE…]` */
export async function showSave(path: string, names: readonly string[], { json, tolerant }: SavFlags): Promise<void> {
  const file = await readSaveFile(path, { tolerant })
  const all = [...file.variables, ...file.systemVariables]
  const chosen = names.length === 0 ? all : names.map(name => ({ name, value: findValue(file, name) }))
  if (json) return void sayJson(Object.fromEntries(chosen.map(({ name, value }) => [name.toLowerCase(), toPlain(value)])))
  for (const { name, value } of chosen) showValue(name, value, '')
  if (names.length === 0) for (const [number, value] of file.heap) showValue(`heap ${number}`, value, '')
  sayDamage(file)
}

/** A variable, or a field by `VARIABLE.FIELD`. */
function findValue(file: SaveFile, path: string): IdlValue {
  const [name = '', ...fields] = path.split('.')
  const start = file.systemVariables.find(variable => variable.name.toLowerCase() === name.toLowerCase())?.value ?? variableOf(file, name)
  return fields.reduce<IdlValue>((value, field) => {
    const found = value.type === 'struct' ? fieldOf(value, field) : undefined
    return (
      found ??
      fail('idlsave/no-such-name', `${path} is not there; there is ${fieldNames(value) || `no field in a ${value.type}`}`, { path })
    )
  }, start)
}

const fieldNames = (value: IdlValue): string => (value.type === 'struct' ? value.fields.map(field => field.name).join(', ') : '')

function showValue(name: string, value: IdlValue, indent: string): void {
  const shape = value.dims.length === 0 ? '' : ` [${value.dims.join(', ')}]`
  if (value.type === 'struct') {
    say(`${indent}${name}: struct ${value.name}${shape}`)
    for (const field of value.fields) showValue(field.name, field.value, `${indent}  `)
  } else if (value.type === 'undefined') say(`${indent}${name}: undefined`)
  else say(`${indent}${name}: ${value.type}${shape} ${listValues(value)}`)
}

const MOST = 8
function listValues({ type, values }: IdlPlain): string {
  const shown = Array.from({ length: Math.min(MOST, values.length) }, (_, i) => {
    const value = values[i] as number | bigint | string
    if (typeof value === 'string') return JSON.stringify(value)
    return formatValue(type === 'float' || type === 'complex' ? 'CDF_REAL4' : 'CDF_REAL8', [value], 0)
  })
  return shown.join(' ') + (values.length > MOST ? ` … ${values.length} values` : '')
}

function sayDamage({ damage }: SaveFile): void {
  for (const { message } of damage) say(`damaged: ${message}`)
  if (damage.length > 0) process.exitCode = 1
}

/** `sav dump FILE` */
export async function dumpSave(path: string, { form, tolerant }: { readonly form: string; readonly tolerant: boolean }): Promise<void> {
  if (form !== 'plain' && form !== 'burst') fail('usage/form', `there is no dump form ${form}; there are plain and burst`, { form })
  const file = await readSaveFile(path, { tolerant })
  if (form === 'burst') return void sayJson(burstDocumentOf(file))
  const values = (list: SaveFile['variables']): object =>
    Object.fromEntries(list.map(({ name, value }) => [name.toLowerCase(), toPlain(value)]))
  const { variables, systemVariables, heap, commonBlocks, records, damage, compressed } = file
  const { timestamp, version, identification, description, notice } = file
  sayJson({
    compressed,
    timestamp,
    version,
    identification,
    description,
    notice,
    commonBlocks,
    variables: values(variables),
    systemVariables: values(systemVariables),
    heap: Object.fromEntries(Array.from(heap, ([number, value]) => [number, toPlain(value)])),
    records,
    damage,
  })
}
