/** How much a file holds. Coverage: TT2000 nanoseconds of the first and last record. */
export interface Extent {
  readonly coverage: { readonly start: bigint; readonly stop: bigint } | undefined
  readonly records: number | undefined
  readonly variables: number | undefined
}

/** What an output has less of than the file it would replace; seconds for time. */
export interface Less {
  readonly what: 'seconds' | 'records' | 'variables'
  readonly before: number
  readonly after: number
}

/**
 * The regression guard: what would be lost by replacing `before` with `after`. Time counts as lost at either end, whatever was won at
 * the other; less than one mean step between records does not (better clocks move stamps). What one side does not know is not compared.
 */
export function lessOf(before: Extent, after: Extent): readonly Less[] {
  const less: Less[] = []
  const [old, now] = [before.coverage, after.coverage]
  if (old !== undefined && now !== undefined) {
    const lost = positive(now.start - old.start) + positive(old.stop - now.stop)
    const length = old.stop - old.start
    const step = before.records !== undefined && before.records > 1 ? length / BigInt(before.records - 1) : 0n
    if (lost > step) less.push({ what: 'seconds', before: seconds(length), after: seconds(positive(length - lost)) })
  }
  for (const what of ['records', 'variables'] as const) {
    const [a, b] = [before[what], after[what]]
    if (a !== undefined && b !== undefined && b < a) less.push({ what, before: a, after: b })
  }
  return less
}

/**
 * What can be asked of an output whose partition has become smaller since (an event that ends earlier than predicted): of the old file what
 * lies in the new partition, records in proportion and one less at each edge that moved. TT2000 nanoseconds, half-open.
 */
export function within(extent: Extent, now: { readonly start: bigint; readonly stop: bigint }): Extent {
  const { coverage, records } = extent
  if (coverage === undefined || (now.start <= coverage.start && now.stop > coverage.stop)) return extent
  const start = now.start > coverage.start ? now.start : coverage.start
  const stop = now.stop < coverage.stop ? now.stop : coverage.stop
  if (stop <= start) return { coverage: undefined, records: undefined, variables: extent.variables }
  const share = seconds(stop - start) / Math.max(1e-9, seconds(coverage.stop - coverage.start))
  const edges = (now.start > coverage.start ? 1 : 0) + (now.stop <= coverage.stop ? 1 : 0)
  return {
    ...extent,
    coverage: { start, stop },
    records: records === undefined ? undefined : Math.max(0, Math.floor(records * share) - edges),
  }
}

const positive = (n: bigint): bigint => (n > 0n ? n : 0n)
const seconds = (ns: bigint): number => Number(ns) / 1e9

/** `records 1200 -> 1100 (-8.3 %)`. */
export const describeLess = (less: readonly Less[]): string =>
  less
    .map(({ what, before, after }) => `${what} ${round(before)} -> ${round(after)} (-${round((100 * (before - after)) / before)} %)`)
    .join(', ')

const round = (n: number): string => String(Math.round(n * 10) / 10)
