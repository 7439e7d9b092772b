import { dayMs, overlap } from '#domain/partition'
import type { Span } from '#domain/partition'

interface Timed {
  readonly span: Span
}

/** The values of one series: by the days that they touch, and those longer than a month. */
interface Series<T> {
  readonly days: Map<number, Map<string, T>>
  readonly long: Map<string, T>
}

const longest = 31

/** Values by series and name, found by the time that they touch. */
export class TimeIndex<T extends Timed> {
  readonly #series = new Map<string, Series<T>>()

  put(series: string, name: string, value: T): void {
    let held = this.#series.get(series)
    if (held === undefined) this.#series.set(series, (held = { days: new Map(), long: new Map() }))
    const [first, last] = daysOf(value.span)
    if (last - first > longest) held.long.set(name, value)
    else
      for (let day = first; day <= last; day++) {
        const bucket = held.days.get(day)
        if (bucket === undefined) held.days.set(day, new Map([[name, value]]))
        else bucket.set(name, value)
      }
  }

  drop(series: string, name: string, span: Span): void {
    const held = this.#series.get(series)
    const [first, last] = daysOf(span)
    for (let day = first; day <= last && day - first <= longest; day++) held?.days.get(day)?.delete(name)
    held?.long.delete(name)
  }

  /** In order of start. */
  touching(series: string, window: Span): readonly T[] {
    const held = this.#series.get(series)
    if (held === undefined) return []
    const found: T[] = []
    const [first, last] = daysOf(window)
    for (let day = first; day <= last; day++)
      for (const value of held.days.get(day)?.values() ?? [])
        // Each value once: on the first day of the window that it touches.
        if (overlap(value.span, window) && Math.max(first, Math.floor(value.span.start / dayMs)) === day) found.push(value)
    for (const value of held.long.values()) if (overlap(value.span, window)) found.push(value)
    return found.length < 2 ? found : found.sort((a, b) => a.span.start - b.span.start)
  }
}

const daysOf = ({ start, stop }: Span): readonly [first: number, last: number] => [
  Math.floor(start / dayMs),
  Math.floor((stop - 1) / dayMs),
]
