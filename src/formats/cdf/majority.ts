/**
 * Copies records whose first dimension runs fastest into records whose last does. `size` is the bytes of one element
 * (of a whole string), `dims` the varying dimensions as declared.
 */
export function columnToRow(from: Uint8Array, dims: readonly number[], size: number): Uint8Array {
  return reorder(from, dims, size, false)
}

/** The other way, for writing. */
export function rowToColumn(from: Uint8Array, dims: readonly number[], size: number): Uint8Array {
  return reorder(from, dims, size, true)
}

function reorder(from: Uint8Array, dims: readonly number[], size: number, toColumn: boolean): Uint8Array {
  const to = new Uint8Array(from.byteLength)
  const order = elementOrder(dims)
  if (size === 4 || size === 8) copyWords(from, to, order, size / 4, toColumn)
  else copyBytes(from, to, order, size, toColumn)
  return to
}

/** For each element of a row-order record, its place in a column-order record. */
function elementOrder(dims: readonly number[]): Int32Array {
  const strides: number[] = []
  let total = 1
  for (const dim of dims) {
    strides.push(total)
    total *= dim
  }
  const order = new Int32Array(total)
  let count = 1
  for (let d = dims.length - 1; d >= 0; d--) {
    const dim = dims[d] as number
    const stride = strides[d] as number
    for (let k = dim - 1; k >= 0; k--) for (let i = 0; i < count; i++) order[k * count + i] = (order[i] as number) + k * stride
    count *= dim
  }
  return order
}

function copyWords(from: Uint8Array, to: Uint8Array, order: Int32Array, words: number, toColumn: boolean): void {
  const source = from.byteOffset % 4 === 0 ? from : from.slice()
  const a = new Int32Array(source.buffer, source.byteOffset, source.byteLength >> 2)
  const b = new Int32Array(to.buffer, 0, to.byteLength >> 2)
  const n = order.length
  for (let base = 0; base < a.length; base += n * words) {
    if (words === 1 && toColumn) for (let i = 0; i < n; i++) b[base + (order[i] as number)] = a[base + i] as number
    else if (words === 1) for (let i = 0; i < n; i++) b[base + i] = a[base + (order[i] as number)] as number
    else copyPairs(a, b, base, order, toColumn)
  }
}

function copyPairs(a: Int32Array, b: Int32Array, base: number, order: Int32Array, toColumn: boolean): void {
  for (let i = 0; i < order.length; i++) {
    const row = base + 2 * i
    const column = base + 2 * (order[i] as number)
    const [source, target] = toColumn ? [row, column] : [column, row]
    b[target] = a[source] as number
    b[target + 1] = a[source + 1] as number
  }
}

function copyBytes(from: Uint8Array, to: Uint8Array, order: Int32Array, size: number, toColumn: boolean): void {
  const n = order.length
  for (let base = 0; base < from.length; base += n * size) {
    for (let i = 0; i < n; i++) {
      const row = base + i * size
      const column = base + (order[i] as number) * size
      const [source, target] = toColumn ? [row, column] : [column, row]
      for (let k = 0; k < size; k++) to[target + k] = from[source + k] as number
    }
  }
}
