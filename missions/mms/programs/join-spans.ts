/** Records [from, to) of one of several files. */
export interface Piece {
  readonly file: number
  readonly from: number
  readonly to: number
}

/** How many times lie before `limit`, of a list in order. */
export function countBefore(time: BigInt64Array, limit: bigint): number {
  let [low, high] = [0, time.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((time[middle] as bigint) < limit) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The pieces of files that make one list in order of time. Day files overlap: over the span of a later named file its records hold,
 * before and behind it those of the earlier ones.
 */
export function joinSpans(times: readonly BigInt64Array[]): Piece[] {
  let pieces: Piece[] = []
  times.forEach((time, file) => {
    const [first, last] = [time[0], time.at(-1)]
    if (first === undefined || last === undefined) return
    const around = pieces.flatMap(piece => {
      const other = times[piece.file] as BigInt64Array
      const before = { ...piece, to: Math.min(piece.to, countBefore(other, first)) }
      const behind = { ...piece, from: Math.max(piece.from, countBefore(other, last + 1n)) }
      return [before, behind].filter(({ from, to }) => from < to)
    })
    pieces = [...around, { file, from: 0, to: time.length }]
  })
  const startOf = ({ file, from }: Piece): bigint => times[file]?.[from] ?? 0n
  return pieces.sort((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
}
