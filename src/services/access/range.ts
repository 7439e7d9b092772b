/** What a request asks of the bytes: all, a part [start, end), nothing new, or a part that is not there. */
export type Portion =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'same' }
  | { readonly kind: 'outside' }

/** Conditional and range headers of RFC 9110, as a request bears them. */
export interface Conditions {
  readonly range?: string | undefined
  readonly ifRange?: string | undefined
  readonly ifModifiedSince?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

export interface Resource {
  readonly size: number
  readonly etag: string
  /** UTC milliseconds. */
  readonly modified: number
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000

/** Decides what to send. Several ranges in one request are answered with the whole, as RFC 9110 (14.2) allows. */
export function choosePortion(resource: Resource, asked: Conditions): Portion {
  if (isKnown(resource, asked)) return { kind: 'same' }
  if (asked.range === undefined || !holdsRange(resource, asked.ifRange)) return { kind: 'whole' }
  const match = /^bytes=(\d*)-(\d*)$/.exec(asked.range.trim())
  if (match === null || (match[1] === '' && match[2] === '')) return { kind: 'whole' }
  const [first, last] = [match[1] ?? '', match[2] ?? '']
  const start = first === '' ? Math.max(0, resource.size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? resource.size : Math.min(Number(last) + 1, resource.size)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return { kind: 'whole' }
  return start >= resource.size || end <= start ? { kind: 'outside' } : { kind: 'part', start, end }
}

function isKnown(resource: Resource, asked: Conditions): boolean {
  if (asked.ifNoneMatch !== undefined) {
    const tags = asked.ifNoneMatch.split(',').map(tag => tag.trim().replace(/^W\//, ''))
    return tags.includes('*') || tags.includes(resource.etag)
  }
  const since = Date.parse(asked.ifModifiedSince ?? '')
  return !Number.isNaN(since) && since >= wholeSeconds(resource.modified)
}

function holdsRange(resource: Resource, ifRange: string | undefined): boolean {
  if (ifRange === undefined || ifRange === resource.etag) return true
  return Date.parse(ifRange) === wholeSeconds(resource.modified)
}
