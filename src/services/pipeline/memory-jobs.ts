import { datasetId, findProduct } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import type { CellName, JobFact, PlannedInput } from '#domain/plan'
import { mayMove, jobMoves } from '#domain/process'
import { compareVersions, nextVersion, riseOf } from '#domain/version'
import type { ParentVersion, Version } from '#domain/version'
import { fail } from '#error'
import { spotKey } from './context.ts'
import type { Run } from './ledger.ts'
import type { WorkKey } from './sql.ts'

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

/** What is there of a partition already. */
export interface Latest {
  readonly version: Version
  readonly inputs: readonly PlannedInput[]
}

export const keyOf = (name: CellName): string => `${name.dataset} ${name.partition}`

const workOf = (key: WorkKey): string => spotKey({ kind: 'work', ...key })

/** Jobs without a database: made, tried and ended as those of the ledger in PostgreSQL are. */
export class MemoryJobs {
  readonly all: Map<number, MemoryJob> = new Map()
  /** Jobs that were handed to workers: hints, which may be lost. */
  readonly hints: number[] = []
  #numbers = 0
  readonly #last = new Map<string, MemoryJob>()
  readonly #verified = new Map<string, { readonly recipe: string; readonly outcome: string; readonly job: number }>()
  readonly #reserved = new Map<string, { readonly version: Version; readonly job: number }[]>()
  readonly #mission: Mission
  readonly #clock: () => number

  constructor(mission: Mission, clock: () => number) {
    this.#mission = mission
    this.#clock = clock
  }

  /** How many were ever made. */
  get count(): number {
    return this.#numbers
  }

  lastOf(key: WorkKey): JobFact | undefined {
    return factOf(this.#last.get(workOf(key)))
  }

  verified(name: CellName): { readonly recipe: string; readonly outcome: string } | undefined {
    return this.#verified.get(keyOf(name))
  }

  /** A number is taken at once, as a sequence gives them; the job is there with the last of `writes`. */
  make(process: Process, key: WorkKey, run: Run, latest: (name: CellName) => Latest | undefined, writes: (() => void)[]): number {
    const id = ++this.#numbers
    const job: MemoryJob = {
      id,
      key,
      recipe: run.recipe,
      inputs: run.inputs,
      outputs: process.outputs.map(({ product }) => this.#planOutput(product, key, run, latest)),
      state: 'ready',
      tries: 0,
      uncounted: 0,
      created: this.#clock(),
      notBefore: this.#clock(),
      message: undefined,
      token: undefined,
    }
    writes.push(() => {
      const active = this.#last.get(workOf(key))
      if (active?.state === 'ready' || active?.state === 'running')
        fail('memory/second-job', `job ${active.id} of ${workOf(key)} is active; invariant 4`, { active: active.id })
      this.all.set(id, job)
      this.#last.set(workOf(key), job)
      for (const o of job.outputs) this.#reserve({ dataset: o.dataset, partition: key.partition.key }, o.version, id)
      this.hints.push(id)
    })
    return id
  }

  #planOutput(id: string, key: WorkKey, run: Run, latest: (name: CellName) => Latest | undefined): MemoryJob['outputs'][number] {
    const product = findProduct(this.#mission, id)
    const dataset = datasetId(product, key.spacecraft)
    const name = { dataset, partition: key.partition.key }
    const held = latest(name)
    const rise = held === undefined ? 'revision' : riseOf(held.inputs.map(this.#parent), run.inputs.map(this.#parent))
    const known = [held?.version, ...(this.#reserved.get(keyOf(name)) ?? []).map(r => r.version)].filter(v => v !== undefined)
    const top = known.toSorted(compareVersions).at(-1)
    return { product: id, dataset, version: nextVersion(product.scheme, top, product.interface, rise) }
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

  /** Gives reserved versions back, of all outputs or of some. */
  release(job: MemoryJob, datasets: readonly string[] = job.outputs.map(o => o.dataset)): void {
    for (const dataset of datasets) {
      const key = keyOf({ dataset, partition: job.key.partition.key })
      this.#reserved.set(
        key,
        (this.#reserved.get(key) ?? []).filter(r => r.job !== job.id),
      )
    }
  }

  verify(job: MemoryJob, dataset: string, outcome: string): void {
    this.#verified.set(keyOf({ dataset, partition: job.key.partition.key }), { recipe: job.recipe, outcome, job: job.id })
  }

  /** Begins a try; undefined where the job is no longer to be run. An earlier try of it can end nothing any more. */
  start(id: number, token: string): MemoryJob | undefined {
    const job = this.all.get(id)
    if (job === undefined || (job.state !== 'ready' && job.state !== 'running')) return undefined
    if (job.state === 'ready') move(job, 'running')
    else job.uncounted += 1
    job.tries += 1
    job.token = token
    return job
  }

  /** What a job must hold is held by others: it goes on waiting, and says for what. */
  postpone(id: number, lack: string): void {
    const job = this.all.get(id)
    if (job !== undefined) job.message = lack
  }

  /** Ends a try; true where something was made, which is then to be recorded. Throws `pipeline/fenced` where it was given up for dead. */
  end(job: MemoryJob, token: string, ending: MemoryEnding, retry: { readonly tries: number; readonly pause: number }): boolean {
    if (job.state !== 'running' || job.token !== token) fail('pipeline/fenced', `a try of job ${job.id} was given up for dead`)
    job.token = undefined
    if (ending.outcome === 'made') {
      move(job, 'made')
      return true
    }
    job.message = ending.message
    if (ending.outcome === 'no-data') {
      move(job, 'no-data')
      this.release(job)
      for (const { dataset } of job.outputs) this.verify(job, dataset, 'no-data')
    } else if (ending.outcome === 'held') move(job, 'held')
    else if (job.tries - job.uncounted < retry.tries) {
      move(job, 'ready')
      job.notBefore = this.#clock() + retry.pause * 2 ** (job.tries - job.uncounted - 1)
      this.hints.push(job.id)
    } else {
      move(job, 'failed')
      this.release(job)
    }
    return false
  }

  /** Active jobs that no worker will be handed: what the transport has forgotten. */
  remind(handed: ReadonlySet<number>): void {
    for (const job of this.#last.values())
      if ((job.state === 'ready' || job.state === 'running') && !handed.has(job.id) && !this.hints.includes(job.id)) this.hints.push(job.id)
  }

  /** What is known of a work whose time is over for good. */
  forget(key: WorkKey, datasets: readonly string[]): void {
    this.#last.delete(workOf(key))
    for (const dataset of datasets) {
      this.#verified.delete(keyOf({ dataset, partition: key.partition.key }))
      this.#reserved.delete(keyOf({ dataset, partition: key.partition.key }))
    }
  }

  /** Jobs that were made before a time and are over. */
  forgetBefore(time: number): void {
    for (const job of this.all.values()) {
      if (job.created >= time) break
      if (job.state !== 'ready' && job.state !== 'running') this.all.delete(job.id)
    }
  }
}

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
