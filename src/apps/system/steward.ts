import { setTimeout as pause } from 'node:timers/promises'
import { auditArchive, dropFolder } from '#services/ingest'
import { closeOverdue, followBurst, relayByFolder, tellSegments } from '#services/burst'
import { sendLetters, smtpMailer, type Mailer } from '#services/mail'
import { advanceCampaigns, makePlanner } from '#services/pipeline'
import type { Planner } from '#services/pipeline'
import type { System } from './system.ts'

/** Takes in what is dropped and plans what follows, until it is told to stop. One process of an installation does this. */
export async function runSteward(system: System, stop: AbortSignal): Promise<void> {
  const planner = makePlanner(system.pipeline)
  const drop = dropFolder(system.ingest, system.home.drop)
  const { dropPause, followPause, auditPause, archivePause } = system.settings
  const mail = system.config.mail
  const mailer = mail === undefined ? undefined : smtpMailer({ ...mail, password: process.env['APSIS_MAIL_PASSWORD'] })
  await Promise.all([
    repeat(stop, dropPause, () => guarded(system, 'drop', () => drop.poll())),
    followLog(system, planner, stop),
    repeat(stop, followPause, () => guarded(system, 'campaigns', () => advanceCampaigns(system.pipeline))),
    repeat(stop, dropPause, () => guarded(system, 'burst', () => runBurst(system))),
    ...Object.keys(system.config.relay).map(id =>
      repeat(stop, relayPause(system, id), () => guarded(system, 'relay', () => runRelay(system, id))),
    ),
    // On its own: a mail server that does not answer keeps nothing else waiting.
    repeat(stop, followPause, () => guarded(system, 'mail', () => sendAndTell(system, mailer))),
    repeat(stop, auditPause, () => guarded(system, 'audit', () => planner.audit())),
    repeat(stop, archivePause, () => guarded(system, 'archive', () => auditAndTell(system))),
  ])
}

/** A slice of the sweep is followed by a rest this many times as long: of a core it takes a fifth, whatever the size of the ledger. */
const sweepRest = 4
/** Once all was looked at: whether the next pass is due. */
const sweepPause = 60_000

/**
 * At every event, and every while: hints may be lost. What was promised is looked at when its time has come. Between them, when nothing is
 * dirty, the sweep goes on by one slice.
 */
async function followLog(system: System, planner: Planner, stop: AbortSignal): Promise<void> {
  let wake: () => void = () => undefined
  let heard = false
  let sweepAt = 0
  const listening = system.listen(() => {
    heard = true
    wake()
  }, stop)
  while (!stop.aborted) {
    heard = false
    let read = 0
    await guarded(system, 'follow', async () => (read = await planner.follow()))
    if (!heard && read === 0 && performance.now() >= sweepAt) sweepAt = await sweepSlice(system, planner)
    const promised = (planner.promised() ?? Infinity) - system.pipeline.clock()
    const rest = new AbortController()
    wake = () => rest.abort()
    if (!heard)
      await pause(Math.max(20, Math.min(system.settings.followPause, promised, sweepAt - performance.now())), undefined, {
        signal: AbortSignal.any([stop, rest.signal]),
      }).catch(() => undefined)
  }
  await listening
}

/** Returns when the next is to come, on the clock of `performance`. */
async function sweepSlice(system: System, planner: Planner): Promise<number> {
  const began = performance.now()
  let more = false
  await guarded(system, 'sweep', async () => (more = await planner.sweepOn()))
  const ended = performance.now()
  return ended + (more ? sweepRest * (ended - began) : sweepPause)
}

/**
 * The ground's part of burst: windows follow evaluations and close at their deadlines, segments follow what comes down, and mission events
 * follow segments.
 */
async function runBurst({ db, missions, pipeline: { clock, log }, ingest: { store }, burstTables }: System): Promise<void> {
  for (const mission of missions.filter(one => one.burst !== undefined)) {
    const tables = await burstTables(mission)
    await followBurst({ db, store, log }, tables, mission.id, clock())
    for (const { act, sentence } of await closeOverdue(db, async () => tables, mission.id, clock()))
      log[act === 'warned' ? 'warn' : 'info']({ act: `burst ${act}`, mission: mission.id }, sentence)
    await tellSegments(db, tables, mission.id, clock())
  }
}

const relayPause = ({ config }: System, id: string): number => (config.relay[id]?.every ?? 0) * 1000

/** One turn of the relay of a mission; what it refuses lies beside with its reason. */
async function runRelay({ db, config, missions, pipeline: { clock, log }, burstTables }: System, id: string): Promise<void> {
  const folders = config.relay[id]
  const mission = missions.find(one => one.id === id)
  if (folders === undefined || mission === undefined)
    return log.error({ act: 'relay', mission: id }, `config.yaml: relay: there is no mission ${id}`)
  const { taken, refused, sent } = await relayByFolder(db, await burstTables(mission), id, folders, clock())
  for (const complaint of refused) log.warn({ act: 'relay', mission: id }, `refused ${complaint}`)
  if (taken + sent > 0) log.info({ act: 'relay', mission: id, taken, sent }, 'reports taken from the relay, commands put there')
}

async function sendAndTell({ db, pipeline }: System, mailer: Mailer | undefined): Promise<void> {
  for (const { outcome, sentence, letter } of await sendLetters(db, mailer, pipeline.clock()))
    pipeline.log[outcome === 'sent' ? 'info' : 'warn']({ act: 'mail', letter: letter.id, mission: letter.mission }, sentence)
}

/** Bytes younger than this may be on their way into the ledger. */
const grace = 24 * 3_600_000

async function auditAndTell(system: System): Promise<void> {
  const found = await auditArchive(system.ingest, system.home.archive, grace)
  const trouble = found.lost.length + found.orphans.length > 0
  system.pipeline.log[trouble ? 'warn' : 'info']({ act: 'archive', ...found }, 'ledger and archive compared')
}

async function repeat(stop: AbortSignal, every: number, step: () => Promise<void>): Promise<void> {
  while (!stop.aborted) {
    await step()
    await pause(every, undefined, { signal: stop }).catch(() => undefined)
  }
}

/** A step that fails (a lost connection, a full disk) is told and tried again at its next turn: the ledger forgets nothing. */
async function guarded(system: System, act: string, step: () => Promise<unknown>): Promise<void> {
  try {
    await step()
  } catch (error) {
    system.pipeline.log.error({ act, error: String(error), stack: (error as Error).stack }, `${act} failed; tried again at its next turn`)
  }
}
