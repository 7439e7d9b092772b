import { fillOf, labels, series, support, type Described } from '#doors/istp'
import type { CdfType, DatasetVariable } from '#formats/cdf'
import type { Column, ParameterType, Value } from '#formats/xtce'
import { rangeOf, type NumberRange } from './tabulate-range.ts'

export interface VariableOptions {
  readonly side: 'raw' | 'engineering'
  readonly container: string
  readonly shapes: Readonly<Record<string, readonly number[]>>
  /** Names of parameters that describe the packet itself: header and time. */
  readonly support: ReadonlySet<string>
}

/** Name of a variable: the parameter's without the packet before it, of letters, digits and underscores. */
export const variableName = (parameter: string): string =>
  parameter
    .slice(Math.max(parameter.lastIndexOf('.'), parameter.lastIndexOf('/')) + 1)
    .replaceAll(/\W/g, '_')
    .replace(/^(?=\d)/, 'n')

/** The variables of all columns, with the labels that their dimensions need. */
export function describeColumns(columns: readonly Column[], options: VariableOptions): readonly DatasetVariable[] {
  const variables = columns.flatMap(column => describeColumn(column, options))
  const sizes = new Set(variables.flatMap(variable => variable.dims ?? []))
  return [...variables, ...[...sizes].map(size => labels(labelName(size), count(size), `Places 1 to ${size} in a record`))]
}

const labelName = (size: number): string => `place_${size}`
const count = (size: number): readonly string[] => Array.from({ length: size }, (_, i) => String(i + 1))

function describeColumn(column: Column, options: VariableOptions): readonly DatasetVariable[] {
  const data = options.side === 'raw' ? column.raw : column.engineering
  if (ArrayBuffer.isView(data)) return [describeNumbers(column, options, Array.from(data as ArrayLike<number | bigint>), column.shape)]
  const list = data
  if (list.every(value => value === undefined || typeof value === 'number' || typeof value === 'bigint'))
    return [describeNumbers(column, options, list, [])]
  if (list.every(value => value === undefined || isNumbers(value)))
    return describeLists(column, options, list as readonly (ArrayLike<number> | undefined)[])
  return [describeTexts(column, options, list)]
}

const isNumbers = (value: Value): boolean =>
  value instanceof Uint8Array || (Array.isArray(value) && value.every(one => typeof one === 'number'))

/** Lists and octets: as long as the longest, the rest fill; with a variable of their sizes where these differ. */
function describeLists(
  column: Column,
  options: VariableOptions,
  list: readonly (ArrayLike<number> | undefined)[],
): readonly DatasetVariable[] {
  const sizes = list.map(value => value?.length ?? 0)
  const most = Math.max(1, ...sizes)
  const told = options.shapes[column.name] ?? options.shapes[variableName(column.name)]
  const width = told === undefined ? most : told.reduce((a, b) => a * b, 1)
  const flat = list.flatMap(value => Array.from({ length: width }, (_, i) => value?.[i]))
  const numbers = describeNumbers(column, options, flat, width >= most && told !== undefined ? told : [width])
  if (sizes.every(size => size === width)) return [numbers]
  const size = numberVariable(
    { name: `${variableName(column.name)}_size`, about: `Values of ${variableName(column.name)} that the packet holds`, units: ' ' },
    sizes,
    [],
    { type: 'CDF_UINT4', min: 0, max: 65_542 },
  )
  return [numbers, support(size)]
}

function describeNumbers(
  column: Column,
  options: VariableOptions,
  values: readonly (number | bigint | undefined)[],
  shape: readonly number[],
): DatasetVariable {
  const range = rangeOf(column, options.side, values)
  const described = numberVariable(wordsOf(column, options), values, shape, range)
  if (options.support.has(column.name)) return support(described)
  const pointers = Object.fromEntries(shape.map((size, i) => [`LABL_PTR_${i + 1}`, labelName(size)]))
  return series({
    ...described,
    more: { ...described.more, ...pointers, ...limitsOf(column.type, options.side, range.type) },
    ...(shape.length === 0 ? { label: variableName(column.name).slice(0, 20) } : {}),
  })
}

type Words = Pick<Described, 'name' | 'about' | 'units' | 'notes'>

function wordsOf({ name, type }: Column, { container, side }: VariableOptions): Words {
  const own = variableName(name)
  const states = type.kind === 'enumerated' && side === 'raw' ? type.rows.map(row => `${row.value}=${row.label}`).join(', ') : ''
  return {
    name: own,
    about: `${type.description ?? `${own} of packet ${container}`}${side === 'raw' ? ', raw' : ''}`.slice(0, 120),
    units: side === 'raw' ? ' ' : (type.unit ?? ' '),
    notes: states === '' ? `As packet ${container} holds it.` : `States: ${states}`.slice(0, 1000),
  }
}

const arrays: Readonly<
  Partial<Record<CdfType, (values: readonly (number | bigint)[]) => Extract<DatasetVariable['values'], ArrayBufferView>>>
> = {
  CDF_INT1: values => Int8Array.from(values, Number),
  CDF_UINT1: values => Uint8Array.from(values, Number),
  CDF_INT2: values => Int16Array.from(values, Number),
  CDF_UINT2: values => Uint16Array.from(values, Number),
  CDF_INT4: values => Int32Array.from(values, Number),
  CDF_UINT4: values => Uint32Array.from(values, Number),
  CDF_INT8: values => BigInt64Array.from(values, BigInt),
  CDF_REAL4: values => Float32Array.from(values, Number),
  CDF_DOUBLE: values => Float64Array.from(values, Number),
}

function numberVariable(
  words: Words,
  values: readonly (number | bigint | undefined)[],
  dims: readonly number[],
  { type, min, max }: NumberRange,
): Described {
  const fill = type === 'CDF_INT8' ? -(2n ** 63n) : fillOf(type)
  const known = values.map(value => (value === undefined || Number.isNaN(value) ? fill : value))
  const valid = type === 'CDF_INT8' ? ([BigInt(min), BigInt(max)] as const) : ([Number(min), Number(max)] as const)
  return { ...words, type, dims, values: arrays[type]!(known), valid }
}

/** Limits of the definition as attributes, by the two names that ISTP has for them and one like these for each graver level. */
function limitsOf({ alarm }: ParameterType, side: VariableOptions['side'], type: CdfType): DatasetVariable['attributes'] {
  if (alarm === undefined || side === 'raw') return {}
  const names = { watch: 'NOMINAL', warning: 'WARN', distress: 'DISTRESS', critical: 'CRITICAL', severe: 'SEVERE' } as const
  return Object.fromEntries(
    alarm.ranges.flatMap(({ level, min, max }) => [
      ...(min === undefined ? [] : [[`LIMITS_${names[level]}_MIN`, { type, value: min }]]),
      ...(max === undefined ? [] : [[`LIMITS_${names[level]}_MAX`, { type, value: max }]]),
    ]),
  ) as DatasetVariable['attributes']
}

/** Labels and texts; what is neither, as JSON. ISTP counts texts as metadata, against time all the same. */
function describeTexts(column: Column, options: VariableOptions, list: readonly (Value | undefined)[]): DatasetVariable {
  const values = list.map(value => showText(value) || ' ')
  const elements = Math.max(1, ...values.map(value => Buffer.byteLength(value)))
  const { name, about, notes } = wordsOf(column, options)
  return {
    name,
    type: 'CDF_CHAR',
    elements,
    values,
    compression: { type: 'gzip', level: 1 },
    attributes: {
      CATDESC: about,
      FIELDNAM: name,
      VAR_TYPE: 'metadata',
      DEPEND_0: 'Epoch',
      FORMAT: `A${elements}`,
      FILLVAL: { type: 'CDF_CHAR', value: ' ' },
      VAR_NOTES: notes ?? ' ',
    },
  }
}

function showText(value: Value | undefined): string {
  if (value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner instanceof Uint8Array ? Buffer.from(inner).toString('hex') : inner,
  )
}
