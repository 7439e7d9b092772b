import type { Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import type { Span } from '#domain/partition'
import { gistOf, promises } from '#domain/plan'
import type { CellName, ContactFact, EventFact, FileFact, PlannedInput, SourceCell, Waiver } from '#domain/plan'
import { compareVersions } from '#domain/version'
import { fail } from '#error'
import type { Known, Reads } from './known.ts'
import type { Ledger, LedgerStore, Told } from './ledger.ts'
import { MemoryEvents } from './memory-events.ts'
import { MemoryJobs, keyOf } from './memory-jobs.ts'
import type { MemoryEnding, MemoryJob } from './memory-jobs.ts'
import { TimeIndex } from './memory-time.ts'
import type { Change } from './spots.ts'
import type { CellWrite } from './sql.ts'
import { cutSlice } from './sweep.ts'
import type { Day, Seen, Slice, Sweep } from './sweep.ts'
import { sha256Text } from './text.ts'
import type { Unplanned } from './unplanned.ts'

/** A file that the memory holds. */
export interface MemoryFile extends FileFact {
  readonly mission: string
  readonly spacecraft: string
  /** The nominal time, by its partition. */
  readonly span: Span
  inputs: readonly PlannedInput[]
}

export interface MemoryCell extends CellWrite {
  readonly changed: number
}

/** Between two steps of a look others may go first, or it breaks off there; not where a ledger is alone. */
export interface Turns {
  isAlone(): boolean
  next(): Promise<void>
  /** Whether an error is such a break. */
  isBreak(error: unknown): boolean
}

const alone: Turns = { isAlone: () => true, next: async () => undefined, isBreak: () => false }

/**
 * The ledger without a database: the planner drives it as it drives the one in PostgreSQL, and a conformance suite holds the two together.
 * For proofs over very many orders of events, and for missions that are only thought of.
 */
export class MemoryLedger implements LedgerStore {
  /** By number, in the order in which they came. */
  readonly files: Map<number, MemoryFile> = new Map()
  readonly cells: Map<string, MemoryCell> = new Map()
  readonly work: MemoryJobs
  #recorded = 0
  #watch: (file: MemoryFile) => void = () => undefined
  /** What the log tells, from `#cursor` on. */
  #log: Told[] = []
  #cursor = 0
  readonly #latest = new Map<string, MemoryFile>()
  readonly #fileTimes = new TimeIndex<MemoryFile>()
  /** Cells as those see them who read their products. */
  readonly #cellTimes = new TimeIndex<SourceCell>()
  readonly #events: MemoryEvents
  readonly #open = new Map<string, MemoryCell>()
  readonly #promised = new Map<string, MemoryCell>()
  readonly #locks = new Map<string, Promise<unknown>>()
  readonly #mission: Mission
  readonly #clock: () => number
  readonly #turns: Turns
  readonly #waived: (cell: CellName) => Waiver | undefined
  #sweep: Sweep | undefined
  readonly #seen = new Map<number, Seen>()

  constructor(
    mission: Mission,
    clock: () => number,
    turns: Turns = alone,
    waived: (cell: CellName) => Waiver | undefined = () => undefined,
  ) {
    this.#waived = waived
    this.#mission = mission
    this.#clock = clock
    this.#turns = turns
    this.work = new MemoryJobs(mission, clock)
    this.#events = new MemoryEvents(mission)
  }

  #step(): Promise<void> | undefined {
    return this.#turns.isAlone() ? undefined : this.#turns.next()
  }

  readonly isAway = (error: unknown): boolean => this.#turns.isBreak(error)

  /** Every file is shown from now on. */
  watch(see: (file: MemoryFile) => void): void {
    this.#watch = see
  }

  /** A file of a partition, recorded with its event. The highest version is the latest, in whatever order they come. */
  record(file: Omit<MemoryFile, 'id' | 'mission'>, reports = false): MemoryFile {
    const held: MemoryFile = { ...file, id: ++this.#recorded, mission: this.#mission.id }
    this.files.set(held.id, held)
    this.#watch(held)
    const known = this.#latest.get(keyOf(file))
    if (known === undefined || compareVersions(file.version, known.version) > 0) {
      this.#latest.set(keyOf(file), held)
      this.#fileTimes.put(`${file.product} ${file.spacecraft}`, file.partition, held)
    }
    const { product, spacecraft, partition, span } = file
    this.#log.push({
      mission: this.#mission.id,
      product,
      spacecraft,
      partition,
      ...span,
      missionEvents: reports ? this.#events.report() : [],
    })
    return held
  }

  /** What the next report says of a contact; its data stay where they were. */
  tell(contact: ContactFact): void {
    this.#events.tellContact(contact)
  }

  /** What the next list says of an event, which stays where it is. */
  tellEvent(event: EventFact): void {
    this.#events.tellEvent(event)
  }

  latest(name: CellName): MemoryFile | undefined {
    return this.#latest.get(keyOf(name))
  }

  latestFiles(): readonly MemoryFile[] {
    return [...this.#latest.values()]
  }

  // -- what looks ask and write ---------------------------------------------------------------------------------------

  async look<T>(keys: readonly string[], work: (ledger: Ledger) => Promise<T>): Promise<T> {
    if (this.#turns.isAlone()) return this.#lookAlone(work)
    const before = keys.flatMap(key => this.#locks.get(key) ?? [])
    const mine = before.length === 0 ? this.#lookAlone(work) : Promise.allSettled(before).then(() => this.#lookAlone(work))
    for (const key of keys) this.#locks.set(key, mine)
    try {
      return await mine
    } finally {
      for (const key of keys) if (this.#locks.get(key) === mine) this.#locks.delete(key)
    }
  }

  /** What looks write is seen by nobody before their end, and by nobody at all where they break off. */
  async #lookAlone<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    const writes: (() => void)[] = []
    const latest = (name: CellName): MemoryFile | undefined => this.#latest.get(keyOf(name))
    const result = await work({
      reads: this.reads,
      writeCells: async (cells, at) => cells.map(cell => this.#writeCell(cell, at, writes)),
      dropCells: async names => names.map(name => this.#dropCell(name, writes)),
      noteUnplanned: async (cells, at) => cells.map(cell => this.#noteUnplanned(cell, at, writes)),
      makeJobs: async orders => orders.map(({ facts, key, run }) => this.work.make(facts.process, key, run, latest, writes)),
    })
    await this.#step()
    for (const write of writes) write()
    return result
  }

  /** At hand where nobody can go first; else kind by kind, with a step before each. */
  get reads(): Reads {
    return this.#turns.isAlone() ? this.#atHand : this.#inTurns
  }

  #readsOf(atHand: Known | undefined): Reads {
    const answer =
      <Q extends readonly unknown[], A>(read: (...question: Q) => A) =>
      async (questions: readonly Q[]): Promise<readonly A[]> => {
        await this.#step()
        return questions.map(question => read(...question))
      }
    const known = this.#known
    return {
      atHand,
      lastJob: answer(known.lastJob),
      missionEvents: answer(known.missionEvents),
      contacts: answer(known.contacts),
      latestFiles: answer(known.latestFiles),
      cellsIn: answer(known.cellsIn),
      lastVerified: answer(known.lastVerified),
      newestFile: answer(known.newestFile),
      waiver: answer(known.waiver),
    }
  }

  readonly #known: Known = {
    latestFiles: (_mission, product, spacecraft, window, { touching } = {}) =>
      this.#fileTimes.touching(
        `${product} ${spacecraft}`,
        window,
        touching === undefined ? undefined : ({ covers }) => covers.start < touching.stop && covers.stop > touching.start,
      ),
    cellsIn: (_mission, dataset, window) => this.#cellTimes.touching(dataset, window),
    missionEvents: (_mission, spacecraft, window) => this.#events.eventsIn(spacecraft, window),
    contacts: (_mission, spacecraft, window) => this.#events.contactsIn(spacecraft, window),
    lastVerified: (_mission, name) => this.work.verified(name),
    lastJob: key => this.work.lastOf(key),
    newestFile: (_mission, name) => this.#latest.get(keyOf(name))?.id,
    waiver: (_mission, name) => this.#waived(name),
  }

  readonly #atHand: Reads = this.#readsOf(this.#known)
  readonly #inTurns: Reads = this.#readsOf(undefined)

  #writeCell(cell: CellWrite, at: number, writes: (() => void)[]): boolean {
    const before = this.cells.get(keyOf(cell))
    const { have, next, reason } = cell.state
    const moved =
      before === undefined || before.state.have !== have || before.state.next !== next || before.state.reason.kind !== reason.kind
    if (!moved && isSame(before, cell)) return false
    const held = { ...cell, changed: moved ? at : before.changed }
    writes.push(() => this.#keepCell(held))
    return before === undefined || gistOf(before.state) !== gistOf(cell.state)
  }

  #noteUnplanned({ reason, ...cell }: Unplanned, at: number, writes: (() => void)[]): boolean {
    const before = this.cells.get(keyOf(cell))
    const isNews = before?.state.reason.kind !== reason.kind
    const state = { have: before?.state.have ?? 'none', next: 'failed', reason } as const
    const unknown = { ...cell, due: undefined, file: undefined, recipe: undefined, changed: at }
    writes.push(() => this.#keepCell({ ...(before ?? unknown), state, ...(isNews ? { changed: at } : {}) }))
    return isNews
  }

  #keepCell(held: MemoryCell): void {
    const { product, dataset, partition, span, state } = held
    const { have, next, reason } = state
    const key = keyOf(held)
    this.cells.set(key, held)
    this.#cellTimes.put(dataset, partition, { product, dataset, partition, span, have, next, reason })
    if (next !== 'none' || have === 'partial') this.#open.set(key, held)
    else this.#open.delete(key)
    if (next === 'waiting' && promises.includes(reason.kind)) this.#promised.set(key, held)
    else this.#promised.delete(key)
  }

  #dropCell(name: CellName, writes: (() => void)[]): boolean {
    if (!this.cells.has(keyOf(name))) return false
    writes.push(() => this.#removeCell(name))
    return true
  }

  #removeCell(name: CellName): void {
    this.cells.delete(keyOf(name))
    this.#open.delete(keyOf(name))
    this.#promised.delete(keyOf(name))
    this.#cellTimes.drop(name.dataset, name.partition)
  }

  // -- what workers do ------------------------------------------------------------------------------------------------

  /** Ends a try, records what it made, and says how many files that are. Throws `pipeline/fenced` where it was given up for dead. */
  finish(job: MemoryJob, token: string, ending: MemoryEnding, retry: { readonly tries: number; readonly pause: number }): number {
    if (!this.work.end(job, token, ending, retry) || ending.outcome !== 'made') return 0
    let recorded = 0
    const { partition, spacecraft } = job.key
    const span = { start: partition.start, stop: partition.stop }
    for (const { product, dataset, version } of job.outputs) {
      const name = { dataset, partition: partition.key }
      const science = ending.content[dataset] ?? fail('memory/no-content', `${dataset} was not made`)
      const same = this.#latest.get(keyOf(name))?.science === science
      if (same) this.work.release(job, [dataset])
      else {
        const arrived = this.#clock()
        const made = { name: `${dataset}_${partition.key}_v${version.join('.')}`, product, ...name, spacecraft, version, science }
        this.record({ ...made, covers: span, span, arrived, inputs: job.inputs })
        recorded++
      }
      this.work.verify(job, dataset, same ? 'kept' : 'made')
    }
    return recorded
  }

  // -- what the planner reads beside its looks ------------------------------------------------------------------------

  async readLog(limit: number): ReturnType<LedgerStore['readLog']> {
    await this.#step()
    const told = this.#log.slice(0, limit)
    return told.length === 0 ? undefined : { to: this.#cursor + told.length, events: told.length, told, spoken: [] }
  }

  async advance(to: number): Promise<void> {
    await this.#step()
    this.#log = to <= this.#cursor ? this.#log : this.#log.slice(to - this.#cursor)
    this.#cursor = Math.max(this.#cursor, to)
  }

  /** As if all of the log had been read. */
  skipLog(): void {
    this.#cursor += this.#log.length
    this.#log = []
  }

  async openCells(which: 'open' | 'promised'): ReturnType<LedgerStore['openCells']> {
    await this.#step()
    return [...(which === 'open' ? this.#open : this.#promised).values()]
      .toSorted((a, b) => a.span.start - b.span.start || inText(a.dataset, b.dataset) || inText(a.partition, b.partition))
      .map(c => ({
        ...c,
        process: c.process ?? null,
        start_time: c.span.start,
        stop_time: c.span.stop,
        until: c.state.reason.until ?? null,
      }))
  }

  async slice(_mission: string, before: number | undefined, rows: number, since: number | undefined): Promise<Slice> {
    await this.#step()
    const newest = (all: Iterable<MemoryFile | MemoryCell>): readonly Change[] => {
      const older = [...all].filter(beginsIn(since, before)).toSorted((a, b) => b.span.start - a.span.start)
      const last = older[rows - 1]
      return older.filter(({ span }) => last === undefined || span.start >= last.span.start).map(changeOf)
    }
    return cutSlice(newest(this.#latest.values()), newest(this.cells.values()), rows, since, async from =>
      this.#events.all().filter(beginsIn(from, before)),
    )
  }

  async dayBefore(_mission: string, before: number | undefined): Promise<Day | undefined> {
    await this.#step()
    const older = [...this.#latest.values(), ...this.cells.values()].filter(beginsIn(undefined, before))
    if (older.length === 0) return undefined
    const newest = older.reduce((most, { span }) => Math.max(most, span.start), -Infinity)
    const start = Math.floor(newest / dayMs) * dayMs
    const within = beginsIn(start, before)
    const files = [...this.#latest.values()].filter(within).map(f => f.id)
    const cells = [...this.cells.values()].filter(within).map(c => JSON.stringify([keyOf(c), c.state, c.file, c.recipe, c.due]))
    const digest = sha256Text(JSON.stringify([files.toSorted((a, b) => a - b), cells.toSorted(inText), this.#events.all().filter(within)]))
    return { start, digest }
  }

  async seenOf(_mission: string, start: number): Promise<Seen | undefined> {
    return this.#seen.get(start)
  }

  async noteSeen(_mission: string, start: number, seen: Seen): Promise<void> {
    await this.#step()
    this.#seen.set(start, seen)
  }

  async sweepOf(): Promise<Sweep | undefined> {
    return this.#sweep
  }

  async noteSweep(_mission: string, sweep: Sweep): Promise<void> {
    await this.#step()
    this.#sweep = sweep
  }

  /**
   * Leaves out what no look will ask for again: cells that are settled, of a time that ended longer ago than their product is read, with their
   * files and jobs. Returns how many cells went.
   */
  forget(before: (product: string) => number): number {
    let gone = 0
    for (const cell of this.cells.values()) {
      if (cell.span.stop >= before(cell.product) || this.#open.has(keyOf(cell))) continue
      gone++
      this.#removeCell(cell)
      this.#latest.delete(keyOf(cell))
      this.#fileTimes.drop(`${cell.product} ${cell.spacecraft}`, cell.partition)
      const { mission, process, spacecraft, partition: key, span } = cell
      if (process !== undefined)
        this.work.forget({ mission, process, spacecraft, partition: { kind: 'day', key, ...span } }, [cell.dataset])
    }
    this.work.forgetBefore(this.#clock() - 5 * dayMs)
    for (const [id, file] of this.files)
      if (this.#latest.get(keyOf(file)) !== file) {
        this.files.delete(id)
        // What is still read may have been made of it: it would keep all its ancestors.
        file.inputs = []
      }
    return gone
  }
}

const isSame = (before: MemoryCell, cell: CellWrite): boolean =>
  before.file === cell.file &&
  before.recipe === cell.recipe &&
  before.due === cell.due &&
  before.state.reason.text === cell.state.reason.text

const changeOf = ({ product, spacecraft, partition, span }: MemoryFile | MemoryCell): Change => ({
  product,
  spacecraft,
  partition,
  ...span,
})

const beginsIn =
  (start: number | undefined, stop: number | undefined) =>
  ({ span }: { readonly span: Span }): boolean =>
    (start === undefined || span.start >= start) && (stop === undefined || span.start < stop)

const inText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
