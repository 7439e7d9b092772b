import { openCdf, urlSource } from '#doors/cdf'
import type { Cdf, FetchLike } from '#doors/cdf'

/** Blocks asked for at once: records of variables and attributes lie all over a file, so that small ones cost less in all. */
const BLOCK_BYTES = 131_072

/** What this page has fetched of the file. */
export interface Fetched {
  bytes: number
  requests: number
}

/** Opens a file behind a URL by HTTP ranges, and counts what they bring. */
export async function openRemote(url: string, fetched: Fetched): Promise<Cdf> {
  const counting: FetchLike = async (address, init) => {
    const answer = await fetch(address, { headers: { ...init.headers } })
    fetched.requests++
    return {
      status: answer.status,
      headers: answer.headers,
      arrayBuffer: async () => {
        const bytes = await answer.arrayBuffer()
        fetched.bytes += bytes.byteLength
        return bytes
      },
    }
  }
  return openCdf(await urlSource(url, { fetch: counting, blockBytes: BLOCK_BYTES }))
}
