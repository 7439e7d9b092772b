import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Mission, Process } from '#domain/mission'
import { fail } from '#error'

/** A process whose program this machine does not have. */
export interface LeftOut {
  readonly mission: string
  readonly process: string
  readonly program: string
}

/**
 * Takes processes out whose command is not on the path (`python3` on a bare machine), by name: their products are then expected by
 * nobody here, instead of failing one by one. What such a process made elsewhere may still arrive.
 */
export function leaveOutMissing(
  missions: readonly Mission[],
  path: string,
): { readonly missions: readonly Mission[]; readonly leftOut: readonly LeftOut[] } {
  const leftOut: LeftOut[] = []
  const kept = missions.map(mission => {
    const gone = mission.processes.filter(process => !isThere(mission, process, path))
    leftOut.push(...gone.map(process => ({ mission: mission.id, process: process.id, program: programOf(process) })))
    return withoutProcesses(mission, gone)
  })
  return { missions: kept, leftOut }
}

/**
 * Only these processes fly, and only products that one of them reads or makes are left (and those that no process touches at all). Throws
 * `demo/unknown-process`.
 */
export function keepFlying(mission: Mission, flies: readonly string[]): Mission {
  for (const id of flies)
    if (!mission.processes.some(process => process.id === id))
      fail('demo/unknown-process', `demo.yaml of ${mission.id} lets "${id}" fly, which is no process`, { process: id })
  const kept = withoutProcesses(
    mission,
    mission.processes.filter(process => !flies.includes(process.id)),
  )
  const [flying, all] = [kept, mission].map(({ processes }) => new Set(processes.flatMap(touched)))
  return { ...kept, products: kept.products.filter(product => flying?.has(product.id) === true || all?.has(product.id) === false) }
}

const touched = (process: Process): readonly string[] => [
  ...process.inputs.flatMap(input => input.products),
  ...process.outputs.map(output => output.product),
]

function withoutProcesses(mission: Mission, gone: readonly Process[]): Mission {
  const orphaned = new Set(gone.flatMap(process => process.outputs.map(output => output.product)))
  return {
    ...mission,
    processes: mission.processes.filter(process => !gone.includes(process)),
    products: mission.products.map(product => (orphaned.has(product.id) ? { ...product, expect: 'inputs' as const } : product)),
  }
}

export const describeLeftOut = ({ mission, process, program }: LeftOut): string =>
  `left out on this machine: ${process} of ${mission} needs ${program}, which is not on the PATH`

const programOf = (process: Process): string => (process.program.kind === 'run' ? (process.program.command[0] ?? '') : '')

function isThere(mission: Mission, process: Process, path: string): boolean {
  const program = programOf(process)
  // Built-in programs and node itself come with Apsis.
  if (program === '' || program === 'node') return true
  if (program.includes('/')) return existsSync(join(mission.folder, program)) || existsSync(program)
  return existsSync(join(mission.folder, program)) || path.split(delimiter).some(folder => isExecutable(join(folder, program)))
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
