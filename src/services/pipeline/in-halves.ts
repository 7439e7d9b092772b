/**
 * Does work on many at once; where that breaks off, on each half of them, down to the one that it breaks off at, which is told with its
 * error. `isOthers`: errors that say nothing about what is worked on, and end all of it. Answers in the order of what it was given.
 */
export async function inHalves<One, Done>(
  all: readonly One[],
  work: (some: readonly One[]) => Promise<Done>,
  isOthers: (error: unknown) => boolean,
  alone: (one: One, error: unknown) => Promise<Done>,
): Promise<readonly Done[]> {
  const [first] = all
  if (first === undefined) return []
  try {
    return [await work(all)]
  } catch (error) {
    if (isOthers(error)) throw error
    if (all.length === 1) return [await alone(first, error)]
    const half = Math.ceil(all.length / 2)
    const before = await inHalves(all.slice(0, half), work, isOthers, alone)
    return [...before, ...(await inHalves(all.slice(half), work, isOthers, alone))]
  }
}
