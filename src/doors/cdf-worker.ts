/** A thread that inflates blocks of CDF files: the other end of `startInflatePool`. */
import { parentPort } from 'node:worker_threads'
import { inflateRawSync } from 'node:zlib'
import type { InflateJob } from '#formats/cdf'

parentPort?.on('message', ({ id, packed, streams }: InflateJob & { readonly id: number }) => {
  try {
    const out = new Uint8Array(streams.reduce((sum, { expected }) => sum + expected, 0))
    let at = 0
    for (const { start, end, expected } of streams) {
      const block = inflateRawSync(packed.subarray(start, end), {
        chunkSize: Math.max(64, expected + 1),
        maxOutputLength: Math.max(1, expected),
      })
      if (block.length !== expected) throw new Error(`${block.length} bytes come out, ${expected} should`)
      out.set(block, at)
      at += expected
    }
    parentPort?.postMessage({ id, out }, [out.buffer])
  } catch (error) {
    parentPort?.postMessage({ id, fault: (error as Error).message }, [])
  }
})
