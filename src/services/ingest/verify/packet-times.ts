import { utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'

const hourNs = 3_600_000_000_000n

/** More hours than this are not kept apart: then the times are those of damaged packets, or the clock's of many years. */
const mostHours = 50_000

/** When the packets of a stream were made, an hour at a time: memory does not grow with the stream. */
export interface TimeTally {
  add(time: bigint): void
  /** First and last time, TT2000; undefined where there was none. */
  coverage(): { readonly start: bigint; readonly stop: bigint } | undefined
  /** Stretches of hours with packets, UTC milliseconds, each to behind its last packet; undefined where it is one, or too many. */
  spans(): readonly (readonly [start: number, stop: number])[] | undefined
}

/** A new tally. Streams hold packets of a clock that was not set yet beside others: years apart, with nothing between. */
export function tallyTimes(): TimeTally {
  const hours = new Map<bigint, { first: bigint; last: bigint }>()
  let [start, stop]: [bigint | undefined, bigint | undefined] = [undefined, undefined]
  let at: { hour: bigint; first: bigint; last: bigint } | undefined
  return {
    add: time => {
      if (start === undefined || time < start) start = time
      if (stop === undefined || time > stop) stop = time
      const hour = time / hourNs
      // Packets mostly come in order: the hour of the one before is at hand.
      let entry = at?.hour === hour ? at : undefined
      if (entry === undefined) {
        const known = hours.get(hour) ?? { first: time, last: time }
        if (hours.size < mostHours) hours.set(hour, known)
        entry = at = Object.assign(known, { hour })
      }
      if (time < entry.first) entry.first = time
      if (time > entry.last) entry.last = time
    },
    coverage: () => (start === undefined || stop === undefined ? undefined : { start, stop }),
    spans: () => {
      if (hours.size >= mostHours) return undefined
      const runs: { from: bigint; first: bigint; last: bigint }[] = []
      for (const [hour, { first, last }] of [...hours].toSorted(([a], [b]) => Number(a - b))) {
        const run = runs.at(-1)
        if (run !== undefined && run.from === hour - 1n) Object.assign(run, { from: hour, last })
        else runs.push({ from: hour, first, last })
      }
      return runs.length < 2 ? undefined : runs.map(({ first, last }) => [toUtc(first), toUtc(last) + 1] as const)
    },
  }
}

const toUtc = (time: bigint): number => Math.floor(utcMsFromTt2000(time as Tt2000))
