import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { parse } from 'yaml'
import type { Home } from '#apps/home'
import type { BurstTables } from '#domain/burst'
import type { Mission } from '#domain/mission'
import { loadBurstTables } from '#services/burst'
import { codeStore } from '#services/code'
import { eventChannel } from '#services/catalog'
import { listen, openDb } from '#services/db'
import type { Db, DbConfig } from '#services/db'
import { openQueue } from '#services/executor'
import type { Executor, ExecutorContext, Queue } from '#services/executor'
import { startVerifyThreads } from '#services/ingest'
import type { IngestContext, LoadedMission } from '#services/ingest'
import { loadAdapter, loadMissions } from '#services/missions'
import type { PipelineContext } from '#services/pipeline'
import { localStore } from '#services/store'
import { apsisPrograms } from './apsis-programs.ts'
import { capacityHere, executorOf, readConfig } from './config.ts'
import type { Config } from './config.ts'
import { demoClock } from './demo-clock.ts'
import { describeLeftOut, keepFlying, leaveOutMissing } from './programs.ts'
import type { LeftOut } from './programs.ts'
import { settingsOf } from './settings.ts'
import type { SystemSettings } from './settings.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const version = '0.1.0'

/** Everything that a process of one installation shares: connections, missions, folders. */
export interface System {
  readonly home: Home
  readonly db: Db
  readonly missions: readonly Mission[]
  /** What the home's `config.yaml` says. */
  readonly config: Config
  readonly settings: SystemSettings
  /** A mission's burst tables; read once, as missions are. */
  readonly burstTables: (mission: Mission) => Promise<BurstTables>
  /** Processes that this machine cannot run. */
  readonly leftOut: readonly LeftOut[]
  readonly queue: Queue
  readonly ingest: IngestContext
  readonly pipeline: PipelineContext
  readonly executor: ExecutorContext
  /** Hears of new events until it is told to stop: hints, which may be lost. */
  listen(heard: () => void, stop: AbortSignal): Promise<void>
  close(): Promise<void>
}

export interface SystemOptions {
  readonly home: Home
  readonly config: DbConfig
  readonly log: Logger
  /** True in the one process that watches leases. */
  readonly supervise: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Where missions are described: `APSIS_MISSIONS`, else the folder that comes with Apsis. */
export const missionsFolder = (environment: Readonly<Record<string, string | undefined>>): string =>
  environment['APSIS_MISSIONS'] ?? join(root, 'missions')

/** Opens an installation whose database is migrated. */
export async function openSystem(options: SystemOptions): Promise<System> {
  const { home, log } = options
  const config = await readConfig(home)
  const clock = home.kind === 'demo' ? demoClock(home) : Date.now
  const settings = settingsOf(home.kind)
  const all = await loadMissions(missionsFolder(options.environment))
  const demos = home.kind === 'demo' ? await readDemos(all) : new Map<string, DemoSheet>()
  const flying = all.map(mission => {
    const flies = demos.get(mission.id)?.flies
    return flies === undefined ? mission : keepFlying(mission, flies)
  })
  const { missions, leftOut } = leaveOutMissing(flying, process.env['PATH'] ?? '')
  for (const process of leftOut) log.warn({ act: 'left out', ...process }, describeLeftOut(process))
  const db = openDb(options.config)
  const queue = await openQueue(options.config, { supervise: options.supervise, log })
  const incoming = join(home.archive, '.incoming')
  await mkdir(incoming, { recursive: true })
  const ingest: IngestContext = {
    db,
    store: localStore(home.archive),
    missions: await Promise.all(missions.map(withAdapters)),
    incoming,
    quarantine: home.quarantine,
    simulated: home.kind === 'demo',
    clock,
    log,
    threads: startVerifyThreads(),
  }
  const { dispatch, findForgotten } = queue
  const pipeline: PipelineContext = { db, missions, dispatch, findForgotten, settings: { settle: settings.settle }, clock, log }
  let where: Executor | undefined
  const executor: ExecutorContext = {
    pipeline,
    ingest,
    // Found out by trying, which only who runs programs needs.
    get executor() {
      return (where ??= executorOf(config, home))
    },
    capacity: capacityHere(config),
    staging: home.staging,
    aside: home.aside,
    code: codeStore(home.code),
    logs: join(home.logs, 'jobs'),
    compileCache: join(root, '.build', 'compile-cache'),
    ...apsisPrograms,
    sources: [...apsisPrograms.sources, ...config.reads],
    open: config.network,
    software: { name: 'apsis', version },
    retryPause: settings.retryPause,
    overlays: Object.assign({}, ...[...demos.values()].map(demo => demo.parameters ?? {})) as ExecutorContext['overlays'],
    worker: `${hostname()}:${process.pid}`,
    log,
  }
  await mkdir(executor.logs, { recursive: true })
  const burst = new Map<string, Promise<BurstTables>>()
  const burstTables = (mission: Mission): Promise<BurstTables> => {
    const known =
      burst.get(mission.id) ?? loadBurstTables(mission).then(tables => withHours(tables, demos.get(mission.id)?.burst?.openHours))
    burst.set(mission.id, known)
    return known
  }
  const close = async (): Promise<void> => {
    await queue.stop()
    await db.destroy()
  }
  const hear = (heard: () => void, stop: AbortSignal): Promise<void> => listen(options.config, eventChannel, heard, stop)
  return { home, db, missions, config, leftOut, settings, burstTables, queue, ingest, pipeline, executor, listen: hear, close }
}

async function withAdapters(mission: Mission): Promise<LoadedMission> {
  const identify = await loadAdapter(mission, 'identify')
  return identify === undefined ? { mission } : { mission, identify }
}

/** A mission's `demo.yaml`: which processes fly (all where it does not say), and parameters laid over theirs, for scripted faults. */
interface DemoSheet {
  readonly flies?: readonly string[]
  readonly parameters?: ExecutorContext['overlays']
  readonly burst?: { readonly openHours?: number }
}

/** In a demo windows are open for a shorter time than in the mission. */
const withHours = (tables: BurstTables, hours: number | undefined): BurstTables =>
  hours === undefined || tables.loop === undefined ? tables : { ...tables, loop: { ...tables.loop, open: hours * 3_600_000 } }

async function readDemos(missions: readonly Mission[]): Promise<ReadonlyMap<string, DemoSheet>> {
  const all = new Map<string, DemoSheet>()
  for (const mission of missions) {
    const path = join(mission.folder, 'demo.yaml')
    if (existsSync(path)) all.set(mission.id, parse(await readFile(path, 'utf8')) as DemoSheet)
  }
  return all
}
