import type { Mission, Process } from './types.ts'

/** What planning asks of a mission millions of times. */
interface Graph {
  readonly makers: ReadonlyMap<string, Process>
  readonly consumers: ReadonlyMap<string, readonly Process[]>
  readonly ranks: ReadonlyMap<string, number>
}

const graphs = new WeakMap<Mission, Graph>()

function graphOf(mission: Mission): Graph {
  let graph = graphs.get(mission)
  if (graph === undefined) graphs.set(mission, (graph = drawGraph(mission)))
  return graph
}

function drawGraph({ processes }: Mission): Graph {
  const makers = new Map<string, Process>()
  const consumers = new Map<string, Process[]>()
  for (const process of processes) {
    for (const { product } of process.outputs) if (!makers.has(product)) makers.set(product, process)
    for (const product of new Set(process.inputs.flatMap(input => input.products)))
      consumers.set(product, [...(consumers.get(product) ?? []), process])
  }
  const depths = new Map<string, number>()
  const depthOf = (product: string): number => {
    const maker = makers.get(product)
    if (maker === undefined) return 0
    const known = depths.get(product)
    if (known !== undefined) return known
    // A circle, which no valid mission has, ends here.
    depths.set(product, 1)
    const depth = 1 + Math.max(0, ...needs(maker).map(depthOf))
    depths.set(product, depth)
    return depth
  }
  return { makers, consumers, ranks: new Map([...makers.keys()].map(product => [product, depthOf(product)])) }
}

/** The process that makes a product; undefined where it only arrives. */
export const makerOf = (mission: Mission, product: string): Process | undefined => graphOf(mission).makers.get(product)

/** The processes that read a product. */
export const consumersOf = (mission: Mission, product: string): readonly Process[] => graphOf(mission).consumers.get(product) ?? []

/** The distance of a process's first output from what arrives: its inputs are of lower ranks. */
export const rankOf = (mission: Mission, process: Process): number => graphOf(mission).ranks.get(process.outputs[0]?.product ?? '') ?? 0

export interface Cycle {
  /** The process that closes the circle. */
  readonly process: string
  /** Product ids along the circle; the last equals the first. */
  readonly products: readonly string[]
}

/** What a process must have now; an earlier output of its own may lie behind it without a circle. */
const needs = (process: Process): readonly string[] => process.inputs.filter(i => i.window.kind !== 'previous').flatMap(i => i.products)

/** The first circle of products that are made from each other. */
export function findCycle(processes: readonly Process[]): Cycle | undefined {
  const readers = new Map<string, Process[]>()
  for (const process of processes) for (const product of needs(process)) readers.set(product, [...(readers.get(product) ?? []), process])
  const done = new Set<string>()
  const path: string[] = []
  const visit = (product: string, by: string): Cycle | undefined => {
    const at = path.indexOf(product)
    if (at >= 0) return { process: by, products: [...path.slice(at), product] }
    if (done.has(product)) return undefined
    path.push(product)
    for (const process of readers.get(product) ?? [])
      for (const output of process.outputs) {
        const cycle = visit(output.product, process.id)
        if (cycle !== undefined) return cycle
      }
    path.pop()
    done.add(product)
    return undefined
  }
  for (const process of processes)
    for (const product of needs(process)) {
      const cycle = visit(product, process.id)
      if (cycle !== undefined) return cycle
    }
  return undefined
}

/** Product ids by their distance from what arrives: level 0 arrives, level n is made from level n-1 and below. */
export function graphLevels(mission: Mission): readonly (readonly string[])[] {
  const { ranks } = graphOf(mission)
  const levels: string[][] = []
  for (const { id } of mission.products) (levels[ranks.get(id) ?? 0] ??= []).push(id)
  return levels
}
