import { explainSegment, inForce, meritShape, type BurstTables, type CycleTriggers, type Explanation } from '#domain/burst'
import { fail } from '#error'
import type { Db } from '#services/db'
import { listCycles } from './cycle.ts'
import { automaticOf, type BurstWindow } from './window.ts'

/** A figure of merit taken apart: cycles by their start (TAI seconds), terms by the names of spacecraft and of trigger terms. */
export interface ExplainedSegment extends Pick<Explanation, 'rest'> {
  readonly fom: number
  readonly by: Explanation['merit']['by']
  readonly parameterSet: string
  readonly cycles: readonly { readonly start: number; readonly weight: number; readonly share: number }[]
  readonly terms: readonly { readonly spacecraft: string; readonly term: string; readonly share: number }[]
  /** Cycles of the segment whose trigger data are in the ledger. */
  readonly known: number
}

/** Says what carried the figure of merit of cycles [start, stop] of a window. Throws `burst/bad-question` where they are none of it. */
export async function explainCycles(
  db: Db,
  tables: BurstTables,
  window: BurstWindow,
  start: number,
  stop: number,
): Promise<ExplainedSegment> {
  const { grid } = automaticOf(tables, window)
  const [first, last] = [grid.starts[start], grid.starts[stop]]
  if (first === undefined || last === undefined || stop < start)
    return fail('burst/bad-question', `cycles ${start} to ${stop} are none of the window, which has 0 to ${grid.starts.length - 1}`)
  const shape = meritShape(inForce(tables.automatic, first))
  const season = inForce(tables.triggers, first)
  // The sliding window reaches beyond the segment.
  const [from, to] = [Math.max(0, start - shape.window), Math.min(grid.starts.length - 1, stop + shape.window)]
  const range = { from: grid.starts[from] ?? 0, to: (grid.starts[to] ?? 0) + grid.step }
  const perCraft = await Promise.all(
    tables.spacecraft.map(async (_id, craft) => {
      const cycles = await listCycles(db, window.mission, craft, range)
      return new Map(cycles.flatMap(({ tai, numbers }) => (numbers === null ? [] : [[tai, numbers] as const])))
    }),
  )
  const triggers: (CycleTriggers | undefined)[] = grid.starts.map((tai, i) => {
    const cycle = i < from || i > to ? [] : perCraft.map(known => known.get(tai))
    return cycle.some(numbers => numbers !== undefined) ? cycle : undefined
  })
  const mdq = window.automatic.cycles.mdq.map(quality => quality ?? 0)
  const { merit, terms, rest } = explainSegment({ mdq, triggers, season, win: tables.missionWeights, shape }, start, stop)
  return {
    fom: merit.fom,
    by: merit.by,
    parameterSet: season.parameterSet,
    cycles: merit.shares
      .filter(({ share }) => share > 0)
      .map(({ cycle, weight, share }) => ({ start: grid.starts[cycle] ?? 0, weight, share })),
    terms: terms.map(({ spacecraft, term, share }) => ({ spacecraft: tables.spacecraft[spacecraft] ?? '', term, share })),
    rest,
    known: triggers.slice(start, stop + 1).filter(cycle => cycle !== undefined).length,
  }
}
