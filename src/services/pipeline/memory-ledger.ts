import { datasetId, findProduct } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import type { Span } from '#domain/partition'
import { promises } from '#domain/plan'
import type { CellName, ContactFact, EventFact, FileFact, JobFact, PlannedInput, SourceCell, Waiver } from '#domain/plan'
import { mayMove, jobMoves } from '#domain/process'
import { compareVersions, nextVersion, riseOf } from '#domain/version'
import type { ParentVersion, Version } from '#domain/version'
import { fail } from '#error'
import { spotKey } from './context.ts'
import type { Known, Reads } from './known.ts'
import type { Ledger, LedgerStore, Run, Told } from './ledger.ts'
import type { Change } from './spots.ts'
import { MemoryEvents } from './memory-events.ts'
import { TimeIndex } from './memory-time.ts'
import type { CellWrite, WorkKey } from './sql.ts'

/** A file that the memory holds. */
export interface MemoryFile extends FileFact {
  readonly mission: string
  readonly spacecraft: string
  /** The nominal time, by its partition. */
  readonly span: Span
  readonly inputs: readonly PlannedInput[]
}

export interface MemoryJob {
  readonly id: number
  readonly key: WorkKey
  readonly recipe: string
  readonly inputs: readonly PlannedInput[]
  readonly outputs: readonly { readonly product: string; readonly dataset: string; readonly version: Version }[]
  state: JobFact['state']
  tries: number
  /** Tries that were lost with their worker, which say nothing about the program. */
  uncounted: number
  notBefore: number
  readonly created: number
  message: string | undefined
  /** The try that may end it. */
  token: string | undefined
}

/** How a try ended: `content` says per dataset what was made, in science. */
export type MemoryEnding =
  | { readonly outcome: 'made'; readonly content: Readonly<Record<string, string>> }
  | { readonly outcome: 'no-data' | 'failed' | 'try-again' | 'held'; readonly message: string }

export interface MemoryCell extends CellWrite {
  readonly changed: number
}

/** Between two steps of a look others may go first, or it breaks off there; not where a ledger is alone. */
export interface Turns {
  isAlone(): boolean
  next(): Promise<void>
}

const alone: Turns = { isAlone: () => true, next: async () => undefined }

/**
 * The ledger without a database: the planner drives it as it drives the one in PostgreSQL, and a conformance suite holds the two together.
 * For proofs over very many orders of events, and for missions that are only thought of.
 */
export class MemoryLedger implements LedgerStore {
  readonly files: MemoryFile[] = []
  readonly cells: Map<string, MemoryCell> = new Map()
  readonly jobs: MemoryJob[] = []
  /** Jobs that were handed to workers: hints, which may be lost. */
  readonly hints: number[] = []
  cursor = 0
  readonly #log: Told[] = []
  readonly #latest = new Map<string, MemoryFile>()
  readonly #fileTimes = new TimeIndex<MemoryFile>()
  readonly #cellTimes = new TimeIndex<MemoryCell & { readonly span: Span }>()
  readonly #events = new MemoryEvents()
  readonly #open = new Map<string, MemoryCell>()
  readonly #lastJob = new Map<string, MemoryJob>()
  readonly #verified = new Map<string, { readonly recipe: string; readonly outcome: string; readonly job: number }>()
  readonly #reserved = new Map<string, { readonly version: Version; readonly job: number }[]>()
  readonly #locks = new Map<string, Promise<unknown>>()
  readonly #mission: Mission
  readonly #clock: () => number
  readonly #turns: Turns
  readonly #waived: (cell: CellName) => Waiver | undefined

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
  }

  #step(): Promise<void> | undefined {
    return this.#turns.isAlone() ? undefined : this.#turns.next()
  }

  /** A file of a partition, recorded with its event. The highest version is the latest, in whatever order they come. */
  record(file: Omit<MemoryFile, 'id' | 'mission'>, reports = false): MemoryFile {
    const held: MemoryFile = { ...file, id: this.files.length + 1, mission: this.#mission.id }
    this.files.push(held)
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

  // -- what planning asks ---------------------------------------------------------------------------------------------

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
    const result = await work({
      reads: this.reads,
      writeCells: async (cells, at) => cells.map(cell => this.#writeCell(cell, at, writes)),
      dropCells: async names => names.map(name => this.#dropCell(name, writes)),
      makeJob: async (_mission, facts, key, run) => this.#makeJob(facts.process, key, run, writes),
    })
    await this.#step()
    for (const write of writes) write()
    return result
  }

  /** At hand where nobody can go first; else kind by kind, with a step before each. */
  get reads(): Reads {
    const answer =
      <Q extends readonly unknown[], A>(read: (...question: Q) => A) =>
      async (questions: readonly Q[]): Promise<readonly A[]> => {
        await this.#step()
        return questions.map(question => read(...question))
      }
    const known = this.#known
    return {
      atHand: this.#turns.isAlone() ? known : undefined,
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
    latestFiles: (_mission, product, spacecraft, window) => this.#fileTimes.touching(`${product} ${spacecraft}`, window),
    cellsIn: (_mission, dataset, window) => this.#cellsIn(dataset, window),
    missionEvents: (_mission, spacecraft, window) => this.#eventsIn(spacecraft, window),
    contacts: (_mission, spacecraft, window) => this.#contactsOf(spacecraft, window),
    lastVerified: (_mission, name) => this.#verified.get(keyOf(name)),
    lastJob: key => factOf(this.#lastJob.get(workOf(key))),
    newestFile: (_mission, name) => this.#latest.get(keyOf(name))?.id,
    waiver: (_mission, name) => this.#waived(name),
  }

  #cellsIn(dataset: string, window: Span): readonly SourceCell[] {
    return this.#cellTimes
      .touching(dataset, window)
      .map(({ product, partition, span, state }) => ({ product, dataset, partition, span, ...state }))
  }

  #eventsIn(spacecraft: string, window: Span): readonly EventFact[] {
    return this.#events.eventsIn(spacecraft, window)
  }

  #contactsOf(spacecraft: string, window: Span): readonly ContactFact[] {
    return this.#events.contactsIn(spacecraft, window)
  }

  #writeCell(cell: CellWrite, at: number, writes: (() => void)[]): boolean {
    const before = this.cells.get(keyOf(cell))
    const { have, next, reason } = cell.state
    const moved =
      before === undefined || before.state.have !== have || before.state.next !== next || before.state.reason.kind !== reason.kind
    const held = { ...cell, changed: moved ? at : before.changed }
    writes.push(() => {
      this.cells.set(keyOf(cell), held)
      this.#cellTimes.put(cell.dataset, cell.partition, held)
      if (next !== 'none' || have === 'partial') this.#open.set(keyOf(cell), held)
      else this.#open.delete(keyOf(cell))
    })
    return moved
  }

  #dropCell(name: CellName, writes: (() => void)[]): boolean {
    const held = this.cells.get(keyOf(name))
    if (held === undefined) return false
    writes.push(() => {
      this.cells.delete(keyOf(name))
      this.#open.delete(keyOf(name))
      this.#cellTimes.drop(name.dataset, name.partition, held.span)
    })
    return true
  }

  #makeJob(process: Process, key: WorkKey, run: Run, writes: (() => void)[]): number {
    const id = this.jobs.length + 1
    const outputs = process.outputs.map(({ product: productId }) => {
      const product = findProduct(this.#mission, productId)
      const dataset = datasetId(product, key.spacecraft)
      const name = { dataset, partition: key.partition.key }
      const latest = this.#latest.get(keyOf(name))
      const rise = latest === undefined ? 'revision' : riseOf(latest.inputs.map(this.#parent), run.inputs.map(this.#parent))
      const known = [latest?.version, ...(this.#reserved.get(keyOf(name)) ?? []).map(r => r.version)].filter(v => v !== undefined)
      const top = known.toSorted(compareVersions).at(-1)
      return { product: productId, dataset, version: nextVersion(product.scheme, top, product.interface, rise) }
    })
    const job: MemoryJob = {
      id,
      key,
      recipe: run.recipe,
      inputs: run.inputs,
      outputs,
      state: 'ready',
      tries: 0,
      uncounted: 0,
      created: this.#clock(),
      notBefore: this.#clock(),
      message: undefined,
      token: undefined,
    }
    // Its place is taken at once, as a sequence gives numbers; that it exists is seen at the end of the look.
    this.jobs.push({ ...job, state: 'cancelled' })
    writes.push(() => {
      const active = this.#lastJob.get(workOf(key))
      if (active?.state === 'ready' || active?.state === 'running')
        fail('memory/second-job', `job ${active.id} of ${workOf(key)} is active; invariant 4`, { active: active.id })
      this.jobs[id - 1] = job
      this.#lastJob.set(workOf(key), job)
      for (const o of job.outputs) this.#reserve({ dataset: o.dataset, partition: key.partition.key }, o.version, id)
      this.hints.push(id)
    })
    return id
  }

  readonly #parent = (input: PlannedInput): ParentVersion => ({
    dataset: input.file.dataset,
    partition: input.file.partition,
    version: input.file.version,
    scheme: findProduct(this.#mission, input.file.product).scheme,
  })

  #reserve(name: CellName, version: Version, job: number): void {
    const held = this.#reserved.get(keyOf(name)) ?? []
    if (held.some(r => compareVersions(r.version, version) === 0))
      fail('memory/version-twice', `version ${version.join('.')} of ${keyOf(name)} is reserved twice`)
    this.#reserved.set(keyOf(name), [...held, { version, job }])
  }

  #release(job: MemoryJob, datasets: readonly string[] = job.outputs.map(o => o.dataset)): void {
    for (const dataset of datasets) {
      const key = keyOf({ dataset, partition: job.key.partition.key })
      this.#reserved.set(
        key,
        (this.#reserved.get(key) ?? []).filter(r => r.job !== job.id),
      )
    }
  }

  // -- what workers do ------------------------------------------------------------------------------------------------

  /** Begins a try; undefined where the job is no longer to be run. An earlier try of it can end nothing any more. */
  start(id: number, token: string): MemoryJob | undefined {
    const job = this.jobs[id - 1]
    if (job === undefined || (job.state !== 'ready' && job.state !== 'running')) return undefined
    if (job.state === 'ready') move(job, 'running')
    else job.uncounted += 1
    job.tries += 1
    job.token = token
    return job
  }

  /** What a job must hold is held by others: it goes on waiting, and says for what. */
  postpone(id: number, lack: string): void {
    const job = this.jobs[id - 1]
    if (job !== undefined) job.message = lack
  }

  /** Ends a try. Throws `pipeline/fenced` where it was given up for dead. */
  finish(job: MemoryJob, token: string, ending: MemoryEnding, retry: { readonly tries: number; readonly pause: number }): void {
    if (job.state !== 'running' || job.token !== token) fail('pipeline/fenced', `a try of job ${job.id} was given up for dead`)
    job.token = undefined
    if (ending.outcome === 'made') return this.#made(job, ending.content)
    job.message = ending.message
    if (ending.outcome === 'no-data') {
      move(job, 'no-data')
      this.#release(job)
      for (const { dataset } of job.outputs) this.#verify(job, dataset, 'no-data')
    } else if (ending.outcome === 'held') move(job, 'held')
    else if (job.tries - job.uncounted < retry.tries) {
      move(job, 'ready')
      job.notBefore = this.#clock() + retry.pause * 2 ** (job.tries - job.uncounted - 1)
      this.hints.push(job.id)
    } else {
      move(job, 'failed')
      this.#release(job)
    }
  }

  #made(job: MemoryJob, content: Readonly<Record<string, string>>): void {
    move(job, 'made')
    const { partition, spacecraft } = job.key
    for (const { product, dataset, version } of job.outputs) {
      const name = { dataset, partition: partition.key }
      const science = content[dataset] ?? fail('memory/no-content', `${dataset} was not made`)
      const same = this.#latest.get(keyOf(name))?.science === science
      if (same) this.#release(job, [dataset])
      else
        this.record({
          name: `${dataset}_${partition.key}_v${version.join('.')}`,
          product,
          ...name,
          spacecraft,
          version,
          science,
          covers: partition,
          span: partition,
          arrived: this.#clock(),
          inputs: job.inputs,
        })
      this.#verify(job, dataset, same ? 'kept' : 'made')
    }
  }

  #verify(job: MemoryJob, dataset: string, outcome: string): void {
    this.#verified.set(keyOf({ dataset, partition: job.key.partition.key }), { recipe: job.recipe, outcome, job: job.id })
  }

  /** Active jobs that no worker will be handed: what the transport has forgotten. */
  remind(handed: ReadonlySet<number>): void {
    for (const job of this.#lastJob.values())
      if ((job.state === 'ready' || job.state === 'running') && !handed.has(job.id) && !this.hints.includes(job.id)) this.hints.push(job.id)
  }

  // -- what the planner reads beside its looks ------------------------------------------------------------------------

  async readLog(limit: number): ReturnType<LedgerStore['readLog']> {
    await this.#step()
    const told = this.#log.slice(this.cursor, this.cursor + limit)
    return told.length === 0 ? undefined : { to: this.cursor + told.length, events: told.length, told, spoken: [] }
  }

  async advance(to: number): Promise<void> {
    await this.#step()
    this.cursor = to
  }

  async openCells(which: 'open' | 'promised'): ReturnType<LedgerStore['openCells']> {
    await this.#step()
    return [...this.#open.values()]
      .filter(c => which === 'open' || (c.state.next === 'waiting' && promises.includes(c.state.reason.kind)))
      .toSorted((a, b) => a.span.start - b.span.start || inText(a.dataset, b.dataset) || inText(a.partition, b.partition))
      .map(c => ({ ...c, process: c.process ?? null, start_time: c.span.start, stop_time: c.span.stop }))
  }

  async allMissionEvents(): Promise<readonly EventFact[]> {
    return this.#events.listed()
  }

  async allContacts(): Promise<readonly ContactFact[]> {
    return this.#events.contacts()
  }

  async partitions(): ReturnType<LedgerStore['partitions']> {
    await this.#step()
    const ordered = (seen: Iterable<MemoryFile | MemoryCell>): Change[] =>
      [...seen]
        .toSorted((a, b) => a.span.start - b.span.start || inText(a.product, b.product) || inText(a.spacecraft, b.spacecraft))
        .map(partitionOf)
    return [...ordered(this.#latest.values()), ...ordered(this.cells.values())]
  }
}

const partitionOf = ({ product, spacecraft, partition, span }: MemoryFile | MemoryCell): Change => ({
  product,
  spacecraft,
  partition,
  ...span,
})

const inText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const keyOf = (name: CellName): string => `${name.dataset} ${name.partition}`

const workOf = (key: WorkKey): string => spotKey({ kind: 'work', ...key })

function move(job: MemoryJob, to: MemoryJob['state']): void {
  if (!mayMove(jobMoves, job.state, to)) fail('memory/no-such-move', `job ${job.id} cannot go from ${job.state} to ${to}`)
  job.state = to
}

const factOf = (job: MemoryJob | undefined): JobFact | undefined =>
  job === undefined
    ? undefined
    : {
        id: job.id,
        state: job.state,
        recipe: job.recipe,
        tries: job.tries,
        created: job.created,
        notBefore: job.notBefore,
        message: job.message,
      }
