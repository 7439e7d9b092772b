import { BitReader } from './bits.ts'
import { ByteSink } from './sink.ts'

const END = 256

/**
 * CDF's HUFF: order-0 Huffman with the symbol counts (scaled to a byte) in front, as in M. Nelson, "The Data Compression
 * Book", chapter 3: runs of (first, last, counts…) closed by a first of 0, then the codes, closed by symbol 256.
 */
export function decodeHuffman(packed: Uint8Array, expected: number, limit: number): Uint8Array {
  const { counts, start } = readCounts(packed)
  const { left, right, root } = buildTree(counts)
  const bits = new BitReader(packed, start)
  const sink = new ByteSink(expected, limit)
  for (;;) {
    let node = root
    while (node > END) node = (bits.bit() === 1 ? right[node] : left[node]) as number
    if (node === END) return sink.take()
    sink.put(node)
  }
}

function readCounts(packed: Uint8Array): { counts: Uint32Array; start: number } {
  const counts = new Uint32Array(514)
  let at = 0
  const next = (): number => {
    if (at >= packed.length) throw new Error('it ends within the symbol counts')
    return packed[at++] as number
  }
  let first = next()
  for (;;) {
    const last = next()
    if (last < first) throw new Error(`its symbol counts run from ${first} to ${last}`)
    for (let symbol = first; symbol <= last; symbol++) counts[symbol] = next()
    first = next()
    if (first === 0) break
  }
  counts[END] = 1
  return { counts, start: at }
}

// Ties go to the lower node number and the smaller becomes child 0: the encoder did so, and the codes depend on it.
function buildTree(counts: Uint32Array): { left: Int16Array; right: Int16Array; root: number } {
  const left = new Int16Array(514)
  const right = new Int16Array(514)
  const weight = new Float64Array(counts)
  let free = END + 1
  for (; ; free++) {
    let min1 = -1
    let min2 = -1
    for (let i = 0; i < free; i++) {
      const w = weight[i] as number
      if (w === 0) continue
      if (min1 < 0 || w < (weight[min1] as number)) {
        min2 = min1
        min1 = i
      } else if (min2 < 0 || w < (weight[min2] as number)) min2 = i
    }
    if (min2 < 0) break
    weight[free] = (weight[min1] as number) + (weight[min2] as number)
    weight[min1] = 0
    weight[min2] = 0
    left[free] = min1
    right[free] = min2
  }
  return { left, right, root: free - 1 }
}
