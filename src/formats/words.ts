/** Words of 64 bits compared by their halves: a million of them as bigint take a tenth of a second. */

const machineIsLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** The least and the greatest of at least one word. */
export function extremesOf(values: BigInt64Array): readonly [least: bigint, most: bigint] {
  let [least, most] = [0, 0]
  if (!machineIsLittle) {
    const isLess = lessIn(values)
    for (let i = 1; i < values.length; i++) {
      if (isLess(i, least)) least = i
      if (isLess(most, i)) most = i
    }
    return [values[least] as bigint, values[most] as bigint]
  }
  const high = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  const low = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  let [leastHigh, mostHigh] = [high[1] as number, high[1] as number]
  for (let i = 1; i < values.length; i++) {
    const word = high[2 * i + 1] as number
    if (word < leastHigh || (word === leastHigh && (low[2 * i] as number) < (low[2 * least] as number))) {
      least = i
      leastHigh = word
    }
    if (word > mostHigh || (word === mostHigh && (low[2 * i] as number) > (low[2 * most] as number))) {
      most = i
      mostHigh = word
    }
  }
  return [values[least] as bigint, values[most] as bigint]
}

/** Whether the word at one place is less than that at another. */
export function lessIn(values: BigInt64Array): (a: number, b: number) => boolean {
  if (!machineIsLittle) return (a, b) => (values[a] as bigint) < (values[b] as bigint)
  const high = new Int32Array(values.buffer, values.byteOffset, values.length * 2)
  const low = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  return (a, b) => {
    const [p, q] = [high[2 * a + 1] as number, high[2 * b + 1] as number]
    return p < q || (p === q && (low[2 * a] as number) < (low[2 * b] as number))
  }
}
