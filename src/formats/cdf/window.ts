import type { Source } from '#source'
import { failCdf } from './codes.ts'

/** A source that can also answer at once, as memory and local files can. */
export interface CdfSource extends Source {
  readSync?(start: number, end: number, into?: Uint8Array): Uint8Array
}

/** Bytes of [start, end), asked for by a step. */
export interface ByteRange {
  readonly start: number
  readonly end: number
  /** Memory that the answer may use. */
  readonly into?: Uint8Array | undefined
  /** Extension of the side file of a multi-file CDF that is meant, instead of the file itself. */
  readonly side?: string
  /**
   * Something to await instead of bytes: the answer is empty where there is no waiting (a synchronous run) or where it
   * failed, else not.
   */
  readonly meanwhile?: () => Promise<unknown>
}

const DONE = new Uint8Array(1)
const NOT_DONE = new Uint8Array(0)

/** Opens side files by extension. */
export type SideFiles = (extension: string) => Promise<Source | undefined>

/**
 * A computation that asks for bytes when it needs them. Parsers are written once so and driven either by
 * {@link runSteps} (any source) or {@link runStepsSync} (memory, local files).
 */
export type Steps<T> = Generator<ByteRange, T, Uint8Array>

export async function runSteps<T>(steps: Steps<T>, source: Source, sideFiles?: SideFiles): Promise<T> {
  let next = steps.next()
  while (next.done !== true) {
    const { start, end, into, side, meanwhile } = next.value
    if (meanwhile !== undefined) {
      next = steps.next(
        await meanwhile().then(
          () => DONE,
          () => NOT_DONE,
        ),
      )
      continue
    }
    const from = side === undefined ? source : await openSide(side, sideFiles, end)
    next = steps.next(checkLength(await from.read(start, end, into), start, end))
  }
  return next.value
}

async function openSide(extension: string, sideFiles: SideFiles | undefined, end: number): Promise<Source> {
  const side = await sideFiles?.(extension)
  if (side === undefined)
    return failCdf('cdf/side-file', `the values are in the side file .${extension} of this multi-file CDF, which is not at hand`, {
      extension,
    })
  if (side.size < end)
    return failCdf('cdf/truncated', `truncated at byte ${side.size} of ${end}: the side file .${extension} is too short`, { extension })
  return side
}

export function runStepsSync<T>(steps: Steps<T>, source: CdfSource): T {
  let next = steps.next()
  while (next.done !== true) {
    const { start, end, into, side, meanwhile } = next.value
    if (meanwhile !== undefined) {
      next = steps.next(NOT_DONE)
      continue
    }
    if (side !== undefined || source.readSync === undefined)
      return failCdf('cdf/needs-async', 'this source cannot be read synchronously: use the awaiting form')
    next = steps.next(checkLength(source.readSync(start, end, into), start, end))
  }
  return next.value
}

/** The same bytes as a plain Uint8Array: the `slice` of Node's Buffer, a subclass, does not copy. */
export const plainBytes = (bytes: Uint8Array): Uint8Array =>
  bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function checkLength(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (bytes.byteLength === end - start) return plainBytes(bytes)
  return failCdf('cdf/truncated', `truncated at byte ${start + bytes.byteLength} of ${end}: the source ended early`, {
    start,
    end,
    got: bytes.byteLength,
  })
}

const PAGE = 65_536

/**
 * Random access to a file for its metadata: pages are fetched once and kept. Values do not go through here.
 * NASA's library spreads the records of variables and attributes over the whole file, hence pages and not one prefix.
 */
export interface ByteWindow {
  readonly size: number
  /** Where the file should end by its own account (GDR `eof`), once known; it makes messages exact. */
  expectedEnd: number
  /** Bytes of [start, end); throws `cdf/truncated` or `cdf/corrupt` naming `what` where the file has no such bytes. */
  bytes(start: number, end: number, what: string): Steps<Uint8Array>
  /** Bytes that are there already, without asking for any: what hot loops try first. */
  ready(start: number, end: number): Uint8Array | undefined
  /** The same without keeping pages: for values, and for the heads of records among them. They may come in `into`. */
  direct(start: number, end: number, what: string, into?: Uint8Array): Steps<Uint8Array>
  /** Throws as {@link bytes} does where [start, end) is not all in the file. */
  check(start: number, end: number, what: string): void
}

export function makeWindow(size: number, whole?: Uint8Array): ByteWindow {
  const pages = new Map<number, Uint8Array>()
  const window: ByteWindow = {
    size,
    expectedEnd: 0,
    *bytes(start, end, what) {
      checkRange(window, start, end, what)
      if (whole !== undefined) return whole.subarray(start, end)
      const firstPage = Math.floor(start / PAGE)
      const lastPage = Math.floor((end - 1) / PAGE)
      yield* loadPages(pages, size, firstPage, lastPage)
      if (firstPage >= lastPage) return (pages.get(firstPage) as Uint8Array).subarray(start - firstPage * PAGE, end - firstPage * PAGE)
      return joinPages(pages, start, end)
    },
    *direct(start, end, what, into) {
      checkRange(window, start, end, what)
      if (whole !== undefined) return whole.subarray(start, end)
      const firstPage = Math.floor(start / PAGE)
      const page = end <= (firstPage + 1) * PAGE ? pages.get(firstPage) : undefined
      if (page !== undefined) return page.subarray(start - firstPage * PAGE, end - firstPage * PAGE)
      return start === end ? new Uint8Array(0) : yield { start, end, into }
    },
    ready: (start, end) => {
      if (!(start >= 0 && end <= size && start < end)) return undefined
      if (whole !== undefined) return whole.subarray(start, end)
      const first = Math.floor(start / PAGE) * PAGE
      return end > first + PAGE ? undefined : pages.get(first / PAGE)?.subarray(start - first, end - first)
    },
    check: (start, end, what) => checkRange(window, start, end, what),
  }
  return window
}

function checkRange(window: ByteWindow, start: number, end: number, what: string): void {
  if (start >= 0 && end <= window.size && start <= end && Number.isSafeInteger(start)) return
  const detail = { start, end, size: window.size }
  if (start < 0 || end < start || start >= Math.max(window.size, window.expectedEnd))
    failCdf('cdf/corrupt', `${what} is said to be at byte ${start}, outside the file of ${window.size} bytes`, detail)
  failCdf('cdf/truncated', `truncated at byte ${window.size} of ${Math.max(end, window.expectedEnd)}, within ${what}`, detail)
}

function* loadPages(pages: Map<number, Uint8Array>, size: number, first: number, last: number): Steps<void> {
  for (let page = first; page <= last; page++) {
    if (pages.has(page)) continue
    let stop = page + 1
    while (stop <= last && !pages.has(stop)) stop++
    const got = yield { start: page * PAGE, end: Math.min(stop * PAGE, size) }
    for (let p = page; p < stop; p++) pages.set(p, got.subarray((p - page) * PAGE, (p - page + 1) * PAGE))
    page = stop - 1
  }
}

function joinPages(pages: Map<number, Uint8Array>, start: number, end: number): Uint8Array {
  const joined = new Uint8Array(end - start)
  for (let at = start; at < end;) {
    const page = Math.floor(at / PAGE)
    const stop = Math.min((page + 1) * PAGE, end)
    joined.set((pages.get(page) as Uint8Array).subarray(at - page * PAGE, stop - page * PAGE), at - start)
    at = stop
  }
  return joined
}
