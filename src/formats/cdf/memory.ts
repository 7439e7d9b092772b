/** Where reads put what they make: `take` gives room for so many bytes, or undefined where fresh memory is wanted. */
export interface Memory {
  take(bytes: number): Uint8Array | undefined
}

export interface Rounds extends Memory {
  next(): void
}

export const noMemory: Memory = { take: () => undefined }

/**
 * Memory that is used again: each round may take a few pieces, the next gets the same ones. Garbage collectors see large
 * arrays late, so that a loop over a large file would else hold hundreds of megabytes of what it has done with.
 */
export function makeRounds(): Rounds {
  const pieces: Uint8Array[] = []
  let taken = 0
  return {
    next: () => {
      taken = 0
    },
    take: bytes => {
      const known = pieces[taken]
      const piece = known !== undefined && known.length >= bytes ? known : new Uint8Array(bytes)
      pieces[taken++] = piece
      return piece.subarray(0, bytes)
    },
  }
}
