import { archivePath, datasetId, makerOf, printName } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import { dayMs, hourMs, partitionAt, partitionsOf } from '#domain/partition'
import type { Partition } from '#domain/partition'
import type { CellName, EventFact, Waiver } from '#domain/plan'
import type { PipelineContext } from './context.ts'
import { MemoryLedger } from './memory-ledger.ts'
import type { MemoryEnding, MemoryJob } from './memory-ledger.ts'
import { plannerOver } from './planner.ts'
import { lookAt, sha256Text } from './reconcile.ts'

/** How a mission is thought to go: what comes down when, what a job takes. Times in milliseconds. */
export interface Rehearsal {
  readonly from: number
  readonly days: number
  /** Contacts a day of each spacecraft; each brings down what was recorded since the last. */
  readonly contactsPerDay: number
  /** Bursts a day of each product that is cut by them. */
  readonly burstsPerDay: number
  /** From the end of a contact to its telemetry, and from the end of a day to its ancillary files. */
  readonly delay: number
  readonly settle: number
  /** Jobs at a time; no bound = as many as there are. */
  readonly workers: number
  readonly duration: (job: MemoryJob) => number
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

/** What was seen on the way. */
export interface Rehearsed {
  readonly ledger: MemoryLedger
  readonly now: number
  /** Jobs that waited for a worker, and that ran, at every moment at which that changed. */
  readonly load: readonly { readonly at: number; readonly waiting: number; readonly running: number }[]
  /** Milliseconds of work. */
  readonly work: number
}

interface Coming {
  readonly at: number
  readonly happen: () => unknown
}

/**
 * Flies a mission in memory, from arrivals to last products, with the planner that flies real ones, no program and no clock: events follow
 * each other in the order of their time. The same plan gives the same flight.
 */
export async function rehearse(mission: Mission, plan: Rehearsal): Promise<Rehearsed> {
  let now = plan.from
  const ledger = new MemoryLedger(mission, () => now, undefined, plan.waivers)
  const log = { info: () => undefined, warn: () => undefined } as unknown as PipelineContext['log']
  const context = { missions: [mission], settings: { settle: plan.settle }, clock: () => now, log }
  const planner = plannerOver(context, ledger)
  const agenda = new Agenda()
  for (const coming of arrivals(mission, plan, ledger, () => now)) agenda.put(coming)
  const load: { at: number; waiting: number; running: number }[] = []
  let running = 0
  let work = 0
  const end = (job: MemoryJob, token: string) => async (): Promise<void> => {
    running--
    ledger.finish(job, token, plan.ends?.(job) ?? success(job), { tries: 2, pause: 60_000 })
    await lookAt(context, ledger, [{ kind: 'work', ...job.key }])
  }
  const lackOf = (job: MemoryJob | undefined): string | undefined => job && plan.lacks?.(job)
  const begin = (): void => {
    while (running < plan.workers && ledger.hints.length > 0) {
      const id = ledger.hints.shift() ?? 0
      const lack = lackOf(ledger.jobs[id - 1])
      if (lack !== undefined) {
        ledger.postpone(id, lack)
        continue
      }
      const job = ledger.start(id, `${work}`)
      if (job === undefined) continue
      const took = plan.duration(job)
      running++
      work += took
      agenda.put({ at: now + took, happen: end(job, `${work - took}`) })
    }
  }
  let audited = now
  for (let coming = agenda.take(); coming !== undefined; coming = agenda.take()) {
    now = Math.max(now, coming.at)
    await coming.happen()
    // What happens at the same moment is looked at together.
    if (agenda.next() === now) continue
    while ((await planner.follow()) > 0);
    if (now - audited >= dayMs / 4) {
      audited = now
      await planner.audit()
    }
    begin()
    load.push({ at: now, waiting: ledger.hints.length, running })
    const promised = planner.promised()
    if (promised !== undefined && promised < (agenda.next() ?? Infinity))
      agenda.put({ at: Math.max(now + 1, promised), happen: () => undefined })
  }
  await planner.sweep()
  return { ledger, now, load, work }
}

const success = (job: MemoryJob): MemoryEnding => ({
  outcome: 'made',
  content: Object.fromEntries(job.outputs.map(o => [o.dataset, sha256Text(`${o.dataset} ${job.recipe}`)])),
})

function* arrivals(mission: Mission, plan: Rehearsal, ledger: MemoryLedger, clock: () => number): Generator<Coming> {
  const stop = plan.from + plan.days * dayMs
  for (const event of plan.events ?? []) yield { at: plan.from, happen: () => ledger.tellEvent(event) }
  const outside = mission.products.filter(p => makerOf(mission, p.id) === undefined)
  for (const { id: spacecraft } of mission.spacecraft) yield* contactsOf(plan, ledger, spacecraft, stop)
  for (const product of outside)
    for (const spacecraft of product.spacecraft)
      for (const { partition, at } of comingOf(product, plan, stop)) {
        const dataset = datasetId(product, spacecraft)
        if (plan.comes?.(dataset, partition.key) === false) continue
        const contact = product.partition.kind === 'contact' ? plan.contact?.(spacecraft, partition.key) : undefined
        if (contact === 'lost') continue
        yield {
          at,
          happen: () => {
            const version = product.scheme.parts.map(() => 0)
            const name = printName({ product, spacecraft, start: partition.start, stop: partition.stop, version })
            const covers = plan.covers?.(dataset, partition) ?? partition
            const science = sha256Text(archivePath(product, spacecraft, partition.start, name))
            const file = { name, dataset, product: product.id, spacecraft, partition: partition.key, version, science, covers }
            const report = product.format === 'contacts'
            ledger.record({ ...file, span: partition, arrived: clock(), inputs: [] }, report)
          },
        }
      }
}

function* contactsOf(plan: Rehearsal, ledger: MemoryLedger, spacecraft: string, stop: number): Generator<Coming> {
  const each = dayMs / plan.contactsPerDay
  for (let start = plan.from; start < stop; start += each) {
    const data = { start, stop: start + each }
    const { key } = partitionAt({ kind: 'contact' }, start, data.stop)
    const state = plan.contact?.(spacecraft, key) ?? 'done'
    const span = { start: data.stop, stop: data.stop + hourMs / 2 }
    const contact = { key, spacecraft, span, data, reason: state === 'lost' ? 'the antenna failed' : undefined }
    // Planned a day before; what is not told yet is expected by nobody.
    yield { at: Math.max(plan.from, start - dayMs), happen: () => ledger.tell({ ...contact, state: 'planned' }) }
    yield { at: span.stop, happen: () => ledger.tell({ ...contact, state }) }
  }
}

/** Partitions of what comes from outside, and when each comes. */
function comingOf(product: Product, plan: Rehearsal, stop: number): readonly { readonly partition: Partition; readonly at: number }[] {
  const { partition: rule } = product
  const span = { start: plan.from, stop }
  const after = (partition: Partition): { partition: Partition; at: number } => ({ partition, at: partition.stop + plan.delay })
  const every = (step: number, length: number): readonly { partition: Partition; at: number }[] =>
    Array.from({ length: Math.floor((stop - plan.from) / step) }, (_, i) => plan.from + i * step)
      .map(start => partitionAt(rule, start, start + length))
      .map(after)
  if (rule.kind === 'contact')
    return every(dayMs / plan.contactsPerDay, dayMs / plan.contactsPerDay).map(c => ({ ...c, at: c.at + hourMs / 2 }))
  if (rule.kind === 'span' || rule.kind === 'validity') return every(dayMs, dayMs)
  if (rule.kind === 'tag' || rule.kind === 'segment') return plan.burstsPerDay === 0 ? [] : every(dayMs / plan.burstsPerDay, 60_000)
  return partitionsOf(rule, span).map(after)
}

/** What is to come, soonest first: a binary heap, and in order of entry at the same moment. */
class Agenda {
  readonly #heap: (Coming & { readonly turn: number })[] = []
  #turn = 0

  put(coming: Coming): void {
    const heap = this.#heap
    heap.push({ ...coming, turn: this.#turn++ })
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1
      if (!this.#isBefore(i, parent)) break
      this.#swap(i, parent)
      i = parent
    }
  }

  take(): Coming | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      let least = i
      if (left < heap.length && this.#isBefore(left, least)) least = left
      if (right < heap.length && this.#isBefore(right, least)) least = right
      if (least === i) return first
      this.#swap(i, least)
      i = least
    }
  }

  next(): number | undefined {
    return this.#heap[0]?.at
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]]
    return x !== undefined && y !== undefined && (x.at < y.at || (x.at === y.at && x.turn < y.turn))
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]]
    if (x === undefined || y === undefined) return
    this.#heap[a] = y
    this.#heap[b] = x
  }
}
