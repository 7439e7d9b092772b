import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { accountFor, cycleAt, formatStatus, isFinished, selectionOfFile, type Frame } from '#domain/burst'
import { burstDocumentOf, parseBurstDocument, type FomStructure } from '#domain/burst/files'
import { readSave } from '#formats/idlsave'
import { formatUtc, parseUtc, tai1958FromTt2000, tt2000FromTai1958 } from '#formats/time'
import { SdcError, fail } from '#error'
import {
  addSelector,
  findRegions,
  findWindow,
  listDrafts,
  explainCycles,
  listDuty,
  listSegments,
  listSubmissions,
  listWindows,
  openWindow,
  relayByFolder,
  setDuty,
  submitSelection,
  type BurstWindow,
  type ExplainedSegment,
} from '#services/burst'
import { homeOption } from './enter.ts'
import { atDesk, say, type Desk, type DeskOptions } from './sitl-at-desk.ts'
import { addDecisions } from './sitl-decide.ts'

const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19)
const utcOfTai = (tai: number): string => formatUtc(tt2000FromTai1958(tai), 0, '')

/** The commands of the desk in a terminal, added to `apsis sitl`. */
export function addDesk(sitl: Command): void {
  const command = (name: string, text: string): Command =>
    sitl
      .command(name)
      .description(text)
      .option('--mission <id>', 'which mission (default: the one that selects burst)')
      .option('--by <name>', 'who acts: the name of a token', process.env['USER'] ?? 'command line')
      .option(...homeOption)
  command('window', 'list the windows of selection, or show one: deadline, automated segments, drafts, submissions')
    .argument('[evaluation]')
    .action((evaluation: string | undefined, options: DeskOptions) =>
      atDesk(options, desk => (evaluation === undefined ? showWindows(desk) : showWindow(desk, evaluation))),
    )
  command('open', 'open a window from an automated selection (an IDL save file, or our JSON)')
    .argument('<file>')
    .requiredOption('--hours <n>', 'hours until the deadline', Number)
    .action((file: string, options: DeskOptions & { readonly hours: number }) =>
      atDesk(options, desk => openFrom(desk, file, options.hours, options.by)),
    )
  command('submit', 'submit a selection for its window; the verdict is the answer. Exit code 1 where it is not accepted')
    .argument('<file>', 'an IDL save file, or our JSON')
    .option('--final', 'final: closes the window', false)
    .option('--close <utc>', 'when the window closes: the next begins then')
    .option('--note <text>', 'on the window as a whole')
    .option('--justify <key=text...>', 'why a yellow finding is meant, e.g. Y1:3="one long front"', [])
    .option('--on-behalf <name>', 'for whom')
    .action((file: string, options: SubmitOptions) => atDesk(options, desk => submitFrom(desk, file, options)))
  command('status', 'did we get what we chose? Stored segments by state, and window by window').action((options: DeskOptions) =>
    atDesk(options, showStatus),
  )
  command('why', 'why a stored segment is as it is: which cycles carried it, and who did what')
    .argument('<segment>', 'its number', Number)
    .action((segment: number, options: DeskOptions) => atDesk(options, desk => explainStored(desk, segment)))
  command('relay', 'one turn with the payload operations center as folders: take its reports, put the commands that are due')
    .requiredOption('--in <dir>', 'where its reports come: *.json; then moved to taken or refused')
    .requiredOption('--out <dir>', 'where commands are put')
    .action((options: DeskOptions & { readonly in: string; readonly out: string }) => atDesk(options, desk => relay(desk, options)))
  addDecisions(command)
  command('person', 'give a person a role in selection, and a time on duty')
    .argument('<name>')
    .option('--role <role>', 'sitl or super-sitl')
    .option('--mail <address>', 'where letters go to: deadlines, approvals (with --role)')
    .option('--duty <from..to>', 'on duty, UTC days: 2026-11-23..2026-11-30')
    .option('--deck <from..to>', 'on deck')
    .action((name: string, options: PersonOptions) => atDesk(options, desk => setPerson(desk, name, options)))
}

async function readFomFile(path: string): Promise<FomStructure> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new SdcError('sitl/unreadable', `${path} cannot be read`, { path }, cause)
  })
  const document = bytes[0] === 0x7b ? parseBurstDocument(JSON.parse(bytes.toString('utf8'))) : burstDocumentOf(readSave(bytes))
  if (document.form !== 'fom-structure/1') return fail('sitl/other-form', `${path} holds a ${document.form}, no selection of a window`)
  return document.valid ? document : fail('sitl/invalid', `${path} says that it holds no selection: ${document.error}`)
}

async function openFrom({ system, mission, tables, now }: Desk, file: string, hours: number, by: string): Promise<void> {
  if (!(hours > 0)) fail('sitl/hours', `--hours must be a number above 0, not ${hours}`)
  const automatic = await readFomFile(file)
  const { timestamps } = automatic.cycles
  const regions = await findRegions(system.db, tables, mission, {
    from: timestamps[0] ?? 0,
    to: (timestamps.at(-1) ?? 0) + tables.cycleSeconds,
  })
  const window = await openWindow(system.db, { mission, automatic, regions, openedAt: now, deadline: now + hours * 3_600_000 }, by)
  say(
    `window ${window.evaluation}: ${automatic.segments.length} automated segments in ${timestamps.length} cycles, ${window.state}, deadline ${utc(window.deadline)}`,
  )
  say(
    window.regions.length === 0
      ? '  no science region of this time is known: selections are not checked against them'
      : `  selections are checked against ${window.regions.length} science regions of ${new Set(window.regions.map(({ spacecraft }) => spacecraft)).size} spacecraft`,
  )
}

async function showWindows({ system, mission, now }: Desk): Promise<void> {
  const windows = await listWindows(system.db, mission)
  for (const duty of await listDuty(system.db, mission, now)) say(`${duty.person} is on ${duty.place} until ${utc(duty.to)}`)
  for (const window of windows)
    say(`${window.evaluation}  ${window.state.padEnd(6)}  ${window.automatic.cycles.timestamps.length} cycles  ${deadlineOf(window, now)}`)
  if (windows.length === 0) say('no window has been opened; apsis sitl open FILE --hours N opens one from an automated selection')
}

function deadlineOf(window: BurstWindow, now: number): string {
  if (window.closedAt !== null)
    return `closed ${utc(window.closedAt)} by ${window.decidedBy === null ? 'the automated selection' : `submission ${window.decidedBy}`}`
  const hours = (window.deadline - now) / 3_600_000
  return `closes ${utc(window.deadline)} (${hours > 0 ? `in ${hours.toFixed(1)} h` : 'due'})`
}

async function showWindow({ system, mission, tables, now }: Desk, evaluation: string): Promise<void> {
  const window = await findWindow(system.db, mission, evaluation)
  const { grid, segments } = selectionOfFile(window.automatic, tables.cycleSeconds, tables.spacecraft.length)
  say(`${evaluation}  ${window.state}  ${deadlineOf(window, now)}`)
  say(
    `cycles ${utcOfTai(grid.starts[0] ?? 0)} to ${utcOfTai(grid.starts.at(-1) ?? 0)}: ${grid.starts.length} in ${grid.runs.length} stretches`,
  )
  for (const { id, start, stop, fom } of segments)
    say(`  automatic ${id}: ${utcOfTai(grid.starts[start] ?? 0)}  ${stop - start + 1} buffers  FOM ${fom.toFixed(1)}`)
  for (const draft of await listDrafts(system.db, window)) say(`  draft "${draft.name}" by ${draft.actor}, ${utc(draft.at)}`)
  for (const one of await listSubmissions(system.db, window.id))
    say(
      `  submission ${one.id} by ${one.actor}, ${utc(one.at)}: ${one.state}${one.final ? ', final' : ''}, ${one.selection.segments.length} segments, ${one.verdict.findings.length} findings`,
    )
}

interface SubmitOptions extends DeskOptions {
  readonly final: boolean
  readonly close?: string
  readonly note?: string
  readonly justify: readonly string[]
  readonly onBehalf?: string
}

async function submitFrom({ system, mission, tables, now }: Desk, file: string, options: SubmitOptions): Promise<void> {
  const { frame, segments, next } = selectionOfFile(await readFomFile(file), tables.cycleSeconds, tables.spacecraft.length)
  const justifications = Object.fromEntries(
    options.justify.map(text => {
      const at = text.indexOf('=')
      return at > 0 ? [text.slice(0, at), text.slice(at + 1)] : fail('sitl/justify', `--justify wants KEY=TEXT, not "${text}"`)
    }),
  )
  const { submission, open, isNew } = await submitSelection(system.db, tables, {
    mission,
    evaluation: frame.evaluation,
    selection: { frame: frameWith(frame, options), segments, next },
    justifications,
    actor: options.by,
    onBehalf: options.onBehalf,
    now,
  })
  for (const finding of submission.verdict.findings) say(`${finding.class.padEnd(6)} ${finding.rule.padEnd(4)} ${finding.sentence}`)
  for (const { key, needs } of open)
    say(`${key} needs ${needs === 'mend' ? 'mending' : needs === 'approval' ? 'a Super-SITL' : `a reason: --justify ${key}=TEXT`}`)
  say(
    `submission ${submission.id} ${isNew ? 'is' : 'was sent before and is'} ${submission.state}: ${segments.length} segments, sha256 ${submission.sha256.slice(0, 12)}`,
  )
  if (submission.state !== 'accepted') process.exitCode = 1
}

/** The file's own words, with those of the command line over them. */
function frameWith(frame: Frame, { final, close, note }: SubmitOptions): Frame {
  const at = close === undefined ? frame.close : Math.floor(tai1958FromTt2000(parseUtc(close)))
  return { ...frame, final: frame.final || final, close: at, note: note ?? frame.note }
}

async function showStatus({ system, mission }: Desk): Promise<void> {
  const all = await listSegments(system.db, mission)
  const states = Map.groupBy(all, ({ status }) => formatStatus(status))
  for (const [tokens, records] of [...states].sort(([a], [b]) => (a < b ? -1 : 1)))
    say(`${tokens.padEnd(32)} ${String(records.length).padStart(6)} segments`)
  const { chosen, received, demoted, derelict, withdrawn, pending } = accountFor(all)
  say(
    `buffers: ${chosen} chosen, ${received} received, ${demoted} demoted, ${derelict} derelict, ${withdrawn} withdrawn, ${pending} to come`,
  )
  for (const window of await listWindows(system.db, mission)) {
    if (window.state === 'open') continue
    const own = accountFor(await listSegments(system.db, mission, { window: window.id }))
    say(`${window.evaluation}: ${own.received} of ${own.chosen} buffers of ${own.segments} segments have come`)
  }
}

function sayExplanation(evaluation: string, { fom, cycles, terms, rest, known, parameterSet }: ExplainedSegment): void {
  const best = cycles.slice(0, 3).map(({ start, share }) => `${utcOfTai(start)} (${share.toFixed(2)})`)
  say(`  trigger data of ${evaluation} give ${fom.toFixed(2)}, carried by ${best.join(', ')}`)
  if (known === 0) return say('  which trigger terms carried it is not known: the numbers of its cycles are not here')
  const carried = terms.slice(0, 6).map(({ spacecraft, term, share }) => `${spacecraft} ${term} ${share.toFixed(2)}`)
  const others = terms.slice(6).reduce((sum, { share }) => sum + share, 0)
  say(`  by term (${parameterSet}): ${[...carried, ...(others > 0.005 ? [`others ${others.toFixed(2)}`] : [])].join(', ')}`)
  if (Math.abs(rest) > 0.005) say(`  ${rest.toFixed(2)} of it no term accounts for: qualities come rounded, or without their numbers`)
}

async function explainStored({ system, mission, tables }: Desk, id: number): Promise<void> {
  const record = (await listSegments(system.db, mission)).find(one => one.id === id)
  if (record === undefined) return fail('sitl/no-segment', `${mission} has no segment ${id}; apsis sitl status counts them`)
  say(
    `segment ${id}: ${utcOfTai(record.start)} to ${utcOfTai(record.end + tables.cycleSeconds)}, FOM ${record.fom}, by ${record.source}: ${formatStatus(record.status)}`,
  )
  if (record.comment !== '') say(`  ${record.comment}`)
  for (const window of await listWindows(system.db, mission, 1000)) {
    const { grid } = selectionOfFile(window.automatic, tables.cycleSeconds, tables.spacecraft.length)
    const [start, stop] = [cycleAt(grid, record.start), cycleAt(grid, record.end)]
    if (start === undefined || stop === undefined) continue
    sayExplanation(window.evaluation, await explainCycles(system.db, tables, window, start, stop))
    break
  }
  for (const [i, { buffers, received, held, lost }] of record.craft.entries())
    if (buffers > 0)
      say(`  ${tables.spacecraft[i] ?? ''}: ${received} of ${buffers} received, ${held} held${lost === 'none' ? '' : `, ${lost}`}`)
  for (const { at, by, act } of record.history) say(`  ${utcOfTai(at)} ${by}: ${act.kind}`)
  if (record.history.length === 0)
    say(`  nothing has happened to it since ${utcOfTai(record.createdAt)}${isFinished(record.status.state) ? '' : '; it is pending'}`)
}

async function relay({ system, mission, tables, now }: Desk, folders: { readonly in: string; readonly out: string }): Promise<void> {
  const { taken, refused, sent } = await relayByFolder(system.db, tables, mission, folders, now)
  for (const complaint of refused) say(`refused ${complaint}`)
  say(`${taken} reports taken, ${refused.length} refused, ${sent} commands put into ${folders.out}`)
  if (refused.length > 0) process.exitCode = 1
}

interface PersonOptions extends DeskOptions {
  readonly role?: string
  readonly mail?: string
  readonly duty?: string
  readonly deck?: string
}

async function setPerson({ system, mission, now }: Desk, name: string, options: PersonOptions): Promise<void> {
  const { role, mail, by } = options
  if (mail !== undefined && role === undefined) fail('sitl/role', '--mail goes with --role: say which role the person has')
  if (role !== undefined) {
    if (role !== 'sitl' && role !== 'super-sitl') return fail('sitl/role', `--role must be sitl or super-sitl, not "${role}"`)
    await addSelector(system.db, mission, name, role, by, now, mail)
    say(`${name} is ${role} of ${mission}${mail === undefined ? '' : `, letters go to ${mail}`}`)
  }
  for (const place of ['duty', 'deck'] as const) {
    const text = options[place]
    if (text === undefined) continue
    const [from = Number.NaN, to = Number.NaN] = text.split('..').map(day => Date.parse(`${day}T00:00:00Z`))
    if (Number.isNaN(from) || Number.isNaN(to)) return fail('sitl/days', `--${place} wants DAY..DAY, not "${text}"`)
    await setDuty(system.db, mission, { person: name, place, from, to }, by, now)
    say(`${name} is on ${place} from ${utc(from)} to ${utc(to)}`)
  }
}
