import type { Finding } from './rule.ts'
import { findingKey, type Verdict } from './validate.ts'

/** Who may select: a Scientist-in-the-Loop, and one who may also approve what is orange and edit stored segments. */
export type SelectorRole = 'sitl' | 'super-sitl'

/** What a submission is. */
export type SubmissionState = 'refused' | 'awaiting-approval' | 'accepted' | 'rejected'

/** Which state may follow which: a submission never changes, only a Super-SITL decides on one that waits. */
export const submissionMoves: Readonly<Record<SubmissionState, readonly SubmissionState[]>> = {
  refused: [],
  'awaiting-approval': ['accepted', 'rejected'],
  accepted: [],
  rejected: [],
}

export interface Decision {
  readonly state: 'refused' | 'awaiting-approval' | 'accepted'
  /** What stands in the way, with what is asked for. */
  readonly open: readonly { readonly key: string; readonly needs: 'mend' | 'approval' | 'justification'; readonly sentence: string }[]
}

/**
 * What becomes of a submission: an error refuses it, so does a yellow finding without a justification under its key, or under
 * its rule for all of that rule, or `*` for all; an orange one
 * needs a Super-SITL, who submits or approves.
 */
export function decideSubmission(verdict: Verdict, role: SelectorRole, justifications: Readonly<Record<string, string>>): Decision {
  const open = verdict.findings.flatMap((finding): Decision['open'] => {
    const needs = needOf(finding, role, justifications)
    return needs === undefined ? [] : [{ key: findingKey(finding), needs, sentence: finding.sentence }]
  })
  const refused = open.some(({ needs }) => needs !== 'approval')
  return { state: refused ? 'refused' : open.length > 0 ? 'awaiting-approval' : 'accepted', open }
}

function needOf(
  finding: Finding,
  role: SelectorRole,
  justifications: Readonly<Record<string, string>>,
): Decision['open'][number]['needs'] | undefined {
  if (finding.class === 'error') return 'mend'
  if (finding.class === 'orange') return role === 'super-sitl' ? undefined : 'approval'
  return (justifications[findingKey(finding)] ?? justifications[finding.rule] ?? justifications['*'] ?? '').trim() === ''
    ? 'justification'
    : undefined
}

/** How long before the deadline people are warned, in milliseconds, the earliest first. */
const warnBefore: readonly number[] = [24, 6, 1].map(hours => hours * 3_600_000)

/** How many of the warnings are due at `now`; times in UTC milliseconds. */
export const warningsDue = (deadline: number, now: number): number => warnBefore.filter(before => now >= deadline - before).length
