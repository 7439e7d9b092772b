import { setTimeout as pause } from 'node:timers/promises'
import type { Process } from '#domain/mission'
import { SdcError } from '#error'
import { findMission, finishAttempt, reconcile, startAttempt } from '#services/pipeline'
import type { Attempt, Spot } from '#services/pipeline'
import type { ExecutorContext } from './context.ts'
import type { Claim, Queue } from './queue.ts'
import { runJob } from './run-job.ts'

export interface WorkerOptions {
  readonly slots: number
  readonly stop: AbortSignal
}

const idlePause = 250
const heartbeat = 3000

/** Claims jobs for free slots, runs them, renews their leases, until it is told to stop; then running programs are ended and given back. */
export async function work(context: ExecutorContext, queue: Queue, options: WorkerOptions): Promise<void> {
  const running = new Map<Claim, AbortController>()
  const beat = setInterval(() => void renew(context, queue, running), heartbeat)
  options.stop.addEventListener('abort', () => running.forEach(controller => controller.abort()), { once: true })
  const tasks = new Set<Promise<void>>()
  const begin = (taken: Claim): void => {
    const controller = new AbortController()
    running.set(taken, controller)
    const task = runClaim(context, queue, taken, controller.signal)
      .catch((error: unknown) => report(context, taken, error))
      .finally(() => {
        running.delete(taken)
        tasks.delete(task)
      })
    tasks.add(task)
  }
  try {
    while (!options.stop.aborted) {
      const free = options.slots - running.size
      const claims = free > 0 ? await claim(context, queue, free) : []
      if (stopped(options)) await Promise.all(claims.map(taken => queue.giveBack(taken).catch(() => undefined)))
      else claims.forEach(begin)
      if (claims.length === 0) await pause(idlePause, undefined, { signal: options.stop }).catch(() => undefined)
    }
    await Promise.all(tasks)
  } finally {
    clearInterval(beat)
  }
}

/** The signal may come while claims are on their way. */
const stopped = (options: WorkerOptions): boolean => options.stop.aborted

/** Runs, one after the other, every job that can be had now, and returns how many: for commands that work a home off, and for tests. */
export async function workOff(context: ExecutorContext, queue: Queue): Promise<number> {
  let count = 0
  for (let claims = await queue.fetch(1); claims.length > 0; claims = await queue.fetch(1)) {
    for (const taken of claims) await runClaim(context, queue, taken, new AbortController().signal)
    count += claims.length
  }
  return count
}

/** A lost connection is a pause, not an end. */
const claim = (context: ExecutorContext, queue: Queue, count: number): Promise<readonly Claim[]> =>
  queue.fetch(count).catch((error: unknown) => {
    context.log.warn({ act: 'claim', error: String(error) }, 'no jobs could be fetched; tried again')
    return []
  })

/** A claim that is no longer ours means: cancelled, or given to another worker. Its program is ended at once. */
async function renew(context: ExecutorContext, queue: Queue, running: ReadonlyMap<Claim, AbortController>): Promise<void> {
  try {
    for (const lost of await queue.touch([...running.keys()])) running.get(lost)?.abort()
  } catch (error) {
    context.log.warn({ act: 'heartbeat', error: String(error) }, 'a lease could not be renewed; tried again')
  }
}

function report(context: ExecutorContext, taken: Claim, error: unknown): void {
  const expected = error instanceof SdcError
  context.log[expected ? 'warn' : 'error'](
    { act: 'job', job: taken.job, error: String(error), stack: expected ? undefined : (error as Error).stack },
    'a try ended without a verdict',
  )
}

async function runClaim(context: ExecutorContext, queue: Queue, taken: Claim, stop: AbortSignal): Promise<void> {
  const { pipeline } = context
  const attempt = await startAttempt(pipeline, taken.job, context.worker, taken.token)
  if (attempt === undefined) {
    await pipeline.db.transaction().execute(tx => queue.settle(tx, taken))
    return
  }
  const process = configured(context, attempt)
  if (process === undefined) return giveUp(context, queue, taken, attempt)
  const spot = spotOf(context, attempt)
  await reconcile(pipeline, [spot])
  const ids = {
    act: 'job',
    job: taken.job,
    process: attempt.job.process,
    spacecraft: attempt.job.spacecraft,
    partition: attempt.job.partition,
    try: attempt.number,
  }
  context.log.info(ids, 'started')
  const run = await runJob(context, attempt, stop)
  if (stop.aborted) return queue.giveBack(taken).catch(() => undefined)
  const retry = { tries: process.limits.tries, pause: context.retryPause }
  const files = await finishAttempt(pipeline, attempt, run.ending, run.facts, retry, tx => queue.settle(tx, taken))
  context.log.info(
    { ...ids, ...run.facts, outcome: run.ending.outcome, files, outputs: attempt.job.outputs.map(o => o.name) },
    `ended: ${run.ending.outcome}`,
  )
  await reconcile(pipeline, [spot])
}

const configured = (context: ExecutorContext, { job }: Attempt): Process | undefined =>
  context.pipeline.missions.find(m => m.id === job.mission)?.processes.find(p => p.id === job.process)

/** The mission's folder changed while the job waited: it ends with that reason, and its versions are free again. */
async function giveUp(context: ExecutorContext, queue: Queue, taken: Claim, attempt: Attempt): Promise<void> {
  const { mission, process } = attempt.job
  const message = `mission ${mission} no longer has the process ${process}`
  const facts = { exitCode: undefined, signal: undefined, log: undefined }
  await finishAttempt(context.pipeline, attempt, { outcome: 'failed', message }, facts, { tries: 0, pause: 0 }, tx =>
    queue.settle(tx, taken),
  )
  context.log.warn({ act: 'job', job: taken.job, process }, message)
}

function spotOf(context: ExecutorContext, attempt: Attempt): Spot {
  const { job } = attempt
  const product = findMission(context.pipeline.missions, job.mission).products.find(p => p.id === job.outputs[0]?.product)
  const partition = { kind: product?.partition.kind ?? 'day', key: job.partition, start: job.start_time, stop: job.stop_time }
  return { kind: 'work', mission: job.mission, process: job.process, spacecraft: job.spacecraft, partition }
}
