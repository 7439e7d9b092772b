import { setTimeout as pause } from 'node:timers/promises'
import { failureClasses } from '#domain/process'
import type { FailureClass } from '#domain/process'
import { SdcError } from '#error'
import { advanceCampaigns, closedTokens, endedTries, findMission, finishAttempt, reconcile, startAttempt } from '#services/pipeline'
import type { Attempt, Claimant, Ending, JobRow, Spot } from '#services/pipeline'
import type { ExecutorContext } from './context.ts'
import { findFault } from './fault.ts'
import { runsInside, termsOf } from './limits.ts'
import { foldersOf, tryIn } from './folders.ts'
import { admit, configured, weigh } from './places.ts'
import type { Weighed } from './places.ts'
import type { Claim, Queue } from './queue.ts'
import { reportWorker, signOff } from './register.ts'
import { openRest } from './rest.ts'
import { runJob } from './run-job.ts'
import type { Stops } from './run-job.ts'

export interface WorkerOptions {
  readonly slots: number
  readonly stop: AbortSignal
}

/** Jobs that are made, and places that become free, are heard of sooner. */
const idlePause = 250
const faultPause = 1000
/** A cancelled program ends within this time. */
const beatPause = 1000
/** Leases last three times as long and more. */
const beatsPerLease = 3

interface Shift {
  readonly context: ExecutorContext
  readonly queue: Queue
  readonly slots: number
  readonly running: Map<Claim, { readonly end: AbortController; readonly places: number }>
  /** Claimed, until there are as many places as they weigh; in order of claiming. */
  waiting: readonly Weighed[]
  /** Claims whose try has begun; before that there is no row to look at. */
  readonly begun: Set<Claim>
  readonly leave: AbortSignal
  /** What is wrong with this worker itself; it takes no jobs meanwhile. */
  fault: string | undefined
}

/**
 * Claims jobs for free slots, runs them, renews their leases, until it is told to stop. Then programs of its own are ended and given back;
 * those that go on by themselves wait for the next worker.
 */
export async function work(context: ExecutorContext, queue: Queue, options: WorkerOptions): Promise<void> {
  const shift: Shift = {
    context,
    queue,
    slots: options.slots,
    running: new Map(),
    waiting: [],
    begun: new Set(),
    leave: options.stop,
    fault: await findFault(context),
  }
  await reportSafely(shift)
  const beat = startBeat(shift)
  const rest = openRest(options.stop)
  const listening = queue.listen(() => rest.wake(), options.stop)
  const tasks = new Set<Promise<void>>()
  const begin = ({ claim: taken, weight: places }: Weighed): void => {
    const end = new AbortController()
    shift.running.set(taken, { end, places })
    const task = runClaim(shift, taken, { end: end.signal, leave: options.stop })
      .catch((error: unknown) => report(context, taken, error))
      .finally(() => {
        shift.running.delete(taken)
        tasks.delete(task)
        rest.wake()
      })
    tasks.add(task)
  }
  try {
    while (!options.stop.aborted) {
      if (shift.fault !== undefined) await waitOut(shift)
      const free = shift.fault === undefined && shift.waiting.length === 0 ? options.slots - placesTaken(shift) : 0
      if (free > 0) shift.waiting = await claim(context, queue, free)
      if (stopped(options) || shift.fault !== undefined) await giveBackWaiting(shift)
      const admitted = admit(shift.waiting, options.slots, placesTaken(shift))
      shift.waiting = shift.waiting.slice(admitted.length)
      admitted.forEach(begin)
      if (admitted.length === 0) await rest.until(idlePause)
    }
    await giveBackWaiting(shift)
    await Promise.all([listening, ...tasks])
  } finally {
    clearInterval(beat)
    await signOff(context).catch(() => undefined)
  }
}

/** The signal may come while claims are on their way. */
const stopped = (options: WorkerOptions): boolean => options.stop.aborted

const placesTaken = ({ running }: Shift): number => [...running.values()].reduce((sum, { places }) => sum + places, 0)

async function giveBackWaiting(shift: Shift): Promise<void> {
  const { waiting } = shift
  shift.waiting = []
  await Promise.all(waiting.map(({ claim: taken }) => shift.queue.giveBack(taken).catch(() => undefined)))
}

/** Runs, one after the other, every job that can be had now, and returns how many: for commands that work a home off, and for tests. */
export async function workOff(context: ExecutorContext, queue: Queue): Promise<number> {
  const leave = new AbortController().signal
  const shift: Shift = { context, queue, slots: 1, running: new Map(), waiting: [], begun: new Set(), leave, fault: undefined }
  let count = 0
  for (let claims = await queue.fetch(1); claims.length > 0; claims = await queue.fetch(1)) {
    for (const taken of claims) {
      const beat = setInterval(() => void queue.touch([taken]).catch(() => undefined), beatPause * beatsPerLease)
      await runClaim(shift, taken, { end: leave, leave }).finally(() => clearInterval(beat))
    }
    count += claims.length
  }
  return count
}

/** A lost connection is a pause, not an end. */
async function claim(context: ExecutorContext, queue: Queue, count: number): Promise<readonly Weighed[]> {
  try {
    return await weigh(context, await queue.fetch(count))
  } catch (error) {
    context.log.warn({ act: 'claim', error: String(error) }, 'no jobs could be fetched; tried again')
    return []
  }
}

/** Takes no jobs until the worker is sound again; that is told by trying. */
async function waitOut(shift: Shift): Promise<void> {
  await pause(faultPause, undefined, { signal: shift.leave }).catch(() => undefined)
  await noteFault(shift, await findFault(shift.context))
}

async function noteFault(shift: Shift, fault: string | undefined): Promise<void> {
  if (fault === shift.fault) return
  shift.fault = fault
  const { log } = shift.context
  if (fault === undefined) log.info({ act: 'worker' }, 'this worker is sound again and takes jobs')
  else log.error({ act: 'worker', fault }, 'this worker is at fault itself and takes no jobs')
  await reportSafely(shift)
}

const reportSafely = (shift: Shift): Promise<void> =>
  reportWorker(shift.context, shift.slots, shift.fault).catch((error: unknown) =>
    shift.context.log.warn({ act: 'heartbeat', error: String(error) }, 'this worker could not report; tried again'),
  )

function startBeat(shift: Shift): NodeJS.Timeout {
  let beats = 0
  let busy = false
  return setInterval(() => {
    if (busy) return
    busy = true
    void beat(shift, beats++ % beatsPerLease === 0).finally(() => (busy = false))
  }, beatPause)
}

async function beat(shift: Shift, renews: boolean): Promise<void> {
  const { context, queue, running } = shift
  try {
    const claims = [...running.keys(), ...shift.waiting.map(w => w.claim)]
    const closed = new Set(
      await closedTokens(
        context.pipeline,
        [...shift.begun].map(c => c.token),
      ),
    )
    // A claim that is no longer ours means: cancelled, or given to another worker. Its program is ended at once.
    for (const taken of claims) if (closed.has(taken.token)) running.get(taken)?.end.abort()
    if (!renews) return
    const lost = new Set(await queue.touch(claims))
    for (const gone of lost) running.get(gone)?.end.abort()
    shift.waiting = shift.waiting.filter(w => !lost.has(w.claim))
    if (context.executor.lasting) await endStrays(context)
  } catch (error) {
    context.log.warn({ act: 'heartbeat', error: String(error) }, 'a lease could not be renewed; tried again')
  }
  await reportSafely(shift)
}

/**
 * Programs on a cluster whose try ended without them: cancelled while no worker looked, given up for dead, or started by a worker that died
 * before it could say so. The cluster is asked what it has: nobody's memory is needed.
 */
async function endStrays(context: ExecutorContext): Promise<void> {
  const tries = (await context.executor.list()).flatMap(({ handle, folder }) => {
    const found = tryIn(context, folder)
    return found === undefined ? [] : [{ handle, ...found }]
  })
  for (const { handle, job, number } of await endedTries(context.pipeline, tries)) {
    await context.executor.cancel(handle)
    context.log.info({ act: 'stray', handle, job, try: number }, 'a program whose try is over was ended')
  }
}

function report(context: ExecutorContext, taken: Claim, error: unknown): void {
  const expected = error instanceof SdcError
  context.log[expected ? 'warn' : 'error'](
    { act: 'job', job: taken.job, error: String(error), stack: expected ? undefined : (error as Error).stack },
    'a try ended without a verdict',
  )
}

async function runClaim(shift: Shift, taken: Claim, stops: Stops): Promise<void> {
  const { context } = shift
  const attempt = await startAttempt(context.pipeline, taken.job, claimantOf(shift, taken))
  if (attempt === undefined) return lookAfterRefusal(context, taken.job)
  shift.begun.add(taken)
  try {
    await runAttempt(shift, taken, attempt, stops)
  } finally {
    shift.begun.delete(taken)
  }
}

const claimantOf = ({ context, queue }: Shift, taken: Claim): Claimant => ({
  worker: context.worker,
  token: taken.token,
  executor: context.executor.name,
  confinement: job => confinementOf(context, job),
  lasting: context.executor.lasting,
  terms: job => termsOf(configured(context, job), context.executor),
  capacity: context.capacity,
  logOf: (job, number) => foldersOf(context, job, number).log,
  settle: tx => queue.settle(tx, [taken.token]),
})

/** A built-in program that runs inside is kept from nothing that its worker may do. */
function confinementOf(context: ExecutorContext, job: JobRow): string {
  const { name, confinement } = context.executor
  const process = configured(context, job)
  return name === 'local' && process !== undefined && runsInside(process) ? 'in a thread of its worker' : confinement
}

/** A job that was lost too often has failed, and its cell does not say so yet. */
async function lookAfterRefusal(context: ExecutorContext, id: number): Promise<void> {
  const job = await context.pipeline.db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
  if (job?.state === 'failed' && configured(context, job) !== undefined) await reconcile(context.pipeline, [spotOf(context, job)])
}

async function runAttempt(shift: Shift, taken: Claim, attempt: Attempt, stops: Stops): Promise<void> {
  const { context, queue } = shift
  const { pipeline } = context
  const process = configured(context, attempt.job)
  if (process === undefined) return giveUp(context, queue, taken, attempt)
  const spot = spotOf(context, attempt.job)
  const { job } = attempt
  const ids = { act: 'job', job: job.id, process: job.process, spacecraft: job.spacecraft, partition: job.partition, try: attempt.number }
  context.log.info({ ...ids, confinement: confinementOf(context, job) }, attempt.handle === undefined ? 'started' : 'taken over')
  const run = await runJob(context, attempt, stops)
  if (run === undefined) return giveBack(shift, taken, spot)
  const retry = { tries: process.retry, pause: context.retryPause }
  const files = await finishAttempt(pipeline, attempt, run.ending, run.facts, retry, queue.settle)
  context.log.info(
    { ...ids, ...run.facts, outcome: run.ending.outcome, files, outputs: job.outputs.map(o => o.name) },
    `ended: ${run.ending.outcome}`,
  )
  if (run.ending.outcome === 'fault') await noteFault(shift, run.ending.message)
  if (!isTold(run.ending, job)) await reconcile(pipeline, [spot])
  // The place that it took among the backlog is free.
  if (job.campaign !== null) await advanceCampaigns(pipeline)
}

/** A file of the job's own partition, in the log: the planner looks there anyway, and at all that reads it. */
const isTold = (ending: Ending, job: JobRow): boolean =>
  ending.outcome === 'made' && ending.files.some(({ file }) => file.partition === job.partition)

/** Stopped, cancelled or lost: another worker is handed the job where it is still to be run. */
async function giveBack({ context, queue }: Shift, taken: Claim, spot: Spot): Promise<void> {
  await queue.giveBack(taken).catch(() => undefined)
  await reconcile(context.pipeline, [spot]).catch(() => undefined)
}

/** The mission's folder changed while the job waited: it ends with that reason, and its versions are free again. */
async function giveUp(context: ExecutorContext, queue: Queue, taken: Claim, attempt: Attempt): Promise<void> {
  const { mission, process } = attempt.job
  const message = `mission ${mission} no longer has the process ${process}`
  const facts = { exitCode: undefined, signal: undefined, log: undefined }
  const once = Object.fromEntries(failureClasses.map(failure => [failure, 0])) as Record<FailureClass, number>
  await finishAttempt(context.pipeline, attempt, { outcome: 'failed', message }, facts, { tries: once, pause: 0 }, queue.settle)
  context.log.warn({ act: 'job', job: taken.job, process }, message)
}

function spotOf(context: ExecutorContext, job: JobRow): Spot {
  const product = findMission(context.pipeline.missions, job.mission).products.find(p => p.id === job.outputs[0]?.product)
  const partition = { kind: product?.partition.kind ?? 'day', key: job.partition, start: job.start_time, stop: job.stop_time }
  return { kind: 'work', mission: job.mission, process: job.process, spacecraft: job.spacecraft, partition }
}
