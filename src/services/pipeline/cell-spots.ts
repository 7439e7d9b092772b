import type { Mission } from '#domain/mission'
import type { Spot } from './context.ts'
import type { JobRow } from './sql.ts'

/** What of a cell says where it is looked at. */
export interface CellSpot {
  readonly mission: string
  readonly product: string
  readonly spacecraft: string
  readonly process: string | null
  readonly partition: string
  readonly start_time: number
  readonly stop_time: number
  /** When a look is promised, UTC milliseconds. */
  readonly until?: number | null
}

export const spotColumns = ['mission', 'product', 'spacecraft', 'process', 'partition', 'start_time', 'stop_time'] as const

/** Where to look for a cell's sake; nowhere where its mission, product or process is no longer configured. */
export function spotOfCell(missions: readonly Mission[], row: CellSpot): readonly Spot[] {
  const mission = missions.find(m => m.id === row.mission)
  const product = mission?.products.find(p => p.id === row.product)
  if (mission === undefined || product === undefined) return []
  if (row.process !== null && !mission.processes.some(p => p.id === row.process)) return []
  const partition = { kind: product.partition.kind, key: row.partition, start: row.start_time, stop: row.stop_time }
  if (row.process === null) return [{ kind: 'arrival', mission: row.mission, product: row.product, spacecraft: row.spacecraft, partition }]
  return [{ kind: 'work', mission: row.mission, process: row.process, spacecraft: row.spacecraft, partition }]
}

/** Where to look for a job's sake. */
export const spotOfJob = (job: JobRow): Spot => ({
  kind: 'work',
  mission: job.mission,
  process: job.process,
  spacecraft: job.spacecraft,
  partition: { kind: job.partition_kind as Spot['partition']['kind'], key: job.partition, start: job.start_time, stop: job.stop_time },
})
