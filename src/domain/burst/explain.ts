import { explainMerit, slidingQuality, type Merit, type MeritShape } from './merit.ts'
import { missionQuality, missionWeights, triggerTerms } from './quality.ts'
import type { TriggerSeason } from './tables.ts'

/** Trigger data numbers of one cycle, per spacecraft; undefined where none came down. */
export type CycleTriggers = readonly (ArrayLike<number> | undefined)[]

/** Which part of a figure of merit one trigger term of one spacecraft carried. */
export interface TermShare {
  /** Position of the spacecraft. */
  readonly spacecraft: number
  readonly term: string
  readonly share: number
}

/** A figure of merit taken apart. The shares of `merit` sum to it, and so do those of `terms` with `rest`. */
export interface Explanation {
  readonly merit: Merit
  /** Largest first. */
  readonly terms: readonly TermShare[]
  /** What the terms do not account for: qualities come rounded from on board, or without their numbers. */
  readonly rest: number
}

/** Per cycle the mission data quality that trigger data numbers give. */
export const qualitiesOf = (triggers: readonly CycleTriggers[], season: TriggerSeason, win: readonly number[]): Float64Array =>
  Float64Array.from(triggers, cycle => missionQuality(spacecraftQualities(cycle, season), win))

const spacecraftQualities = (cycle: CycleTriggers, season: TriggerSeason): readonly (number | undefined)[] =>
  season.spacecraft.map((table, i) => {
    const numbers = cycle[i]
    return numbers === undefined ? undefined : triggerTerms(numbers, table).reduce((sum, term) => sum + term, 0)
  })

/** Says which cycles and which trigger terms carried the figure of merit of cycles [start, stop]. */
export function explainSegment(
  input: {
    readonly mdq: ArrayLike<number>
    readonly triggers: readonly (CycleTriggers | undefined)[]
    readonly season: TriggerSeason
    readonly win: readonly number[]
    readonly shape: MeritShape
  },
  start: number,
  stop: number,
): Explanation {
  const { mdq, triggers, season, win, shape } = input
  const merit = explainMerit(mdq, slidingQuality(mdq, shape), start, stop, shape)
  const sums = season.spacecraft.map(() => new Float64Array(season.terms.length))
  for (const { cycle, weight } of merit.shares) {
    const numbers = triggers[cycle]
    if (numbers === undefined) continue
    const weights = missionWeights(spacecraftQualities(numbers, season), win)
    for (const [i, table] of season.spacecraft.entries()) {
      const own = numbers[i]
      const sum = sums[i]
      if (own === undefined || sum === undefined) continue
      for (const [k, term] of triggerTerms(own, table).entries()) sum[k] = (sum[k] ?? 0) + weight * (weights[i] ?? 0) * term
    }
  }
  const terms = sums.flatMap((sum, spacecraft) => season.terms.map((term, k): TermShare => ({ spacecraft, term, share: sum[k] ?? 0 })))
  return {
    merit,
    terms: terms.filter(({ share }) => share !== 0).sort((a, b) => b.share - a.share || a.spacecraft - b.spacecraft),
    rest: merit.fom - terms.reduce((sum, { share }) => sum + share, 0),
  }
}
