import { Command } from 'commander'
import type { System } from '#apps/system'
import { burstLines, readBurstOverview, type BurstOverview } from '#services/burst'
import { readStatus } from '#services/monitor'
import type { Status } from '#services/monitor'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** `apsis status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('say in ten lines whether all is well')
    .option(...homeOption)
    .option('--json', 'everything as one JSON object')
    .addHelpText('after', '\nEnds with 0 where all is well, with 1 where something failed, is late or was refused.')
    .action(async (options: HomeOptions & { json?: boolean }) => {
      await inHome('status', options, async (system, session) => {
        const status = await readStatus(system.db, system.ingest.clock())
        const burst = await readBurst(system)
        const address = session.running?.address
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify({ ...status, burst, address })}\n`
            : `${[...statusLines(status, address, system.ingest.clock()), ...burst.flatMap(linesOfBurst)].join('\n')}\n`,
        )
        if (!isWell(status, system.ingest.clock())) process.exitCode = 1
      })
    })
}

/** Of every mission that has windows of late. */
async function readBurst({ db, missions, burstTables, ingest }: System): Promise<readonly BurstOverview[]> {
  const able = missions.filter(mission => mission.burst !== undefined)
  const all = await Promise.all(able.map(async mission => readBurstOverview(db, await burstTables(mission), mission.id, ingest.clock())))
  return all.filter(one => one !== undefined)
}

const linesOfBurst = (overview: BurstOverview): readonly string[] => burstLines(overview).map(([word, text]) => `${word.padEnd(9)} ${text}`)

const isWell = (s: Status, now: number): boolean =>
  !s.workers.some(isTroubled) &&
  s.letters.failing === 0 &&
  countNeeding(s) === 0 &&
  s.jobs.failed === 0 &&
  s.quarantined === 0 &&
  !isStuck(s, now)

/** What is lost for ever is explained, and nobody can do anything about it. */
const countNeeding = (s: Status): number => (s.cells.failed ?? 0) + (s.cells.late ?? 0) + (s.cells.held ?? 0)

/** Half a minute of unread events means that planning fails, not that it is busy. */
const isStuck = (s: Status, now: number): boolean => s.planner.since !== undefined && now - s.planner.since > 30_000

/** The look at everything, which goes on when nothing else is to be looked at. */
function sweepLine({ mission, began, ended, backTo, partitions }: Status['sweeps'][number]): string {
  const at = (ms: number | undefined): string => new Date(ms ?? 0).toISOString().slice(0, 16)
  const count = partitions.toLocaleString('en-US')
  return ended === undefined
    ? `sweep     ${mission}: ${count} partitions looked at since ${at(began)}Z, back to ${at(backTo).slice(0, 10)}`
    : `sweep     ${mission}: all ${count} partitions were looked at by ${at(ended)}Z`
}

export const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`

/** Those that are well in one line per kind of confinement, the others by name. */
function workerLines(workers: Status['workers']): readonly string[] {
  const sound = workers.filter(w => !isTroubled(w) && !w.missing)
  const kinds = new Set(sound.map(w => `${w.executor}, ${w.confinement}`))
  const total = (of: readonly Worker[], key: 'running' | 'slots'): number => of.reduce((sum, w) => sum + w[key], 0)
  return [
    ...[...kinds].map(kind => {
      const alike = sound.filter(w => `${w.executor}, ${w.confinement}` === kind)
      return `workers   ${alike.length} with ${total(alike, 'slots')} places, ${total(alike, 'running')} jobs running; ${kind}`
    }),
    ...workers.filter(isTroubled).slice(0, 3).map(describeTrouble),
  ]
}

/** Nothing where every letter was sent. */
function letterLines({ waiting, failing, givenUp, error }: Status['letters']): readonly string[] {
  if (waiting + givenUp === 0) return []
  const why = failing > 0 || givenUp > 0 ? `: ${error ?? ''}` : ''
  return [`mail      ${waiting} letters wait, ${failing} of them failed before, ${givenUp} given up${why}`]
}

type Worker = Status['workers'][number]

const isTroubled = (w: Worker): boolean => w.fault !== undefined || (w.missing && w.running > 0)

const describeTrouble = (w: Worker): string =>
  w.fault === undefined || w.missing
    ? `worker    ${w.name} was heard of last at ${new Date(w.seen).toISOString()}: its jobs go to others`
    : `worker    ${w.name} takes no jobs since ${new Date(w.fault.since).toISOString()}: ${w.fault.text}`

function statusLines(s: Status, address: string | undefined, now: number): readonly string[] {
  const cells = Object.entries(s.cells).map(([state, n]) => `${n} ${state}`)
  const head = isWell(s, now)
    ? `All is well${s.cells.lost === undefined ? '.' : `; ${s.cells.lost} products were lost on the way down and cannot be had.`}`
    : `${countNeeding(s)} of the expected products need an eye, ${s.jobs.failed} jobs failed, ${s.quarantined} files are in quarantine.`
  return [
    head,
    `running   ${address ?? 'no server runs in this home (apsis up starts one)'}`,
    `files     ${s.files} files, ${megabytes(s.bytes)}`,
    `          ${s.byKind.map(k => `${k.mission} ${k.kind} ${k.files}`).join(' · ') || 'none yet'}`,
    `expected  ${cells.join(', ') || 'nothing yet'}`,
    ...(isStuck(s, now)
      ? [
          `planner   ${s.planner.behind} events unread since ${new Date(s.planner.since ?? 0).toISOString()}: logs/apsis.log of the home says why`,
        ]
      : []),
    ...s.sweeps.map(sweepLine),
    `jobs      ${s.jobs.made} done, ${s.jobs.running} running, ${s.jobs.waiting} waiting, ${s.jobs.failed} failed`,
    ...workerLines(s.workers),
    ...(s.holdings.length === 0 ? [] : [`held      ${s.holdings.map(h => `${h.amount} of ${h.resource}`).join(', ')}`]),
    ...letterLines(s.letters),
    ...(s.newest === undefined ? [] : [`newest    ${s.newest.name}, ${new Date(s.newest.arrived).toISOString()}`]),
    ...s.unusual.slice(0, 3).map(u => `${u.state.padEnd(9)} ${u.dataset} ${u.partition}: ${u.text}`),
  ]
}
