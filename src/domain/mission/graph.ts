import type { Mission, Process } from './types.ts'

/** The process that makes a product; undefined where it only arrives. */
export const makerOf = (mission: Mission, product: string): Process | undefined =>
  mission.processes.find(process => process.outputs.some(output => output.product === product))

/** The processes that read a product. */
export const consumersOf = (mission: Mission, product: string): readonly Process[] =>
  mission.processes.filter(process => process.inputs.some(input => input.products.includes(product)))

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
  const depth = new Map<string, number>()
  const depthOf = (product: string): number => {
    const known = depth.get(product)
    if (known !== undefined) return known
    const maker = makerOf(mission, product)
    const own = maker === undefined ? 0 : 1 + Math.max(0, ...needs(maker).map(depthOf))
    depth.set(product, own)
    return own
  }
  const levels: string[][] = []
  for (const { id } of mission.products) (levels[depthOf(id)] ??= []).push(id)
  return levels
}
