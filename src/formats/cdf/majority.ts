import { reverse4 } from './encodings.ts'

/**
 * Copies records whose first dimension runs fastest into records whose last does. `size` is the bytes of one element
 * (of a whole string), `dims` the varying dimensions as declared.
 */
export const columnToRow = (from: Uint8Array, dims: readonly number[], size: number, to?: Uint8Array): Uint8Array =>
  reorder(from, to ?? new Uint8Array(from.byteLength), dims, size, false)

/** {@link columnToRow} for elements of one 32-bit word, with the bytes of each turned round on the way: one pass instead of three. */
export function columnToRowSwapped(
  from: Uint8Array,
  dims: readonly number[],
  to: Uint8Array = new Uint8Array(from.byteLength),
): Uint8Array {
  moveSwapped(wordsOf(from), wordsIn(to), planWalk(dims))
  return to
}

function moveSwapped(from: Int32Array, to: Int32Array, { length, stride, starts }: Walk): void {
  let row = 0
  for (let base = 0; base < from.length; base += length * stride) {
    for (let r = 0; r < starts.length; r++) {
      let column = base + (starts[r] as number)
      for (const end = row + length; row < end; row++, column += stride) to[row] = reverse4(from[column] as number)
    }
  }
}

/** The other way, for writing. */
export const rowToColumn = (from: Uint8Array, dims: readonly number[], size: number): Uint8Array =>
  reorder(from, new Uint8Array(from.byteLength), dims, size, true)

/** How to walk one record: rows of the last dimension, each contiguous in row order and strided in column order. */
interface Walk {
  /** Elements of a row. */
  readonly length: number
  /** Distance of its elements in column order. */
  readonly stride: number
  /** For each row in row order, where its first element lies in column order. */
  readonly starts: Int32Array
}

function planWalk(dims: readonly number[]): Walk {
  const outer = dims.slice(0, -1)
  const stride = outer.reduce((product, dim) => product * dim, 1)
  const starts = new Int32Array(stride)
  let count = 1
  for (let d = outer.length - 1; d >= 0; d--) {
    const dim = outer[d] as number
    const step = outer.slice(0, d).reduce((product, size) => product * size, 1)
    for (let k = dim - 1; k >= 0; k--) for (let i = 0; i < count; i++) starts[k * count + i] = (starts[i] as number) + k * step
    count *= dim
  }
  return { length: dims.at(-1) ?? 1, stride, starts }
}

function reorder(from: Uint8Array, to: Uint8Array, dims: readonly number[], size: number, toColumn: boolean): Uint8Array {
  const walk = planWalk(dims)
  if (size === 8) movePairs(wordsOf(from), wordsIn(to), walk, toColumn)
  else if (size === 4) moveWords(wordsOf(from), wordsIn(to), walk, toColumn)
  else moveBytes(from, to, walk, size, toColumn)
  return to
}

/** Results begin where their memory does. */
const wordsIn = (to: Uint8Array): Int32Array => new Int32Array(to.buffer, to.byteOffset, to.byteLength / 4)

function wordsOf(from: Uint8Array): Int32Array {
  const own = from.byteOffset % 4 === 0 ? from : from.slice()
  return new Int32Array(own.buffer, own.byteOffset, own.byteLength / 4)
}

// As two halves, not as a double: copying a double may change the bits of a NaN.
function movePairs(from: Int32Array, to: Int32Array, { length, stride, starts }: Walk, toColumn: boolean): void {
  let row = 0
  for (let base = 0; base < from.length; base += length * stride * 2) {
    for (let r = 0; r < starts.length; r++) {
      let column = base + (starts[r] as number) * 2
      for (let i = 0; i < length; i++, row += 2, column += stride * 2) {
        const source = toColumn ? row : column
        const target = toColumn ? column : row
        to[target] = from[source] as number
        to[target + 1] = from[source + 1] as number
      }
    }
  }
}

function moveWords(from: Int32Array, to: Int32Array, { length, stride, starts }: Walk, toColumn: boolean): void {
  let row = 0
  for (let base = 0; base < from.length; base += length * stride) {
    for (let r = 0; r < starts.length; r++) {
      let column = base + (starts[r] as number)
      const end = row + length
      if (toColumn) for (; row < end; row++, column += stride) to[column] = from[row] as number
      else for (; row < end; row++, column += stride) to[row] = from[column] as number
    }
  }
}

function moveBytes(from: Uint8Array, to: Uint8Array, { length, stride, starts }: Walk, size: number, toColumn: boolean): void {
  let row = 0
  for (let base = 0; base < from.length; base += length * stride * size) {
    for (let r = 0; r < starts.length; r++) {
      let column = base + (starts[r] as number) * size
      for (let i = 0; i < length; i++, row += size, column += stride * size) {
        const [source, target] = toColumn ? [row, column] : [column, row]
        for (let k = 0; k < size; k++) to[target + k] = from[source + k] as number
      }
    }
  }
}
