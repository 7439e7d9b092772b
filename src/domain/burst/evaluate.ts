import { selectAutomatically } from './automatic.ts'
import { automaticStructure } from './files/automatic-structure.ts'
import type { FomStructure } from './files/model.ts'
import { regularGrid } from './grid.ts'
import { cycleQuality, missionQuality } from './quality.ts'
import { inForce, type BurstTables } from './tables.ts'

/** Trigger data numbers of one cycle on one spacecraft, as they came down. `tai`: start of the cycle, TAI seconds. */
export interface TriggerRecord {
  readonly tai: number
  readonly numbers: readonly number[]
}

/** What trigger data make of the cycles of one science region. Times are TAI seconds since 1958. */
export interface Evaluation {
  readonly form: 'burst-evaluation/1'
  readonly parameterSet: string
  readonly terms: readonly string[]
  /** Per spacecraft, in the mission's order: numbers and quality of every cycle, null where none came. */
  readonly spacecraft: readonly {
    readonly id: string
    readonly received: number
    readonly numbers: readonly (readonly number[] | null)[]
    readonly cdq: readonly (number | null)[]
  }[]
  /** The automated selection; without the name of its evaluation and without what is in memory, which are known when it is put to use. */
  readonly automatic: FomStructure
  /** Why nothing was selected, where nothing was. */
  readonly nothing?: string
}

/** Cycles may be told with a second too many or too few. */
const tolerance = 1

/**
 * Evaluates trigger data: CDQ per spacecraft, MDQ, and the automated selection, by the tables of the region's start. `from`, `to`: the
 * region; its cycles are those that lie whole in it. The same records in any order, once or twice, give the same. Undefined where no cycle
 * of the region has numbers.
 */
export function evaluateTriggers(
  tables: BurstTables,
  region: { readonly from: number; readonly to: number },
  triggers: readonly (readonly TriggerRecord[])[],
): Evaluation | undefined {
  const step = tables.cycleSeconds
  const first = Math.ceil(region.from / step) * step
  const count = Math.floor((region.to - first) / step)
  if (count < 1) return undefined
  const season = inForce(tables.triggers, first)
  const spacecraft = tables.spacecraft.map((id, i) => {
    const numbers: (readonly number[] | null)[] = Array.from({ length: count }, () => null)
    for (const record of triggers[i] ?? []) {
      const cycle = Math.round((record.tai - first) / step)
      if (cycle >= 0 && cycle < count && Math.abs(record.tai - first - cycle * step) <= tolerance) numbers[cycle] = record.numbers
    }
    const table = season.spacecraft[i]
    const cdq = numbers.map(own => (own === null || table === undefined ? null : rounded(cycleQuality(own, table))))
    return { id, received: numbers.filter(own => own !== null).length, numbers, cdq }
  })
  if (spacecraft.every(({ received }) => received === 0)) return undefined
  const mdq = Array.from({ length: count }, (_, cycle) =>
    rounded(
      missionQuality(
        spacecraft.map(({ cdq }) => cdq[cycle] ?? undefined),
        tables.missionWeights,
      ),
    ),
  )
  const parameters = inForce(tables.automatic, first)
  const grid = regularGrid(first, count, step)
  const selected = selectAutomatically(grid, mdq, parameters)
  const share = ({ id, received }: (typeof spacecraft)[number]): string => `${id.toUpperCase()}=${((100 * received) / count).toFixed(2)}%`
  const frame = {
    algversion: 'Apsis 1',
    metadatainfo: spacecraft.map(share).join(' '),
    oldestavailableburstdata: '',
    metadataevaltime: '',
    timestamps: grid.starts,
    mdq,
  }
  const kept = selected.valid
    ? selected
    : { valid: true as const, segments: [], buffers: 0, stoppedBy: 'exhausted' as const, next: undefined }
  return {
    form: 'burst-evaluation/1',
    parameterSet: season.parameterSet,
    terms: season.terms,
    spacecraft,
    automatic: automaticStructure(kept, parameters, frame) as FomStructure,
    ...(selected.valid ? {} : { nothing: selected.error }),
  }
}

/** Numbers are whole and weights have few digits: more would only say how floating point rounds. */
const rounded = (quality: number): number => Math.round(quality * 1e4) / 1e4
