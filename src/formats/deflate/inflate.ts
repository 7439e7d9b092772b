/** Code lengths of one alphabet as a look-up: `table[next 9 bits]`, longer codes by walking the counts. */
interface Codes {
  /** (symbol << 4 | length) by the next FAST bits, 0 where the code is longer. */
  readonly fast: Uint16Array
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

const FAST = 10
const FAST_MASK = (1 << FAST) - 1
const CUT = 'it ends within a code'
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12_289, 16_385,
  24_577,
]
const DISTANCE_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Inflates one raw deflate stream (RFC 1951). Throws on broken streams and beyond `limit` bytes. */
export function inflateRaw(deflated: Uint8Array, expected: number, limit: number): Uint8Array {
  return run(new Inflater(deflated, Math.min(expected, limit), limit))
}

const LONGEST_MATCH = 258

/** The first bytes of a raw deflate stream, about `count`, fewer where it begins with a long stored block: a look before memory is spent on all. */
export function inflateHead(deflated: Uint8Array, count: number): Uint8Array {
  const state = new Inflater(deflated, count + LONGEST_MATCH, count + LONGEST_MATCH)
  try {
    return run(state)
  } catch (error) {
    if (error instanceof RangeError) return state.take()
    throw error
  }
}

function run(state: Inflater): Uint8Array {
  let last = false
  while (!last) {
    last = state.bits(1) === 1
    const kind = state.bits(2)
    if (kind === 0) state.copyStored()
    else if (kind === 1) state.copyCoded(fixedLengths(), fixedDistances())
    else if (kind === 2) state.copyCoded(...readCodes(state))
    else throw new Error('a block has the reserved type 3')
  }
  return state.take()
}

class Inflater {
  private readonly source: Uint8Array
  private at = 0
  private hold = 0
  private held = 0
  private out: Uint8Array
  private length = 0
  private readonly limit: number

  constructor(source: Uint8Array, expected: number, limit: number) {
    this.source = source
    // Deflate cannot give more than 1032 bytes per byte: a promise beyond that is not believed.
    this.out = new Uint8Array(Math.min(expected, source.length * 1032 + 64))
    this.limit = limit
  }

  take(): Uint8Array {
    return this.out.subarray(0, this.length)
  }

  bits(count: number): number {
    while (this.held < count) this.refill()
    const value = this.hold & ((1 << count) - 1)
    this.hold >>= count
    this.held -= count
    return value
  }

  symbol(codes: Codes): number {
    while (this.held < 15 && this.at < this.source.length) this.refill()
    const found = (codes.fast[this.hold & FAST_MASK] as number) || walk(codes, this.hold)
    this.held -= found & 15
    if (this.held < 0) throw new Error(CUT)
    this.hold >>= found & 15
    return found >> 4
  }

  copyStored(): void {
    this.bits(this.held & 7)
    const length = this.bits(16)
    if ((length ^ this.bits(16)) !== 0xffff) throw new Error('a stored block denies its own length')
    // Whole bytes may still be held.
    this.at -= this.held >> 3
    this.hold = 0
    this.held = 0
    if (this.at + length > this.source.length) throw new Error('it ends within a stored block')
    this.room(length)
    this.out.set(this.source.subarray(this.at, this.at + length), this.length)
    this.at += length
    this.length += length
  }

  /**
   * A block of codes. Everything is held in locals, literals have a loop of their own, and `hold` (below 2^30) is shifted
   * with its sign: the unsigned shift makes engines keep it as a double. Together that is half of the speed.
   */
  copyCoded(lengths: Codes, distances: Codes): void {
    const { source } = this
    const end = source.length
    const lengthFast = lengths.fast
    const distanceFast = distances.fast
    let { at, hold, held, out, length } = this
    for (;;) {
      let code = 0
      for (;;) {
        while (held < 15 && at < end) {
          hold |= (source[at++] as number) << held
          held += 8
        }
        code = lengthFast[hold & FAST_MASK] as number
        if (code === 0) code = walk(lengths, hold)
        held -= code & 15
        hold >>= code & 15
        if (code >= 4096 || held < 0) break
        if (length === out.length) out = this.grow(out, length, 1)
        out[length++] = code >> 4
      }
      if (held < 0) throw new Error(CUT)
      const symbol = code >> 4
      if (symbol === 256) break
      const lengthExtra = LENGTH_EXTRA[symbol - 257]
      if (lengthExtra === undefined) throw new Error(`length code ${symbol} does not exist`)
      while (held < lengthExtra && at < end) {
        hold |= (source[at++] as number) << held
        held += 8
      }
      const count = (LENGTH_BASE[symbol - 257] as number) + (hold & ((1 << lengthExtra) - 1))
      hold >>= lengthExtra
      held -= lengthExtra
      while (held < 15 && at < end) {
        hold |= (source[at++] as number) << held
        held += 8
      }
      const distanceCode = (distanceFast[hold & FAST_MASK] as number) || walk(distances, hold)
      held -= distanceCode & 15
      hold >>= distanceCode & 15
      const distanceExtra = DISTANCE_EXTRA[distanceCode >> 4]
      if (distanceExtra === undefined) throw new Error(`distance code ${distanceCode >> 4} does not exist`)
      while (held < distanceExtra && at < end) {
        hold |= (source[at++] as number) << held
        held += 8
      }
      const distance = (DISTANCE_BASE[distanceCode >> 4] as number) + (hold & ((1 << distanceExtra) - 1))
      hold >>= distanceExtra
      held -= distanceExtra
      if (held < 0) throw new Error(CUT)
      if (distance > length) throw new Error(`a match reaches ${distance} bytes back, only ${length} are there`)
      if (length + count > out.length) out = this.grow(out, length, count)
      const stop = length + count
      if (count > 32 && distance >= count) {
        out.copyWithin(length, length - distance, stop - distance)
        length = stop
      } else for (let from = length - distance; length < stop;) out[length++] = out[from++] as number
    }
    Object.assign(this, { at, hold, held, out, length })
  }

  private refill(): void {
    if (this.at >= this.source.length) throw new Error(CUT)
    this.hold |= (this.source[this.at++] as number) << this.held
    this.held += 8
  }

  private room(count: number): void {
    if (this.length + count > this.out.length) this.out = this.grow(this.out, this.length, count)
  }

  private grow(out: Uint8Array, length: number, count: number): Uint8Array {
    const need = length + count
    // What is there already is what inflateHead wants.
    this.out = out
    this.length = length
    if (need > this.limit) throw new RangeError(`more than ${this.limit} bytes come out`)
    const grown = new Uint8Array(Math.min(this.limit, Math.max(need, out.length * 2, 1024)))
    grown.set(out.subarray(0, length))
    return grown
  }
}

/** (symbol << 4 | length) of the code in the low bits of `hold`. Canonical codes: counted bit by bit, for those longer than the table. */
function walk(codes: Codes, hold: number): number {
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length <= 15; length++) {
    code |= (hold >>> (length - 1)) & 1
    const count = codes.counts[length] as number
    if (code - count < first) return ((codes.symbols[index + (code - first)] as number) << 4) | length
    index += count
    first = (first + count) << 1
    code <<= 1
  }
  throw new Error('a code is in no alphabet')
}

function makeCodes(lengths: Uint8Array): Codes {
  const counts = new Uint16Array(16)
  for (const length of lengths) counts[length]!++
  counts[0] = 0
  const starts = new Uint16Array(16)
  let left = 1
  for (let i = 1; i < 16; i++) {
    left = left * 2 - (counts[i] as number)
    if (left < 0) throw new Error('an alphabet has more codes than bits allow')
    starts[i] = (starts[i - 1] as number) + (counts[i - 1] as number)
  }
  const symbols = new Uint16Array(lengths.length)
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number
    if (length !== 0) symbols[starts[length]!++] = symbol
  }
  return { counts, symbols, fast: makeFast(counts, symbols) }
}

function makeFast(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const fast = new Uint16Array(1 << FAST)
  let code = 0
  let index = 0
  for (let length = 1; length <= FAST; length++) {
    for (let k = 0; k < (counts[length] as number); k++, code++, index++) {
      const entry = ((symbols[index] as number) << 4) | length
      for (let at = reverse(code, length); at < fast.length; at += 1 << length) fast[at] = entry
    }
    code <<= 1
  }
  return fast
}

function reverse(code: number, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i)
  return out
}

let fixed: readonly [Codes, Codes] | undefined

function fixedCodes(): readonly [Codes, Codes] {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280)
  fixed ??= [makeCodes(lengths), makeCodes(new Uint8Array(30).fill(5))]
  return fixed
}

const fixedLengths = (): Codes => fixedCodes()[0]
const fixedDistances = (): Codes => fixedCodes()[1]

function readCodes(state: Inflater): [Codes, Codes] {
  const literals = state.bits(5) + 257
  const distances = state.bits(5) + 1
  const given = state.bits(4) + 4
  if (literals > 286 || distances > 30) throw new Error('an alphabet is too large')
  const meta = new Uint8Array(19)
  for (let i = 0; i < given; i++) meta[ORDER[i] as number] = state.bits(3)
  const codes = makeCodes(meta)
  const lengths = new Uint8Array(literals + distances)
  for (let at = 0; at < lengths.length;) {
    const symbol = state.symbol(codes)
    if (symbol < 16) lengths[at++] = symbol
    else at = repeat(state, lengths, at, symbol)
  }
  return [makeCodes(lengths.subarray(0, literals)), makeCodes(lengths.subarray(literals))]
}

function repeat(state: Inflater, lengths: Uint8Array, at: number, symbol: number): number {
  if (symbol === 16 && at === 0) throw new Error('an alphabet repeats nothing')
  const value = symbol === 16 ? (lengths[at - 1] as number) : 0
  const count = symbol === 16 ? 3 + state.bits(2) : symbol === 17 ? 3 + state.bits(3) : 11 + state.bits(7)
  if (at + count > lengths.length) throw new Error('an alphabet is too long')
  lengths.fill(value, at, at + count)
  return at + count
}
