import type { Leaf } from './extents.ts'

/** Compressed blocks that lie close together, to be fetched at once. */
export interface Run {
  readonly leaves: Leaf[]
  readonly start: number
  end: number
}

// A read costs microseconds on a disk and a round trip on a network, so that neighbours are fetched in one.
const MAX_RUN = 1 << 20
const MAX_HOLE = 4096

/** Puts neighbouring compressed blocks together; others stay alone. */
export function groupLeaves(leaves: readonly Leaf[]): readonly Run[] {
  const runs: Run[] = []
  for (const leaf of leaves) {
    const end = leaf.dataStart + leaf.dataBytes
    const run = runs.at(-1)
    const hole = leaf.dataStart - (run?.end ?? 0)
    if (
      run !== undefined &&
      leaf.compressed &&
      run.leaves.at(-1)?.compressed === true &&
      hole >= 0 &&
      hole <= MAX_HOLE &&
      end - run.start <= MAX_RUN
    ) {
      run.leaves.push(leaf)
      run.end = end
    } else runs.push({ leaves: [leaf], start: leaf.dataStart, end })
  }
  return runs
}
