import { fail } from '#error'
import type { DatasetVariable } from '#formats/cdf'
import type { Packet } from '#formats/ccsds'
import { parseUtc } from '#formats/time'
import type { Column, CompiledXtce } from '#formats/xtce'
import { decodeColumns, describeDecodeProblem } from '#formats/xtce'
import { writeCdfFile } from '#doors/cdf-node'
import { say } from './cdf-format.ts'
import { formatCell } from './packets-cell.ts'

interface CdfFlags {
  readonly output: string
  readonly values: string
  readonly time?: string
  readonly timeZero: string
  readonly compiled: CompiledXtce
}

/** CDF types of what a column can be filled into. Unsigned 64 bits have none: they become double. */
const types = {
  Uint8Array: 'CDF_UINT1',
  Int8Array: 'CDF_INT1',
  Uint16Array: 'CDF_UINT2',
  Int16Array: 'CDF_INT2',
  Uint32Array: 'CDF_UINT4',
  Int32Array: 'CDF_INT4',
  Float32Array: 'CDF_REAL4',
  Float64Array: 'CDF_DOUBLE',
  BigInt64Array: 'CDF_INT8',
} as const

function variableOf(name: string, column: Column, data: Column['raw'], epoch: boolean): DatasetVariable {
  const unit = column.type.unit
  const attributes = {
    CATDESC: column.type.description ?? name,
    ...(unit === undefined ? {} : { UNITS: unit }),
    ...(epoch ? { DEPEND_0: 'Epoch' } : {}),
  }
  const kind = data.constructor.name as keyof typeof types
  if (ArrayBuffer.isView(data) && kind in types) {
    return { name, type: types[kind], dims: [...column.shape], values: data as Float64Array, compression: 'gzip', attributes }
  }
  const list = Array.from(data as ArrayLike<Parameters<typeof formatCell>[0]>)
  if (column.shape.length === 0 && list.every(value => typeof value === 'number' || typeof value === 'bigint')) {
    return { name, type: 'CDF_DOUBLE', values: Float64Array.from(list, Number), compression: 'gzip', attributes }
  }
  return { name, type: 'CDF_CHAR', values: list.map(value => formatCell(value) || ' '), compression: 'gzip', attributes }
}

function epochOf(column: Column | undefined, flags: CdfFlags): DatasetVariable {
  if (column === undefined) return fail('cli/unknown-parameter', `these packets have no parameter ${flags.time}`)
  const zero = parseUtc(flags.timeZero)
  const seconds = Array.from(column.engineering as ArrayLike<unknown>, Number)
  const values = BigInt64Array.from(seconds, value => zero + BigInt(Math.round(value * 1e9)))
  return { name: 'Epoch', type: 'CDF_TIME_TT2000', values, attributes: { CATDESC: `Time of the packet by ${flags.time}`, UNITS: 'ns' } }
}

/** Writes one kind of packet as a CDF: a variable per parameter, raw values beside engineering ones where both are wanted. */
export async function writePacketCdf(
  { container, packets }: { container: string; packets: readonly Packet[] },
  flags: CdfFlags,
): Promise<void> {
  const table = decodeColumns(flags.compiled, container, packets)
  const variables: DatasetVariable[] = flags.time === undefined ? [] : [epochOf(table.columns.get(flags.time), flags)]
  const epoch = flags.time !== undefined
  for (const [name, column] of table.columns) {
    if (flags.values === 'raw') variables.push(variableOf(name, column, column.raw, epoch))
    else variables.push(variableOf(name, column, column.engineering, epoch))
    if (flags.values === 'both' && column.raw !== column.engineering) variables.push(variableOf(`${name}_raw`, column, column.raw, epoch))
  }
  const size = await writeCdfFile(flags.output, {
    attributes: { Title: `Packets ${container} of ${flags.compiled.definition.name}` },
    variables,
  })
  say(`${flags.output}: ${variables.length} variables, ${table.count} packets of ${container}, ${size} octets`)
  for (const { problem, packets: count } of table.problems) say(`${describeDecodeProblem(problem)} (${count} packets)`)
}
