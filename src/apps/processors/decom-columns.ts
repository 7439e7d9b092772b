import { fail } from '#error'
import type { Interval } from '#formats/time'
import type { Value } from '#formats/xtce'
import type { PacketCounts, TimedPacket } from './decom-packets.ts'
import type { StreamPlan, VariablePlan } from './decom-plan.ts'

/** Values of a packet by parameter. */
export interface PacketValues {
  readonly raw: Readonly<Record<string, Value>>
  readonly engineering: Readonly<Record<string, Value>>
}

/** One stream's samples inside the partition, in order of time. */
export interface Columns {
  /** TT2000. */
  readonly time: BigInt64Array
  readonly variables: readonly { readonly plan: VariablePlan; readonly values: NumberColumn }[]
}

export type NumberColumn = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array

const makers: Readonly<Record<string, (length: number) => NumberColumn>> = {
  CDF_INT1: n => new Int8Array(n),
  CDF_UINT1: n => new Uint8Array(n),
  CDF_INT2: n => new Int16Array(n),
  CDF_UINT2: n => new Uint16Array(n),
  CDF_INT4: n => new Int32Array(n),
  CDF_UINT4: n => new Uint32Array(n),
  CDF_REAL4: n => new Float32Array(n),
  CDF_REAL8: n => new Float64Array(n),
}

/** Spreads packets over the stream's variables. Samples outside the partition, and those not later than the one before, are counted and left out. */
export function buildColumns(
  plan: StreamPlan,
  packets: readonly TimedPacket<PacketValues>[],
  partition: Interval,
  counts: PacketCounts,
): Columns {
  const total = packets.reduce((sum, packet) => sum + countSamples(plan, packet.values), 0)
  const time = new BigInt64Array(total)
  const targets = plan.variables.map(variable => {
    const make = makers[variable.type] ?? fail('decom/plan', `${variable.name}: packets cannot be written as ${variable.type}`)
    const width = variable.dims.reduce((product, n) => product * n, 1)
    return { plan: variable, width, values: make(total * width) }
  })
  let count = 0
  for (const { time: start, values } of packets) {
    const step = stepOf(plan, values)
    const samples = countSamples(plan, values)
    for (let i = 0; i < samples; i++) {
      const t = start + BigInt(Math.round((i + plan.offset) * step))
      if (t < partition.start || t >= partition.stop) counts.outside++
      else if (count > 0 && t <= (time[count - 1] as bigint)) counts.overlapping++
      else {
        time[count] = t
        for (const target of targets) copySample(target, values, i, count)
        count++
      }
    }
  }
  return {
    time: time.slice(0, count),
    variables: targets.map(({ plan: variable, width, values }) => ({ plan: variable, values: values.slice(0, count * width) })),
  }
}

/** Nanoseconds between two samples of a packet. */
function stepOf({ rate }: StreamPlan, values: PacketValues): number {
  if (rate === undefined) return 0
  const perSecond = typeof rate === 'number' ? rate : (rate.table[Number(values.raw[rate.parameter])] ?? 0)
  return perSecond > 0 ? 1e9 / perSecond : 0
}

function countSamples({ variables, rate }: StreamPlan, values: PacketValues): number {
  if (rate === undefined) return 1
  const leading = variables.find(({ per }) => per === 'sample')
  if (leading === undefined) return 1
  return Math.floor(lengthOf(values.raw[leading.parameter]) / leading.dims.reduce((product, n) => product * n, 1))
}

const lengthOf = (value: Value | undefined): number => (Array.isArray(value) ? value.length : value === undefined ? 0 : 1)

interface Target {
  readonly plan: VariablePlan
  readonly width: number
  readonly values: NumberColumn
}

function copySample({ plan, width, values }: Target, packet: PacketValues, sample: number, to: number): void {
  const found = packet[plan.value][plan.parameter]
  const from = plan.per === 'sample' ? sample * width : 0
  if (plan.table !== undefined) {
    values[to] = plan.table[Number(found)] ?? Number.NaN
    return
  }
  if (Array.isArray(found)) for (let k = 0; k < width; k++) values[to * width + k] = Number(found[from + k])
  else values[to * width] = Number(found)
}
