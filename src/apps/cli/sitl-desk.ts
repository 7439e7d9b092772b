import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { selectionOfFile, type Frame } from '#domain/burst'
import { burstDocumentOf, parseBurstDocument, type FomStructure } from '#domain/burst/files'
import { readSave } from '#formats/idlsave'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { SdcError, fail } from '#error'
import { addSelector, findRegions, listDuty, listWindows, openWindow, relayByFolder, setDuty, submitSelection } from '#services/burst'
import { deadlineOf, explainStored, showStatus, showWindow } from './sitl-status.ts'
import { hoursAbove0, wholeNumber } from './options.ts'
import { homeOption } from './enter.ts'
import { atDesk, say, type Desk, type DeskOptions } from './sitl-at-desk.ts'
import { addDecisions } from './sitl-decide.ts'

const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

/** The commands of the desk in a terminal, added to `apsis sitl`. */
export function addDesk(sitl: Command): void {
  const command = (name: string, text: string): Command =>
    sitl
      .command(name)
      .description(text)
      .option('--mission <id>', 'which mission (default: the one that selects burst)')
      .option(...homeOption)
  command('window', 'list the windows of selection, or show one: deadline, automated segments, drafts, submissions')
    .argument('[evaluation]')
    .action((evaluation: string | undefined, options: DeskOptions) =>
      atDesk(options, desk => (evaluation === undefined ? showWindows(desk) : showWindow(desk, evaluation))),
    )
  command('open', 'open a window from an automated selection (an IDL save file, or our JSON)')
    .argument('<file>')
    .requiredOption('--hours <n>', 'hours until the deadline', hoursAbove0)
    .action((file: string, options: DeskOptions & { readonly hours: number }) =>
      atDesk(options, desk => openFrom(desk, file, options.hours)),
    )
  command('submit', 'submit a selection for its window; the verdict is the answer. Exit code 1 where it is not accepted')
    .argument('<file>', 'an IDL save file, or our JSON')
    .option('--final', 'final: closes the window', false)
    .option('--close <utc>', 'when the window closes: the next begins then')
    .option('--note <text>', 'on the window as a whole')
    .option('--justify <key=text...>', 'why a yellow finding is meant, e.g. Y1:3="one long front"', [])
    .option('--on-behalf <name>', 'for whom, where it is for somebody else: written down beside who submits')
    .action((file: string, options: SubmitOptions) => atDesk(options, desk => submitFrom(desk, file, options)))
  command('status', 'did we get what we chose? Stored segments by state, and window by window').action((options: DeskOptions) =>
    atDesk(options, showStatus),
  )
  command('why', 'why a stored segment is as it is: which cycles carried it, and who did what')
    .argument('<segment>', 'its number', wholeNumber(1, Number.MAX_SAFE_INTEGER))
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

async function openFrom({ system, mission, tables, now, actor }: Desk, file: string, hours: number): Promise<void> {
  const automatic = await readFomFile(file)
  const { timestamps } = automatic.cycles
  const regions = await findRegions(system.db, tables, mission, {
    from: timestamps[0] ?? 0,
    to: (timestamps.at(-1) ?? 0) + tables.cycleSeconds,
  })
  const window = await openWindow(
    system.db,
    { mission, automatic, regions, openedAt: now, deadline: now + hours * 3_600_000 },
    await actor(),
  )
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
  for (const window of windows) say(`${window.evaluation}  ${window.automatic.cycles.timestamps.length} cycles  ${deadlineOf(window, now)}`)
  if (windows.length === 0) say('no window has been opened; apsis sitl open FILE --hours N opens one from an automated selection')
}

interface SubmitOptions extends DeskOptions {
  readonly final: boolean
  readonly close?: string
  readonly note?: string
  readonly justify: readonly string[]
  readonly onBehalf?: string
}

async function submitFrom({ system, mission, tables, now, actor }: Desk, file: string, options: SubmitOptions): Promise<void> {
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
    actor: await actor(),
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

async function setPerson({ system, mission, now, actor }: Desk, name: string, options: PersonOptions): Promise<void> {
  const { role, mail } = options
  const by = await actor()
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
