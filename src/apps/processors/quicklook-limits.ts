import type { CdfVariable } from '#formats/cdf'
import type { Interval, Line } from '#formats/plot'
import type { Series, TimeRange } from './quicklook-series.ts'

/** A limit that a variable carries: beyond it a value is worth a look, or worse. */
export interface Limit {
  readonly bound: 'min' | 'max'
  readonly value: number
  /** Whether passing it is more than worth a look. */
  readonly grave: boolean
}

/** Names of the attributes, from ISTP (NOMINAL, WARN) and its graver neighbours in XTCE. */
const levels = ['NOMINAL', 'WARN', 'DISTRESS', 'CRITICAL', 'SEVERE'] as const

/** The limits among a variable's attributes, LIMITS_NOMINAL_MIN and so on. */
export function readLimits(variable: CdfVariable): readonly Limit[] {
  return levels.flatMap(level =>
    (['min', 'max'] as const).flatMap(bound => {
      const value = variable.attributes.get(`LIMITS_${level}_${bound.toUpperCase()}`)?.value
      const number = value === undefined || typeof value === 'string' ? Number.NaN : Number(value[0])
      return Number.isFinite(number) ? [{ bound, value: number, grave: level !== 'NOMINAL' }] : []
    }),
  )
}

/** Lines across the panel, each limit once: red where passing it is grave, black else. */
export function drawLimits(limits: readonly Limit[], divide: number, { start, stop }: TimeRange): readonly Line[] {
  const distinct = new Map(limits.map(limit => [`${limit.bound} ${limit.value}`, limit]))
  return [...distinct.values()].map(({ bound, value, grave }) => ({
    name: `${bound} ${Number((value / divide).toPrecision(4))}`,
    ink: grave ? 'red' : 'black',
    samples: {
      times: Float64Array.of(start, stop),
      values: Float64Array.of(value / divide, value / divide),
      maxGap: Number.POSITIVE_INFINITY,
    },
  }))
}

/** Stretches in which the first number of a series is beyond one of its limits, each to the next record or `maxGap` on. */
export function findBeyond({ times, values, width }: Series, limits: readonly Limit[], maxGap: number): readonly Interval[] {
  const runs: { start: number; stop: number }[] = []
  for (const [i, time] of times.entries()) {
    const value = values[i * width] as number
    if (!limits.some(limit => (limit.bound === 'min' ? value < limit.value : value > limit.value))) continue
    const stop = Math.min(times[i + 1] ?? Number.POSITIVE_INFINITY, time + Math.min(maxGap, 60_000))
    const last = runs.at(-1)
    if (last !== undefined && last.stop >= time) last.stop = stop
    else runs.push({ start: time, stop })
  }
  return runs
}
