import { dayMs, overlap } from '#domain/partition'
import type { Span } from '#domain/partition'

interface Timed {
  readonly span: Span
}

/** The values of one series in order of start, and beside them those longer than a month. */
interface Series<T> {
  readonly byName: Map<string, T>
  readonly short: T[]
  readonly long: T[]
  /** Of the short ones, ever. */
  longest: number
}

const isLong = ({ start, stop }: Span): boolean => stop - start > 31 * dayMs

/** Values by series and name, found by the time that they touch. */
export class TimeIndex<T extends Timed> {
  readonly #series = new Map<string, Series<T>>()

  put(series: string, name: string, value: T): void {
    let held = this.#series.get(series)
    if (held === undefined) this.#series.set(series, (held = { byName: new Map(), short: [], long: [], longest: 0 }))
    const before = held.byName.get(name)
    held.byName.set(name, value)
    const { start, stop } = value.span
    if (before !== undefined && before.span.start === start && isLong(before.span) === isLong(value.span)) replace(held, before, value)
    else {
      if (before !== undefined) remove(held, before)
      insert(isLong(value.span) ? held.long : held.short, value)
    }
    if (!isLong(value.span)) held.longest = Math.max(held.longest, stop - start)
  }

  drop(series: string, name: string): void {
    const held = this.#series.get(series)
    const value = held?.byName.get(name)
    if (held === undefined || value === undefined) return
    held.byName.delete(name)
    remove(held, value)
  }

  /** In order of start; of `wanted` values only. */
  touching(series: string, window: Span, wanted?: (value: T) => boolean): readonly T[] {
    const held = this.#series.get(series)
    if (held === undefined) return []
    const { short, long } = held
    const found: T[] = []
    for (let i = firstFrom(short, window.start - held.longest); i < short.length; i++) {
      const value = short[i]
      if (value === undefined || value.span.start >= window.stop) break
      if (value.span.stop > window.start && (wanted === undefined || wanted(value))) found.push(value)
    }
    const many = found.length
    for (const value of long) if (overlap(value.span, window) && (wanted === undefined || wanted(value))) found.push(value)
    return many === 0 || many === found.length ? found : found.sort((a, b) => a.span.start - b.span.start)
  }
}

/** Index of the first value that starts at a time or later. */
function firstFrom(values: readonly Timed[], start: number): number {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((values[middle]?.span.start ?? 0) < start) low = middle + 1
    else high = middle
  }
  return low
}

function insert<T extends Timed>(values: T[], value: T): void {
  const last = values.at(-1)
  if (last === undefined || last.span.start <= value.span.start) values.push(value)
  else values.splice(firstFrom(values, value.span.start + 1), 0, value)
}

const placeOf = <T extends Timed>(values: readonly T[], value: T): number => values.indexOf(value, firstFrom(values, value.span.start))

function replace<T extends Timed>({ short, long }: Series<T>, before: T, after: T): void {
  const values = isLong(before.span) ? long : short
  values[placeOf(values, before)] = after
}

function remove<T extends Timed>({ short, long }: Series<T>, value: T): void {
  const values = isLong(value.span) ? long : short
  values.splice(placeOf(values, value), 1)
}
