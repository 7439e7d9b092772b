import type { CompiledXtce } from './compile.ts'
import { planOf } from './compile.ts'
import type { ProblemCollector, ProblemGroup } from './decode-problem.ts'
import { collectProblems } from './decode-problem.ts'
import { decodePacket } from './decode.ts'
import type { ColumnData, PacketBatch } from './fill.ts'
import { fillColumn, newColumn } from './fill.ts'
import type { ParameterType } from './model.ts'
import type { Field, Plan } from './plan.ts'
import type { Value } from './value.ts'

/** One parameter of many packets. */
export interface Column {
  readonly name: string
  readonly type: ParameterType
  /** Sizes of one record: [] for a number, [64, 3] for 64 vectors. Empty as well for values that are no numbers of fixed layout. */
  readonly shape: readonly number[]
  /**
   * Raw values, record after record: a typed array (count x product of shape) for numbers of fixed size, else one value per
   * packet, undefined where the packet does not have it.
   */
  readonly raw: ColumnData | readonly (Value | undefined)[]
  /** Engineering values: the raw ones themselves where nothing is to calibrate. */
  readonly engineering: ColumnData | readonly (Value | undefined)[]
}

export interface PacketTable {
  readonly container: string
  readonly count: number
  /** In the order of the container, by name of the field. */
  readonly columns: ReadonlyMap<string, Column>
  /** Problems, each once, with the index of the first packet that has it. A packet too short for the fixed part leaves zeros there. */
  readonly problems: readonly ProblemGroup[]
}

export interface ColumnOptions {
  /** Only these fields (default: all). */
  readonly only?: readonly string[]
  /** Leave engineering values out: the columns then hold the raw ones twice (default false). */
  readonly rawOnly?: boolean
}

function gather(packets: readonly { readonly bytes: Uint8Array }[]): readonly PacketBatch[] {
  const batches: PacketBatch[] = []
  // Packets make a view each time they are asked for their octets.
  const views = packets.map(packet => packet.bytes)
  for (let first = 0; first < views.length;) {
    const { buffer } = views[first]!
    let end = first + 1
    while (end < views.length && views[end]!.buffer === buffer) end++
    // Indices that are small integers make the loops over them faster.
    const starts = buffer.byteLength < 2 ** 31 ? new Int32Array(end - first) : new Float64Array(end - first)
    const sizes = new Uint32Array(end - first)
    let least = Infinity
    for (let i = first; i < end; i++) {
      const { byteOffset, byteLength } = views[i]!
      starts[i - first] = byteOffset
      sizes[i - first] = byteLength
      if (byteLength < least) least = byteLength
    }
    batches.push({ bytes: new Uint8Array(buffer), starts, sizes, least, first })
    first = end
  }
  return batches
}

const isFixed = (field: Field): boolean => field.start !== undefined && field.codec.number !== undefined && field.repeat === undefined

const productOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

/** Engineering values of a column of numbers: labels per record, or a calibrated number each. */
function calibrateColumn(field: Field, raw: ColumnData): Column['engineering'] {
  if (field.codec.plain) return raw
  const nothing = { raw: () => undefined, engineering: () => undefined }
  const count = raw.length
  const size = productOf(field.codec.shape ?? [])
  const one = field.codec.calibrateOne ?? field.codec.calibrate
  const sample = count === 0 ? 0 : one(raw[0]!, nothing)
  if (typeof sample === 'number' && field.codec.calibratesToNumber) {
    const out = new Float64Array(count)
    for (let i = 0; i < count; i++) out[i] = one(raw[i]!, nothing) as number
    return out
  }
  const values = Array.from(raw as ArrayLike<number | bigint>, value => one(value, nothing))
  return size === 1 && (field.codec.shape ?? []).length === 0
    ? values
    : Array.from({ length: count / Math.max(1, size) }, (_, i) => values.slice(i * size, (i + 1) * size))
}

interface Layout {
  readonly compiled: CompiledXtce
  readonly plan: Plan
  readonly fields: readonly Field[]
}

const typeOf = ({ compiled }: Layout, field: Field): ParameterType =>
  compiled.definition.types.get(compiled.definition.parameters.get(field.parameter)?.type ?? '') ?? containerType(field)

/** A container standing repeatedly or conditionally in another has no type of its own. */
const containerType = (field: Field): ParameterType => ({ kind: 'aggregate', name: field.parameter, members: [] })

/** Fields that must be read packet by packet, because their place, presence or calibration depends on the packet. */
function readLoose(
  layout: Layout,
  fields: readonly Field[],
  packets: readonly { readonly bytes: Uint8Array }[],
  problems: ProblemCollector,
) {
  const columns = fields.map(field => ({ field, raw: [] as (Value | undefined)[], engineering: [] as (Value | undefined)[] }))
  for (const [index, packet] of packets.entries()) {
    const decoded = decodePacket(layout.compiled, packet.bytes, { container: layout.plan.name })
    for (const problem of decoded.problems) problems.add(index, problem)
    for (const column of columns) {
      column.raw.push(decoded.raw[column.field.name])
      column.engineering.push(decoded.engineering[column.field.name])
    }
  }
  return columns
}

/** Checks of size that reading packet by packet would have made, where every field is fixed. */
function checkSizes(plan: Plan, packets: readonly { readonly bytes: Uint8Array }[], problems: ProblemCollector): void {
  const need = plan.bits ?? 0
  for (const [packet, { bytes }] of packets.entries()) {
    const have = bytes.byteLength * 8
    if (have === need) continue
    if (have > need) problems.add(packet, { problem: 'spare', container: plan.name, size: have - need })
    else {
      const field = plan.fields.find(one => one.start! + one.codec.bits! > have) ?? plan.fields.at(-1)!
      problems.add(packet, {
        problem: 'short',
        container: plan.name,
        parameter: field.name,
        need: field.codec.bits!,
        have: Math.max(0, have - field.start!),
      })
    }
  }
}

/**
 * Many packets of one container at once, as one column per field; the caller has chosen packets of that kind. Numbers at fixed
 * places go straight into typed arrays (arrays of numbers as well); only what depends on the packet is read packet by packet.
 */
export function decodeColumns(
  compiled: CompiledXtce,
  container: string,
  packets: readonly { readonly bytes: Uint8Array }[],
  options: ColumnOptions = {},
): PacketTable {
  const plan = planOf(compiled, container)
  const wanted = options.only === undefined ? undefined : new Set(options.only)
  const fields = plan.fields.filter(field => wanted === undefined || wanted.has(field.name))
  const layout: Layout = { compiled, plan, fields }
  const problems = collectProblems()
  const batches = gather(packets)
  const fixed = fields.filter(field => isFixed(field) && (options.rawOnly === true || !field.codec.dependsOnOthers))
  const loose = fields.filter(field => !fixed.includes(field))
  const found = new Map<string, Pick<Column, 'raw' | 'engineering'>>()
  for (const field of fixed) {
    const { number, shape = [] } = field.codec
    const size = productOf(shape)
    const raw = newColumn(number!, packets.length * size)
    for (const batch of batches) {
      fillColumn({ number: number!, batch, bit: field.start!, size, out: raw, at: batch.first * size })
    }
    found.set(field.name, { raw, engineering: options.rawOnly === true ? raw : calibrateColumn(field, raw) })
  }
  if (loose.length > 0 || plan.bits === undefined)
    for (const column of readLoose(layout, loose, packets, problems)) found.set(column.field.name, column)
  else checkSizes(plan, packets, problems)
  const columns = new Map<string, Column>()
  for (const field of fields) {
    const shape = fixed.includes(field) ? (field.codec.shape ?? []) : []
    columns.set(field.name, { name: field.name, type: typeOf(layout, field), shape, ...found.get(field.name)! })
  }
  return { container, count: packets.length, columns, problems: problems.groups() }
}
