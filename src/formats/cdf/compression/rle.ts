import { ByteSink } from './sink.ts'

/** RLE of CDF codes runs of zeros only: a zero, then the number of further zeros. */
export function decodeRle(packed: Uint8Array, expected: number, limit: number): Uint8Array {
  const sink = new ByteSink(expected, limit)
  for (let i = 0; i < packed.length; i++) {
    const byte = packed[i] as number
    if (byte !== 0) sink.put(byte)
    else {
      i++
      if (i >= packed.length) throw new Error('it ends within a run of zeros')
      sink.zeros((packed[i] as number) + 1)
    }
  }
  return sink.take()
}

/** The same backwards. */
export function encodeRle(bytes: Uint8Array): Uint8Array {
  const sink = new ByteSink(bytes.length, bytes.length * 2 + 2)
  for (let i = 0; i < bytes.length;) {
    if (bytes[i] !== 0) sink.put(bytes[i++] as number)
    else {
      let run = 1
      while (run < 256 && bytes[i + run] === 0) run++
      sink.put(0)
      sink.put(run - 1)
      i += run
    }
  }
  return sink.take()
}
