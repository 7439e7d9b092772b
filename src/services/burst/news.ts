import { formatStatus, type SegmentRecord, type SubmissionState } from '#domain/burst'
import { appendEvents } from '#services/catalog'
import type { Tx } from '#services/db'

/** What happens in burst selection, as it is told to those who listen. Times in UTC milliseconds. */
export type BurstNews =
  | { readonly act: 'window-opened'; readonly evaluation: string; readonly deadline: number }
  | { readonly act: 'window-evaluated'; readonly evaluation: string; readonly segments: number }
  | { readonly act: 'window-warned'; readonly evaluation: string; readonly deadline: number; readonly sentence: string }
  /** `submission` null: the automated selection stands. */
  | { readonly act: 'window-closed'; readonly evaluation: string; readonly submission: number | null; readonly segments: number }
  | { readonly act: 'draft-saved'; readonly evaluation: string; readonly name: string }
  | {
      readonly act: 'submission-received'
      readonly evaluation: string
      readonly submission: number
      readonly state: SubmissionState
      readonly final: boolean
    }
  | {
      readonly act: 'submission-approved' | 'submission-rejected'
      readonly evaluation: string
      readonly submission: number
      readonly reason: string
    }
  /** `before` null: the segment is new. Both are tokens of the status column. */
  | { readonly act: 'segment-changed'; readonly segment: number; readonly before: string | null; readonly after: string }
  | { readonly act: 'report-taken'; readonly kind: 'status' | 'playback'; readonly spacecraft: number }
  | { readonly act: 'commands-sent'; readonly selections: number; readonly holds: number; readonly releases: number }
  | { readonly act: 'files-arrived'; readonly files: number }

/** Who did it, where and when (UTC milliseconds). */
export interface NewsFrame {
  readonly mission: string
  readonly actor: string
  readonly at: number
}

/** Puts news into the log, in the transaction that does what they tell of and as its last act. */
export const tellNews = (tx: Tx, { mission, actor, at }: NewsFrame, news: readonly BurstNews[]): Promise<number> =>
  appendEvents(
    tx,
    at,
    news.map(detail => ({ kind: 'burst', mission, file: null, actor, detail })),
  )

/** The news of a segment, where its tokens have changed. */
export function newsOfSegment(
  before: Pick<SegmentRecord, 'status'> | undefined,
  after: Pick<SegmentRecord, 'id' | 'status'>,
): readonly BurstNews[] {
  const was = before === undefined ? null : formatStatus(before.status)
  const is = formatStatus(after.status)
  return was === is ? [] : [{ act: 'segment-changed', segment: after.id, before: was, after: is }]
}
