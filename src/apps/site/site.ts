import { SdcError } from '#error'
import type { Home, Session } from '#apps/home'
import { buildServer } from '#apps/server'
import { openLog, openSystem, runSteward, startWorkers } from '#apps/system'
import type { System } from '#apps/system'
import { migrate } from '#services/db'
import { describeJob } from '#services/executor'
import { ingestFile } from '#services/ingest'
import { remakeActs } from './remakes.ts'
import { addWaiver, cancelJob, retryJob, revokeWaiver } from '#services/pipeline'

export interface SiteOptions {
  readonly port: number
  readonly host: string
  readonly workers: number
  readonly slots: number
}

/** A running installation: database, planner, workers and web server. */
export interface Site {
  readonly system: System
  readonly address: string
  stop(): Promise<void>
}

/**
 * Brings an entered home to life. Throws `site/port-taken`. Ends in the reverse order: nothing new, programs, connections; so does what runs
 * already when something fails on the way.
 */
export async function startSite(home: Home, session: Session, options: SiteOptions): Promise<Site> {
  await using opening = new AsyncDisposableStack()
  await migrate(session.config)
  const log = openLog(home, 'steward')
  const system = await openSystem({ home, config: session.config, log, supervise: true, environment: process.env })
  opening.defer(() => system.close())
  const app = buildServer({
    db: system.db,
    missions: system.missions,
    store: system.ingest.store,
    home: { title: titleOf(system), simulated: system.ingest.simulated, incoming: system.ingest.incoming },
    clock: system.ingest.clock,
    describeJob: (mission, work) => describeJob(system.executor, mission, work),
    jobActs: { cancel: (job, by) => cancelJob(system.pipeline, job, by), retry: (job, by) => retryJob(system.pipeline, job, by) },
    remakes: remakeActs(system),
    waivers: { add: act => addWaiver(system.pipeline, act), revoke: act => revokeWaiver(system.pipeline, act) },
    ingest: async (path, arrival) => {
      const taken = await ingestFile(system.ingest, path, { ...arrival, consume: true })
      return taken.outcome === 'quarantined'
        ? { outcome: taken.outcome, reason: taken.reason }
        : { outcome: taken.outcome, file: taken.name }
    },
  })
  const address = await app.listen({ port: options.port, host: options.host }).catch((error: NodeJS.ErrnoException) => {
    throw explainListening(error, options.port)
  })
  opening.defer(() => app.close())
  const workers = startWorkers({ home, connectionString: session.connectionString, count: options.workers, slots: options.slots, log })
  opening.defer(() => workers.stop())
  const halt = new AbortController()
  const steward = runSteward(system, halt.signal)
  opening.defer(() => {
    halt.abort()
    return steward
  })
  await session.publish(address)
  const open = opening.move()
  return { system, address, stop: () => open.disposeAsync() }
}

function explainListening(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new SdcError('site/port-taken', `port ${port} is taken by another program: choose another with --port N`, { port }, error)
  if (error.code === 'EACCES')
    return new SdcError(
      'site/port-forbidden',
      `this user may not listen on port ${port}: choose one above 1023 with --port N`,
      { port },
      error,
    )
  return error
}

const titleOf = (system: System): string => (system.missions.length === 1 ? (system.missions[0]?.title ?? 'Apsis') : 'Apsis')
