import {
  cycleEnd,
  everySpacecraft,
  replayEdits,
  segmentLength,
  validateSelection,
  type BurstTables,
  type Edit,
  type Segment,
  type Selection,
} from '#domain/burst'
import { fail } from '#error'
import type { Db } from '#services/db'
import { saveDraft, submitSelection, windowFacts, type BurstWindow, type Submission } from '#services/burst'
import type { BurstScript } from './burst-script.ts'

/** What the scripted scientist does with a window: the edits in their order. The same window gives the same edits. */
export function improve(automatic: Selection, mdq: readonly number[], script: BurstScript['sitl'], spacecraft: number): readonly Edit[] {
  const by = `${script.person}(demo)`
  const byMerit = automatic.segments.toSorted((a, b) => b.fom - a.fom || a.start - b.start)
  const [best, ...others] = byMerit
  const edits: Edit[] = []
  if (best !== undefined) {
    const peak = bestStretch(mdq, best.start, best.stop, script.raise.cycles)
    const { fom, comment, tags } = script.raise
    edits.push({ kind: 'trim', id: best.id, ...peak, by }, { kind: 'change', ids: [best.id], to: { fom, comment, tags }, by })
  }
  const least = others.at(-1)
  if (least !== undefined) edits.push({ kind: 'delete', ids: [least.id] })
  const kept = others.slice(0, -1).map(({ id }) => id)
  if (kept.length > 0) edits.push({ kind: 'change', ids: kept, to: { comment: script.comment }, by })
  const missed = missedStretch(automatic, mdq, script.add.cycles)
  if (missed !== undefined) {
    const { fom, comment, tags } = script.add
    edits.push({ kind: 'add', ...missed, content: { fom, comment, tags, spacecraft: everySpacecraft(spacecraft), source: by } })
  }
  return edits
}

interface Stretch {
  readonly start: number
  readonly stop: number
}

/** The `count` consecutive cycles of [first, last] with the most quality. */
function bestStretch(mdq: readonly number[], first: number, last: number, count: number): Stretch {
  let best = { start: first, stop: Math.min(last, first + count - 1), sum: -1 }
  for (let start = first; start + count - 1 <= last; start++) {
    const sum = mdq.slice(start, start + count).reduce((all, quality) => all + quality, 0)
    if (sum > best.sum) best = { start, stop: start + count - 1, sum }
  }
  return { start: best.start, stop: best.stop }
}

/** The best consecutive cycles with trigger data that no automated segment touches, nor lies beside. */
function missedStretch({ grid, segments }: Selection, mdq: readonly number[], count: number): Stretch | undefined {
  const [first, last] = [mdq.findIndex(quality => quality > 0), mdq.findLastIndex(quality => quality > 0)]
  const free = grid.runs
    .flatMap(run => freeParts(Math.max(run.first, first), Math.min(run.last, last), segments, 2))
    .filter(part => first >= 0 && part.stop - part.start + 1 >= count)
  const stretches = free.map(part => bestStretch(mdq, part.start, part.stop, count))
  const sumOf = ({ start, stop }: Stretch): number => mdq.slice(start, stop + 1).reduce((all, quality) => all + quality, 0)
  return stretches.toSorted((a, b) => sumOf(b) - sumOf(a))[0]
}

function freeParts(first: number, last: number, segments: readonly Segment[], margin: number): readonly Stretch[] {
  const parts: Stretch[] = []
  let start = first
  for (const one of segments.filter(({ start: s, stop }) => stop >= first && s <= last)) {
    if (one.start - margin > start) parts.push({ start, stop: one.start - margin - 1 })
    start = Math.max(start, one.stop + margin + 1)
  }
  if (start <= last) parts.push({ start, stop: last })
  return parts
}

/** Improves the automated selection of a window, saves a draft, and submits it as final. Gives what became of it in a sentence. */
export async function selectInWindow(
  db: Db,
  tables: BurstTables,
  window: BurstWindow,
  script: BurstScript['sitl'],
  now: number,
): Promise<string> {
  const facts = await windowFacts(db, tables, window)
  const automatic = facts.automatic ?? fail('demo/no-automatic', `the window ${window.evaluation} has no automated selection`)
  const edits = improve(
    automatic,
    window.automatic.cycles.mdq.map(quality => quality ?? 0),
    script,
    tables.spacecraft.length,
  )
  const draft = replayEdits(automatic, edits)
  await saveDraft(db, window.mission, window.evaluation, { name: 'first look', selection: draft, edits }, script.person, now)
  const { submission } = await submitSelection(db, tables, {
    mission: window.mission,
    evaluation: window.evaluation,
    selection: { ...draft, frame: { ...draft.frame, note: script.note, close: closeOf(draft, window), final: true } },
    justifications: justify(validateSelection(tables, facts, draft), script),
    actor: script.person,
    now,
  })
  return tellSubmission(automatic, draft, submission)
}

/** A minute after the last cycle: between two regions. */
const closeOf = ({ grid }: Selection, window: BurstWindow): number =>
  Math.max(
    cycleEnd(grid, grid.starts.length - 1),
    ...window.regions.filter(({ start }) => start <= (grid.starts.at(-1) ?? 0)).map(({ stop }) => stop),
  ) + 60

/** The scripted scientist means what is yellow. */
const justify = ({ findings }: ReturnType<typeof validateSelection>, { comment }: BurstScript['sitl']): Readonly<Record<string, string>> =>
  Object.fromEntries(findings.filter(finding => finding.class === 'yellow').map(({ rule }) => [rule, comment]))

function tellSubmission(automatic: Selection, draft: Selection, submission: Submission): string {
  const buffers = (of: Selection): number => of.segments.reduce((sum, segment) => sum + segmentLength(segment), 0)
  return (
    `${automatic.segments.length} automated segments (${buffers(automatic)} buffers) became ${draft.segments.length} (${buffers(draft)} buffers); ` +
    `submission ${submission.id} is ${submission.state}`
  )
}
