import { accountFor, cycleAt, formatStatus, isFinished, selectionOfFile, type RecordEvent, type SegmentRecord } from '#domain/burst'
import { fail } from '#error'
import { formatUtc, tt2000FromTai1958 } from '#formats/time'
import {
  burstLines,
  explainCycles,
  findWindow,
  listDrafts,
  listSegments,
  listSubmissions,
  listWindows,
  readBurstOverview,
  type BurstWindow,
  type ExplainedSegment,
} from '#services/burst'
import { say, type Desk } from './sitl-at-desk.ts'

const utcOfTai = (tai: number): string => formatUtc(tt2000FromTai1958(tai), 0, '')
const clockOfTai = (tai: number): string => utcOfTai(tai).slice(11)
const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

const width = 20

/** A bar of this many out of so many. */
function bar(part: number, whole: number): string {
  const filled = whole === 0 ? 0 : Math.round((part / whole) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}

/** When a window closes, or by what it was closed. */
export function deadlineOf(window: BurstWindow, now: number): string {
  if (window.closedAt !== null)
    return `closed ${utc(window.closedAt)} by ${window.decidedBy === null ? 'the automated selection' : `submission ${window.decidedBy}`}`
  const hours = (window.deadline - now) / 3_600_000
  return `closes ${utc(window.deadline)} (${hours > 0 ? `in ${hours.toFixed(1)} h` : 'due'})`
}

/** `2 COMPLETE, 3 HELD`; finished is said by the word itself. */
function countStates(segments: readonly SegmentRecord[]): string {
  const states = Map.groupBy(segments, ({ status }) => formatStatus(status).replace('+FINISHED', ''))
  return [...states].map(([state, own]) => `${own.length} ${state}`).join(', ')
}

/** `apsis sitl status` */
export async function showStatus({ system: { db }, mission, tables, now }: Desk): Promise<void> {
  const overview = await readBurstOverview(db, tables, mission, now)
  for (const [word, text] of overview === undefined ? [] : burstLines(overview)) say(`${word.padEnd(9)} ${text}`)
  const windows = await listWindows(db, mission)
  for (const window of windows) {
    const segments = await listSegments(db, mission, { window: window.id })
    const { chosen, received } = accountFor(segments)
    const by = window.decidedBy === null ? 'automated' : 'people'
    say(
      window.state === 'open'
        ? `${window.evaluation}  open, ${deadlineOf(window, now)}`
        : `${window.evaluation}  ${by.padEnd(9)}  ${bar(received, chosen)} ${String(received).padStart(5)} of ${chosen} buffers  ${countStates(segments)}`,
    )
  }
  const others = (await listSegments(db, mission)).filter(isOfNoWindow(windows))
  if (others.length > 0) say(`beside: ${countStates(others)}; ${accountFor(others).received} of ${accountFor(others).chosen} buffers`)
  if (windows.length === 0 && others.length === 0) say('nothing was selected yet: apsis sitl window lists the windows')
}

/** Segments that are not of the listed windows: older ones, and those added by hand. */
const isOfNoWindow =
  (windows: readonly BurstWindow[]) =>
  ({ start }: SegmentRecord): boolean =>
    !windows.some(({ automatic: { cycles } }) => start >= (cycles.timestamps[0] ?? Infinity) && start <= (cycles.timestamps.at(-1) ?? 0))

/** `apsis sitl window EVALUATION` */
export async function showWindow({ system: { db }, mission, tables, now }: Desk, evaluation: string): Promise<void> {
  const window = await findWindow(db, mission, evaluation)
  const { grid, segments } = selectionOfFile(window.automatic, tables.cycleSeconds, tables.spacecraft.length)
  say(`${evaluation}  ${deadlineOf(window, now)}`)
  say(
    `cycles   ${utcOfTai(grid.starts[0] ?? 0)} to ${utcOfTai(grid.starts.at(-1) ?? 0)}: ${grid.starts.length} in ${grid.runs.length} stretches`,
  )
  say(`triggers ${window.automatic.metadatainfo}${window.evaluated > 1 ? `, evaluated ${window.evaluated} times` : ''}`)
  const regions = new Set(window.regions.map(({ start, stop }) => `${utcOfTai(start)} to ${utcOfTai(stop)}`))
  say(`regions  ${regions.size === 0 ? 'not known' : [...regions].join(', ')}`)
  for (const { id, start, stop, fom } of segments)
    say(
      `  automatic ${String(id).padStart(3)}  ${clockOfTai(grid.starts[start] ?? 0)}  ${String(stop - start + 1).padStart(3)} buffers  FOM ${fom.toFixed(1).padStart(5)}`,
    )
  for (const draft of await listDrafts(db, window)) say(`  draft "${draft.name}" by ${draft.actor}, ${utc(draft.at)}`)
  for (const one of await listSubmissions(db, window.id))
    say(
      `  submission ${one.id} by ${one.actor}, ${utc(one.at)}: ${one.state}${one.final ? ', final' : ''}, ${one.selection.segments.length} segments, ${one.verdict.findings.length} findings`,
    )
  for (const record of await listSegments(db, mission, { window: window.id })) say(`  ${segmentLine(record)}`)
}

/** One stored segment: what has come per spacecraft, what it is, and why somebody wanted it. */
function segmentLine({ id, start, fom, craft, status, comment }: SegmentRecord): string {
  const own = craft.filter(({ buffers }) => buffers > 0)
  const come = own.map(({ received, buffers }) => `${received}/${buffers}`).join(' ')
  return `segment ${String(id).padStart(5)}  ${clockOfTai(start)}  ${come.padEnd(23)}  FOM ${fom.toFixed(1).padStart(5)}  ${formatStatus(status)}${comment === '' ? '' : `  ${comment}`}`
}

/** `apsis sitl why SEGMENT` */
export async function explainStored(desk: Desk, id: number): Promise<void> {
  const { system, mission, tables } = desk
  const record = (await listSegments(system.db, mission)).find(one => one.id === id)
  if (record === undefined) return fail('sitl/no-segment', `${mission} has no segment ${id}; apsis sitl status counts them`)
  const { start, end, fom, source, status, comment, craft, history, createdAt } = record
  say(`segment ${id}: ${utcOfTai(start)} to ${utcOfTai(end + tables.cycleSeconds)}, FOM ${fom}, by ${source}: ${formatStatus(status)}`)
  if (comment !== '') say(`  ${comment}`)
  for (const line of await meritLines(desk, record)) say(`  ${line}`)
  for (const [i, { buffers, received, held, lost }] of craft.entries())
    if (buffers > 0)
      say(
        `  ${tables.spacecraft[i] ?? ''}  ${bar(received, buffers)} ${received} of ${buffers} came, ${held} held${lost === 'none' ? '' : `, ${lost}`}`,
      )
  for (const { at, by, act } of withoutSteps(history))
    say(
      `  ${utcOfTai(at)} ${by}: ${act.kind}${'spacecraft' in act ? ` ${tables.spacecraft[act.spacecraft] ?? ''}` : ''}${'received' in act ? ` ${act.received}` : ''}`,
    )
  if (history.length === 0)
    say(`  nothing has happened to it since ${utcOfTai(createdAt)}${isFinished(status.state) ? '' : '; it is pending'}`)
}

/** Of buffers that came one after the other, only how many there were in the end. */
const withoutSteps = (history: readonly RecordEvent[]): readonly RecordEvent[] =>
  history.filter(({ act }, i) => {
    const next = history[i + 1]?.act
    return act.kind !== 'receive' || next?.kind !== 'receive' || next.spacecraft !== act.spacecraft
  })

/** Which cycles and which trigger terms carry the merit that trigger data give. */
async function meritLines({ system: { db }, mission, tables }: Desk, { start, end }: SegmentRecord): Promise<readonly string[]> {
  for (const window of await listWindows(db, mission, 1000)) {
    const { grid } = selectionOfFile(window.automatic, tables.cycleSeconds, tables.spacecraft.length)
    const [first, last] = [cycleAt(grid, start), cycleAt(grid, end)]
    if (first !== undefined && last !== undefined)
      return explanationLines(window.evaluation, await explainCycles(db, tables, window, first, last))
  }
  return []
}

function explanationLines(evaluation: string, { fom, cycles, terms, rest, known, parameterSet }: ExplainedSegment): readonly string[] {
  const best = cycles.slice(0, 3).map(({ start, share }) => `${clockOfTai(start)} (${share.toFixed(1)})`)
  const merit = `trigger data of ${evaluation} give ${fom.toFixed(1)}, carried by the cycles ${best.join(', ')}`
  if (known === 0) return [merit, 'which trigger terms carried it is not known: the numbers of its cycles are not here']
  const carried = terms.slice(0, 6).map(({ spacecraft, term, share }) => `${spacecraft} ${term} ${share.toFixed(1)}`)
  const others = terms.slice(6).reduce((sum, { share }) => sum + share, 0)
  return [
    merit,
    `by term (${parameterSet}): ${[...carried, ...(others > 0.05 ? [`others ${others.toFixed(1)}`] : [])].join(', ')}`,
    ...(Math.abs(rest) > 0.05 ? [`${rest.toFixed(1)} of it no term accounts for: qualities come rounded, or without their numbers`] : []),
  ]
}
