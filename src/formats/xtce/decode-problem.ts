/** What is remarkable about one packet; none of it is thrown. Sizes in bits. */
export type DecodeProblem =
  /** No concrete container fits: values are those of the containers that did. */
  | { readonly problem: 'unknown-kind'; readonly container: string }
  /** The packet ends before `parameter` does. */
  | { readonly problem: 'short'; readonly container: string; readonly parameter: string; readonly need: number; readonly have: number }
  /** The size of `parameter` comes out as no number of bits (negative, a fraction, or it depends on something absent). */
  | { readonly problem: 'bad-size'; readonly container: string; readonly parameter: string; readonly need: number; readonly have: number }
  /** The definition says nothing about the last `size` bits. */
  | { readonly problem: 'spare'; readonly container: string; readonly size: number }

/** The same problem in many packets: what it is in the first of them, which that is, and in how many it is. */
export interface ProblemGroup {
  readonly problem: DecodeProblem
  readonly first: number
  readonly packets: number
}

/** Gathers problems once per kind of packet, problem and parameter: a definition that stops early does so in every packet. */
export interface ProblemCollector {
  add(packet: number, problem: DecodeProblem): void
  groups(): readonly ProblemGroup[]
}

export function collectProblems(): ProblemCollector {
  const groups = new Map<string, ProblemGroup>()
  return {
    add(packet, problem) {
      const key = `${problem.container} ${problem.problem} ${'parameter' in problem ? problem.parameter : ''}`
      const known = groups.get(key)
      groups.set(key, known === undefined ? { problem, first: packet, packets: 1 } : { ...known, packets: known.packets + 1 })
    },
    groups: () => [...groups.values()],
  }
}

const bits = (size: number): string => (size % 8 === 0 ? `${size / 8} octets` : `${size} bits`)

/** One sentence for people. */
export function describeDecodeProblem(problem: DecodeProblem): string {
  if (problem.problem === 'unknown-kind') return `${problem.container}: no container of the definition fits`
  if (problem.problem === 'spare') return `${problem.container}: the definition says nothing about the last ${bits(problem.size)}`
  if (problem.problem === 'bad-size') return `${problem.container}: the size of ${problem.parameter} comes out as ${problem.need} bits`
  return `${problem.container}: ${problem.parameter} needs ${bits(problem.need)}, ${bits(problem.have)} are left`
}
