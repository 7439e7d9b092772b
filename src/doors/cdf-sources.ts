import { fail } from '#error'
import type { Source } from '#source'

/** What this needs of a Blob or File. */
export interface BlobLike {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/** A Blob, or a File a person chose, as a source: only the parts read are loaded. */
export const blobSource = (blob: BlobLike): Source => ({
  size: blob.size,
  read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
})

/** What this needs of `fetch`. */
export type FetchLike = (
  url: string,
  init: { readonly headers: Readonly<Record<string, string>> },
) => Promise<{
  readonly status: number
  readonly headers: { get(name: string): string | null }
  arrayBuffer(): Promise<ArrayBuffer>
}>

export interface UrlOptions {
  /** Default the global `fetch`. */
  readonly fetch?: FetchLike
  /** Headers of each request, e.g. `Authorization`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes asked for at once. Default 256 KiB. */
  readonly blockBytes?: number
  /** Bytes kept. Default 64 MiB; the blocks used longest ago go first. */
  readonly cacheBytes?: number
}

/**
 * A file behind a URL, read by HTTP ranges (RFC 9110 section 14). Blocks are kept, and neighbouring ones fetched in one
 * request. A server without ranges sends the whole file once. Throws `source/http`, and `source/changed` when the file
 * behind the URL changes while it is read.
 */
export async function urlSource(url: string, options: UrlOptions = {}): Promise<Source> {
  const block = options.blockBytes ?? 262_144
  const request = options.fetch ?? (globalThis as unknown as { fetch: FetchLike }).fetch
  const get = async (start: number, end: number): Promise<Answer> =>
    readAnswer(await request(url, { headers: { ...options.headers, Range: `bytes=${start}-${end - 1}` } }), url)
  const first = await get(0, block)
  if (first.whole) return { size: first.bytes.length, read: async (start, end) => first.bytes.subarray(start, end) }
  const blocks = new Map<number, Uint8Array>([[0, first.bytes]])
  const most = Math.max(2, Math.floor((options.cacheBytes ?? 1 << 26) / block))
  const load = async (from: number, to: number): Promise<void> => {
    const answer = await get(from * block, Math.min((to + 1) * block, first.size))
    if (answer.size !== first.size || answer.tag !== first.tag)
      fail('source/changed', `${url} changed while it was read: open it again`, { url })
    for (let i = from; i <= to; i++) blocks.set(i, answer.bytes.slice((i - from) * block, (i - from + 1) * block))
  }
  return { size: first.size, read: (start, end) => readBlocks(blocks, block, most, load, start, end) }
}

interface Answer {
  readonly bytes: Uint8Array
  readonly size: number
  readonly tag: string | null
  /** The server sent everything. */
  readonly whole: boolean
}

async function readAnswer(response: Awaited<ReturnType<FetchLike>>, url: string): Promise<Answer> {
  const { status, headers } = response
  // An empty file has no first byte to ask for.
  if (status === 416 && headers.get('content-range') === 'bytes */0') return { bytes: new Uint8Array(0), size: 0, tag: null, whole: true }
  if (status !== 200 && status !== 206) fail('source/http', `${url} answers with status ${status}`, { url, status })
  const bytes = new Uint8Array(await response.arrayBuffer())
  const total = /\/(\d+)$/u.exec(headers.get('content-range') ?? '')?.[1]
  if (status === 206 && total === undefined) fail('source/http', `${url} answers a range without saying how long the file is`, { url })
  return { bytes, size: Number(total ?? bytes.length), tag: headers.get('etag'), whole: status === 200 }
}

async function readBlocks(
  blocks: Map<number, Uint8Array>,
  block: number,
  most: number,
  load: (from: number, to: number) => Promise<void>,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const [from, to] = [Math.floor(start / block), Math.floor((Math.max(end, start + 1) - 1) / block)]
  for (let i = from; i <= to; i++) {
    if (blocks.has(i)) continue
    let last = i
    while (last < to && !blocks.has(last + 1)) last++
    await load(i, last)
    i = last
  }
  const bytes = new Uint8Array(end - start)
  for (let i = from; i <= to; i++) {
    const held = blocks.get(i) as Uint8Array
    const part = held.subarray(Math.max(0, start - i * block), end - i * block)
    bytes.set(part, Math.max(0, i * block - start))
    // Put at the end of the map: the front is then what was used longest ago.
    blocks.delete(i)
    blocks.set(i, held)
  }
  for (const oldest of blocks.keys()) {
    if (blocks.size <= most) break
    blocks.delete(oldest)
  }
  return bytes
}
