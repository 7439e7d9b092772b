import type { Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import type { Partition } from '#domain/partition'
import type { CellName, EventFact, Waiver } from '#domain/plan'
import { Agenda } from './agenda.ts'
import type { PipelineContext, Spot } from './context.ts'
import { lastRead } from './last-read.ts'
import type { MemoryEnding, MemoryJob } from './memory-jobs.ts'
import { MemoryLedger } from './memory-ledger.ts'
import type { MemoryFile } from './memory-ledger.ts'
import { plannerOver } from './planner.ts'
import { lookAt } from './reconcile.ts'
import { arrivalsOf } from './rehearse-arrivals.ts'
import { sha256Text } from './text.ts'

/** How a mission is thought to go: what comes down when, what a job takes. Times in milliseconds. */
export interface Rehearsal {
  readonly from: number
  readonly days: number
  /** Contacts a day of each spacecraft; each brings down what was recorded since the last. */
  readonly contactsPerDay: number
  /** Bursts a day of all spacecraft: events, and files of each product that is cut by them. */
  readonly burstsPerDay: number
  /** One orbit follows the other, with a region of each kind in its middle third; absent = none is told. */
  readonly orbit?: number
  /** From the end of a contact to its telemetry, and from the end of a day to its ancillary files. */
  readonly delay: number
  readonly settle: number
  /** What happens within this long is looked at together, as by a planner that needs a moment for its turn. */
  readonly turn?: number
  /** Jobs at a time; no bound = as many as there are. */
  readonly workers: number
  readonly duration: (job: MemoryJob) => number
  /** Leaves out of memory, day by day, what nothing reads any more, so that years fit. */
  readonly forgets?: boolean
  /** Is told what is seen on the way: jobs that wait and that run, whenever that changed; every file that comes. */
  readonly watch?: {
    readonly load?: (at: number, waiting: number, running: number) => void
    readonly file?: (file: MemoryFile) => void
    /** Days that are over. */
    readonly days?: (days: number) => void
  }
  /** Whether a file comes at all, and how a job ends: for faults. */
  readonly comes?: (dataset: string, partition: string) => boolean
  readonly contact?: (spacecraft: string, key: string) => 'done' | 'lost'
  readonly ends?: (job: MemoryJob) => MemoryEnding | undefined
  /** What a job lacks all the time, so that it never begins. */
  readonly lacks?: (job: MemoryJob) => string | undefined
  /** What lists of events tell, from the first report on. */
  readonly events?: readonly EventFact[]
  /** What somebody has said need not come. */
  readonly waivers?: (cell: CellName) => Waiver | undefined
  /** What of its partition a file from outside covers. */
  readonly covers?: (dataset: string, partition: Partition) => { readonly start: number; readonly stop: number }
}

/** What came of it. */
export interface Rehearsed {
  readonly ledger: MemoryLedger
  readonly now: number
  /** Milliseconds of work. */
  readonly work: number
  /** Also those that the ledger has forgotten. */
  readonly cells: number
}

/**
 * Flies a mission in memory, from arrivals to last products, with the planner that flies real ones, no program and no clock: events follow
 * each other in the order of their time. The same plan gives the same flight.
 */
export async function rehearse(mission: Mission, plan: Rehearsal): Promise<Rehearsed> {
  let now = plan.from
  const ledger = new MemoryLedger(mission, () => now, undefined, plan.waivers)
  if (plan.watch?.file !== undefined) ledger.watch(plan.watch.file)
  const log = { info: () => undefined, warn: () => undefined } as unknown as PipelineContext['log']
  const context = { missions: [mission], settings: { settle: plan.settle }, clock: () => now, log }
  // One slice: to sort everything again for each would take longer than to look at it.
  const planner = plannerOver(context, ledger, Infinity)
  const agenda = new Agenda()
  let running = 0
  let work = 0
  let forgotten = 0
  let ended: Spot[] = []
  const end = (job: MemoryJob, token: string) => (): void => {
    running--
    // What it made is told by the log; else only its own end is news.
    if (ledger.finish(job, token, plan.ends?.(job) ?? success(job), { tries: 2, pause: 60_000 }) === 0)
      ended.push({ kind: 'work', ...job.key })
  }
  const lackOf = (job: MemoryJob | undefined): string | undefined => job && plan.lacks?.(job)
  const begin = (): void => {
    while (running < plan.workers && ledger.work.hints.length > 0) {
      const id = ledger.work.hints.shift() ?? 0
      const lack = lackOf(ledger.work.all.get(id))
      if (lack !== undefined) {
        ledger.work.postpone(id, lack)
        continue
      }
      const job = ledger.work.start(id, `${work}`)
      if (job === undefined) continue
      const took = plan.duration(job)
      running++
      work += took
      agenda.put({ at: now + took, happen: end(job, `${work - took}`) })
    }
  }
  const look = async (): Promise<void> => {
    while ((await planner.follow()) > 0);
    if (ended.length > 0) await lookAt(context, ledger, ended)
    ended = []
  }
  for (const event of plan.events ?? []) agenda.put({ at: plan.from, happen: () => ledger.tellEvent(event) })
  for (let day = 0; day < Math.min(3, plan.days); day++) arrivalsOf(mission, plan, ledger, agenda, day, () => now)
  const reads = lastRead(mission)
  for (let day = 3; day <= plan.days + 1; day++)
    agenda.put({
      at: plan.from + (day - 2) * dayMs,
      happen: () => {
        if (day < plan.days) arrivalsOf(mission, plan, ledger, agenda, day, () => now)
        plan.watch?.days?.(day - 2)
        if (plan.forgets === true) forgotten += ledger.forget(product => now - reads(product))
      },
    })
  let audited = now
  for (let coming = agenda.take(); coming !== undefined; coming = agenda.take()) {
    now = Math.max(now, coming.at)
    await coming.happen()
    // What happens at the same moment, or within the planner's turn, is looked at together.
    const next = agenda.next()
    if (next !== undefined && next <= now - (now % (plan.turn ?? 1)) + (plan.turn ?? 1) - 1) continue
    await look()
    if (now - audited >= dayMs) {
      audited = now
      await planner.audit()
    }
    begin()
    plan.watch?.load?.(now, ledger.work.hints.length, running)
    const promised = planner.promised()
    if (promised !== undefined && promised < (agenda.next() ?? Infinity))
      agenda.put({ at: Math.max(now + 1, promised), happen: () => undefined })
  }
  // What is forgotten would look as if it had never come.
  await (plan.forgets === true ? planner.audit() : planner.sweep())
  return { ledger, now, work, cells: ledger.cells.size + forgotten }
}

const success = (job: MemoryJob): MemoryEnding => ({
  outcome: 'made',
  content: Object.fromEntries(job.outputs.map(o => [o.dataset, sha256Text(`${o.dataset} ${job.recipe}`)])),
})
