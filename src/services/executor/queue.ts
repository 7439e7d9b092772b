import { PgBoss, fromKysely } from 'pg-boss'
import type { Logger } from 'pino'
import { listen } from '#services/db'
import type { DbConfig } from '#services/db'
import { jobChannel } from '#services/pipeline'
import type { Dispatch, FindForgotten, Settle } from '#services/pipeline'

/** A job handed to this worker. `token` names this claim: a later claim of the same job has another. */
export interface Claim {
  readonly id: string
  readonly retryCount: number
  readonly job: number
  readonly token: string
}

/**
 * The workers' transport: pg-boss in the same database and the same transactions. Its rows are hints and leases, never history; the
 * `job` and `attempt` tables are.
 */
export interface Queue {
  readonly dispatch: Dispatch
  readonly findForgotten: FindForgotten
  fetch(count: number): Promise<readonly Claim[]>
  /** Renews the leases; claims that are no longer ours are returned. */
  touch(claims: readonly Claim[]): Promise<readonly Claim[]>
  /** Completes claims, by their tokens, in the caller's transaction; answers which of them were still ours. */
  readonly settle: Settle
  /** Gives a claim back without an attempt (the worker stops). */
  giveBack(claim: Claim): Promise<void>
  /** Calls whenever jobs were made, until it is told to stop: hints, which may be lost. */
  listen(heard: () => void, stop: AbortSignal): Promise<void>
  stop(): Promise<void>
}

const queueName = 'job'
const heartbeatSeconds = 10
const liveJobs = `select data->>'job' as job from pgboss.job
  where name = $1 and state in ('created', 'retry', 'active') and (data->>'job')::bigint = any($2::bigint[])`

export interface QueueOptions {
  /** One process of an installation watches leases; the others only work. */
  readonly supervise: boolean
  readonly log: Logger
}

export async function openQueue(config: DbConfig, options: QueueOptions): Promise<Queue> {
  const boss = new PgBoss({
    ...config,
    schema: 'pgboss',
    max: 3,
    supervise: options.supervise,
    schedule: false,
    ...(options.supervise ? { superviseIntervalSeconds: 1, monitorIntervalSeconds: 1 } : {}),
  } as ConstructorParameters<typeof PgBoss>[0] & object)
  boss.on('error', error => options.log.warn({ act: 'queue', error: String(error) }, 'the job transport reports an error'))
  await boss.start()
  await boss.createQueue(queueName, {
    policy: 'standard',
    retryLimit: 1000,
    retryDelay: 0,
    heartbeatSeconds,
    expireInSeconds: 12 * 3600,
    deleteAfterSeconds: 3600,
  })
  const attempt = (c: Claim): { id: string; retryCount: number } => ({ id: c.id, retryCount: c.retryCount })
  return {
    dispatch: async (tx, jobs) => {
      const later = (delay: number): { startAfter?: string } =>
        delay > 0 ? { startAfter: new Date(Date.now() + delay).toISOString() } : {}
      await boss.insert(
        queueName,
        jobs.map(({ job, priority, delay }) => ({ data: { job }, priority, ...later(delay) })),
        { db: fromKysely(tx) },
      )
    },
    findForgotten: async jobs => {
      const { rows } = (await boss.getDb().executeSql(liveJobs, [queueName, jobs])) as { rows: readonly { job: string }[] }
      const live = new Set(rows.map(r => Number(r.job)))
      return jobs.filter(job => !live.has(job))
    },
    fetch: async count => {
      const rows = await boss.fetch<{ job: number }>(queueName, { batchSize: count })
      return rows.map(r => ({ id: r.id, retryCount: r.retryCount, job: r.data.job, token: tokenOf(r) }))
    },
    touch: async claims => {
      const lost: Claim[] = []
      // One by one: a statement for all would wait for one row while it holds others, in another order perhaps than who ends several.
      for (const claim of claims) if (settledOf(await boss.touch(queueName, attempt(claim))).size === 0) lost.push(claim)
      return lost
    },
    settle: async (tx, tokens) => {
      const claims = tokens.map(claimOf)
      const settled = settledOf(await boss.complete(queueName, claims, null, { db: fromKysely(tx) }))
      return new Set(tokens.filter((_, i) => settled.has(claims[i]?.id ?? '')))
    },
    giveBack: async claim => {
      await boss.fail(queueName, attempt(claim), { reason: 'the worker stopped' })
    },
    listen: (heard, stop) => listen(config, jobChannel, heard, stop),
    stop: () => boss.stop({ graceful: false, close: true }),
  }
}

/** A token is what the transport calls a claim: its row, and how often that was claimed before. */
const tokenOf = ({ id, retryCount }: Pick<Claim, 'id' | 'retryCount'>): string => `${id}:${retryCount}`
const claimOf = (token: string): Pick<Claim, 'id' | 'retryCount'> => {
  const [id = '', count] = token.split(':')
  return { id, retryCount: Number(count) }
}

/** The claims that an answer of the transport is about, by id. */
const settledOf = (response: object): ReadonlySet<string> => new Set((response as { readonly settled?: readonly string[] }).settled)
