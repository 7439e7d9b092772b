import type { HomeKind } from '#apps/home'

/** What differs between a laptop's demo and a mission, in numbers only. Milliseconds. */
export interface SystemSettings {
  /** How long the planner waits for further inputs of a kind. */
  readonly settle: number
  /** Pause before the first retry of a job. */
  readonly retryPause: number
  /** Between two looks into the drop folder. */
  readonly dropPause: number
  /** Between two looks into the log. */
  readonly followPause: number
  /** Between two looks at every cell that is open. */
  readonly auditPause: number
  /** Between two comparisons of ledger and archive. */
  readonly archivePause: number
}

const day = 24 * 3_600_000

export const settingsOf = (kind: HomeKind): SystemSettings =>
  kind === 'demo'
    ? { settle: 2000, retryPause: 3000, dropPause: 300, followPause: 250, auditPause: 10_000, archivePause: day }
    : { settle: 5000, retryPause: 30_000, dropPause: 2000, followPause: 1000, auditPause: 60_000, archivePause: day }
