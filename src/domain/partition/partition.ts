/**
 * How a product's time is cut into files. The first four tile time by the calendar. `orbit`, `region`, `segment` (a burst) and `contact`
 * follow mission events: none exists before its event. The last three follow file names: `tag`, one file per start; `span`, the days of an
 * ancillary name; `validity`, from a start until a stop or for ever (calibrations, kernels).
 */
export type PartitionRule =
  | { readonly kind: 'day' }
  | { readonly kind: 'hours'; readonly hours: number }
  | { readonly kind: 'month' }
  | { readonly kind: 'mission'; readonly begins: number }
  | { readonly kind: 'orbit' }
  | { readonly kind: 'region'; readonly region: string }
  | { readonly kind: 'segment' }
  | { readonly kind: 'contact' }
  | { readonly kind: 'tag' }
  | { readonly kind: 'span' }
  | { readonly kind: 'validity' }

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
/** The end of what has none: a validity without an end, the mission as a whole. 2200-01-01, within TT2000. */
export const openEnd: number = Date.UTC(2200, 0, 1)

/** Planning names the same few moments again and again. */
function remembered(print: (ms: number) => string): (ms: number) => string {
  const texts = new Map<number, string>()
  return ms => {
    let text = texts.get(ms)
    if (text !== undefined) return text
    text = print(ms)
    if (texts.size > 5000) texts.clear()
    texts.set(ms, text)
    return text
  }
}

const iso = remembered(ms => new Date(ms).toISOString())

/** `2026-11-23`, `2026-11-23T02`, `2026-11`, `mission`, `20161209090304`: the partition in which a moment (or a file's start) lies. */
export function partitionAt(rule: PartitionRule, ms: number, stop?: number): Partition {
  switch (rule.kind) {
    case 'day':
      return aligned(rule.kind, ms, dayMs, 10)
    case 'hours':
      return aligned(rule.kind, ms, rule.hours * hourMs, 13)
    case 'month':
      return monthAt(ms)
    case 'mission':
      return { kind: 'mission', key: 'mission', start: rule.begins, stop: openEnd }
    case 'span': {
      const end = stop ?? ms + dayMs
      return { kind: 'span', key: iso(ms).slice(0, 10), start: ms, stop: Math.max(end, ms + dayMs) }
    }
    case 'validity':
      return { kind: 'validity', key: compact(ms), start: ms, stop: stop === undefined || stop <= ms ? openEnd : stop }
    default:
      return { kind: rule.kind, key: compact(ms), start: ms, stop: Math.max(stop ?? ms + 1000, ms + 1) }
  }
}

const compact = remembered(ms => new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14))

function aligned(kind: PartitionRule['kind'], ms: number, length: number, digits: number): Partition {
  const start = Math.floor(ms / length) * length
  return { kind, key: iso(start).slice(0, digits), start, stop: start + length }
}

function monthAt(ms: number): Partition {
  const date = new Date(ms)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const start = Date.UTC(year, month, 1)
  return { kind: 'month', key: iso(start).slice(0, 7), start, stop: Date.UTC(year, month + 1, 1) }
}

const names: Readonly<Partial<Record<PartitionRule['kind'], string>>> = {
  mission: 'whole mission',
  segment: 'burst segment',
  tag: 'start in the name',
  span: 'delivery',
  validity: 'time of validity',
}

/** What one file covers, in words: `day`, `2 hours`, `region sroi`, `burst segment`. */
export function describeRule(rule: PartitionRule): string {
  if (rule.kind === 'hours') return rule.hours === 1 ? 'hour' : `${rule.hours} hours`
  return rule.kind === 'region' ? `region ${rule.region}` : (names[rule.kind] ?? rule.kind)
}

const tiled: readonly PartitionRule['kind'][] = ['day', 'hours', 'month', 'mission']
const followed: readonly PartitionRule['kind'][] = ['orbit', 'region', 'segment', 'contact']

/** Whether the calendar alone says which partitions there are. */
export const isTiled = (rule: Pick<PartitionRule, 'kind'>): boolean => tiled.includes(rule.kind)

/** Whether partitions come from mission events, one each: see {@link partitionAt} with the event's start and stop. */
export const followsEvents = (rule: Pick<PartitionRule, 'kind'>): boolean => followed.includes(rule.kind)

/** Every partition that a span touches, in order. For rules that no calendar tiles that is one, at the span's start. */
export function partitionsOf(rule: PartitionRule, span: Span): readonly Partition[] {
  if (!isTiled(rule)) return [partitionAt(rule, span.start, span.stop)]
  const all: Partition[] = []
  for (let p = partitionAt(rule, span.start); p.start < span.stop && p.stop > span.start; p = partitionAt(rule, p.stop)) {
    all.push(p)
    if (p.kind === 'mission') break
  }
  return all
}

export const overlap = (a: Span, b: Span): boolean => a.start < b.stop && b.start < a.stop

/** How much of `window` the spans cover together, in milliseconds. */
export function coveredLength(spans: readonly Span[], window: Span): number {
  let [length, reached] = [0, window.start]
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const from = Math.max(span.start, reached)
    const to = Math.min(span.stop, window.stop)
    if (to > from) length += to - from
    reached = Math.max(reached, to)
  }
  return length
}
