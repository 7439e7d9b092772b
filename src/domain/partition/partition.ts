/** How a product's time is cut into files. `tag`: one file per start in the name (bursts). `span`: the days an ancillary name gives. */
export type PartitionRule =
  | { readonly kind: 'day' }
  | { readonly kind: 'hours'; readonly hours: number }
  | { readonly kind: 'contact' }
  | { readonly kind: 'tag' }
  | { readonly kind: 'span' }

/** One piece of time, half-open [start, stop) in milliseconds of UTC since 1970. */
export interface Partition {
  readonly kind: PartitionRule['kind']
  /** Unique within a dataset; sorts by time as text. */
  readonly key: string
  readonly start: number
  readonly stop: number
}

/** A stretch of time, half-open, in milliseconds of UTC since 1970. */
export interface Span {
  readonly start: number
  readonly stop: number
}

export const hourMs = 3_600_000
export const dayMs: number = 24 * hourMs

const iso = (ms: number): string => new Date(ms).toISOString()

/** `2026-11-23`, `2026-11-23T02`, `20161209090304`. */
export function partitionAt(rule: PartitionRule, ms: number, stop?: number): Partition {
  switch (rule.kind) {
    case 'day':
      return aligned(rule.kind, ms, dayMs, 10)
    case 'hours':
      return aligned(rule.kind, ms, rule.hours * hourMs, 13)
    case 'span': {
      const end = stop ?? ms + dayMs
      return { kind: 'span', key: iso(ms).slice(0, 10), start: ms, stop: Math.max(end, ms + dayMs) }
    }
    default:
      return { kind: rule.kind, key: iso(ms).replace(/[-:T]/g, '').slice(0, 14), start: ms, stop: Math.max(stop ?? ms + 1000, ms + 1) }
  }
}

function aligned(kind: PartitionRule['kind'], ms: number, length: number, digits: number): Partition {
  const start = Math.floor(ms / length) * length
  return { kind, key: iso(start).slice(0, digits), start, stop: start + length }
}

/** Every partition that a span touches, in order. For `tag`, `contact` and `span` that is one, at the span's start. */
export function partitionsOf(rule: PartitionRule, span: Span): readonly Partition[] {
  if (rule.kind !== 'day' && rule.kind !== 'hours') return [partitionAt(rule, span.start, span.stop)]
  const all: Partition[] = []
  for (let p = partitionAt(rule, span.start); p.start < span.stop; p = partitionAt(rule, p.stop)) all.push(p)
  return all
}

export const overlap = (a: Span, b: Span): boolean => a.start < b.stop && b.start < a.stop
