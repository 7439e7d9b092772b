import { pino } from 'pino'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { formatVersion } from '#domain/version'
import { findProduct } from '#domain/mission'
import { recordFile, recordMissionEvents } from '#services/catalog'
import type { NewFile } from '#services/catalog'
import { openDb, withTx } from '#services/db'
import type { Db } from '#services/db'
import { freshDatabase } from '#test/database'
import { contentOf, dozen, fateOf, faultyDozen } from '#test/dozen'
import type { Parcel } from '#test/dozen'
import { Rehearsal, diceOf, storyOf } from '#test/schedule'
import type { Story } from '#test/schedule'
import { finishAttempt, makePlanner, reconcile, startAttempt } from './index.ts'
import type { Ending, PipelineContext } from './index.ts'

/**
 * The two ledgers are one: whatever is done to the one in memory and the one in PostgreSQL, in whatever order, both say the same after
 * every step. What is proved over very many schedules in memory holds, as far as this reaches, for the real one.
 */

const claimant = {
  worker: 'test',
  executor: 'local',
  confinement: () => 'none',
  lasting: false,
  capacity: {},
  terms: () => ({ holds: {}, losses: 3 }),
  settle: async () => undefined,
  logOf: () => 'log',
}
const tries = { error: 2, 'try-again': 2, timeout: 2, memory: 2, refused: 2, fatal: 1, lost: 3 }
const facts = { exitCode: undefined, signal: undefined, log: undefined }

/** The same acts as {@link Rehearsal}, one after the other, in PostgreSQL. */
class OnPostgres {
  now: number
  readonly #db: Db
  readonly #story: Story
  readonly #context: PipelineContext
  hints: number[] = []
  #claims = 0

  constructor(db: Db, story: Story, now: number) {
    this.#db = db
    this.#story = story
    this.now = now
    this.#context = {
      db,
      missions: [dozen],
      dispatch: async (_tx, jobs) => void this.hints.push(...jobs.map(({ job }) => job)),
      findForgotten: async jobs => jobs.filter(job => !this.hints.includes(job)),
      settings: { settle: 60_000 },
      clock: () => this.now,
      log: pino({ level: 'silent' }),
    }
  }

  async deliver(index: number): Promise<void> {
    const parcel = this.#story.parcels[index]
    if (parcel === undefined) return
    const held = await this.#db.selectFrom('file').select('id').where('name', '=', parcel.file.name).executeTakeFirst()
    if (held !== undefined) return
    await withTx(this.#db, async tx => {
      const row = rowOf(parcel.file, parcel.kind === 'report' ? { contacts: parcel.contacts.length } : {})
      const id = await recordFile(tx, row, this.now)
      if (parcel.kind === 'report') await recordMissionEvents(tx, { ...row, id, complete: false }, contactsOf(parcel))
    })
  }

  follow = (): Promise<number> => makePlanner(this.#context).follow()
  audit = (): Promise<void> => makePlanner(this.#context).audit()
  sweep = (): Promise<void> => makePlanner(this.#context).sweep()
  sweepOn = (): Promise<boolean> => makePlanner(this.#context, 3).sweepOn()
  async planFaultily(): Promise<void> {
    const planner = makePlanner({ ...this.#context, missions: [faultyDozen] })
    await planner.follow()
    await planner.audit()
  }

  async work(): Promise<boolean> {
    const rows =
      this.hints.length === 0 ? [] : await this.#db.selectFrom('job').select(['id', 'not_before']).where('id', 'in', this.hints).execute()
    const id = this.hints.find(hint => rows.some(r => r.id === hint && r.not_before <= this.now))
    if (id === undefined) return false
    this.hints.splice(this.hints.indexOf(id), 1)
    const attempt = await startAttempt(this.#context, id, { ...claimant, token: `${this.#claims++}` })
    if (attempt === undefined) return true
    const { job } = attempt
    const product = findProduct(dozen, job.outputs[0]?.product ?? '')
    const partition = { kind: product.partition.kind, key: job.partition, start: job.start_time, stop: job.stop_time }
    const spot = { kind: 'work', mission: dozen.id, process: job.process, spacecraft: job.spacecraft, partition } as const
    await reconcile(this.#context, [spot])
    await finishAttempt(
      this.#context,
      attempt,
      await this.#endingOf(attempt.job),
      facts,
      { tries, pause: 1000 },
      async (_, tokens) => new Set(tokens),
    )
    await reconcile(this.#context, [spot])
    return true
  }

  async #endingOf(job: Parameters<typeof finishAttempt>[1]['job']): Promise<Ending> {
    const fate = fateOf(job.process, job.spacecraft, job.partition, this.#story.salt)
    if (fate === 'failed' || (fate === 'flaky' && job.tries - job.uncounted === 1)) return { outcome: 'failed', message: 'it broke' }
    if (fate === 'no-data') return { outcome: 'no-data', message: 'nothing there' }
    const inputs = await this.#db
      .selectFrom('file')
      .select(['id', 'science', 'sha256'])
      .where(
        'id',
        'in',
        job.inputs.map(i => i.file),
      )
      .execute()
    const content = job.inputs.map(i => ({ file: { science: inputs.find(f => f.id === i.file)?.science ?? '' } }))
    const files = []
    const kept = []
    for (const { product, dataset, name, version } of job.outputs) {
      const science = contentOf(dataset, fate, content)
      const same = await this.#db
        .selectFrom('file')
        .select('id')
        .where(e => e.and({ dataset, partition: job.partition, latest: true, science }))
        .executeTakeFirst()
      if (same !== undefined) kept.push({ dataset, file: same.id })
      else {
        const span = { start: job.start_time, stop: job.stop_time }
        const file = { name, dataset, product, spacecraft: job.spacecraft, partition: job.partition, version, science, covers: span, span }
        const parents = job.inputs.map(i => ({ role: i.role, name: i.name, file: i.file }))
        files.push({ file: { ...rowOf(file, {}), parents, job: job.id, recipe: job.recipe }, events: [] })
      }
    }
    return { outcome: 'made', files, kept }
  }

  async told(): Promise<string> {
    const files = await this.#db
      .selectFrom('file')
      .select(['dataset', 'partition', 'version', 'science'])
      .where('latest', '=', true)
      .execute()
    const cells = await this.#db
      .selectFrom('cell')
      .select(['dataset', 'partition', 'have', 'next', sql<string>`reason->>'kind'`.as('kind'), sql<string>`reason->>'text'`.as('text')])
      .execute()
    const jobs = await this.#db.selectFrom('job').select(['id', 'process', 'spacecraft', 'partition', 'state', 'tries', 'recipe']).execute()
    return [
      ...files.map(f => `${f.dataset} ${f.partition} v${f.version.join('.')} ${f.science}`).toSorted(),
      ...cells.map(c => `${c.dataset} ${c.partition}: ${c.have} ${c.next} ${c.kind}: ${c.text}`).toSorted(),
      ...jobs
        .toSorted((a, b) => a.id - b.id)
        .map(j => `${j.id} ${j.process} ${j.spacecraft} ${j.partition} ${j.state} ${j.tries} ${j.recipe}`),
    ].join('\n')
  }
}

function toldOf({ ledger }: Rehearsal): string {
  return [
    ...ledger
      .latestFiles()
      .map(f => `${f.dataset} ${f.partition} v${f.version.join('.')} ${f.science}`)
      .toSorted(),
    ...[...ledger.cells.values()]
      .map(
        ({ dataset, partition, state }) =>
          `${dataset} ${partition}: ${state.have} ${state.next} ${state.reason.kind}: ${state.reason.text}`,
      )
      .toSorted(),
    ...[...ledger.work.all.values()].map(
      j => `${j.id} ${j.key.process} ${j.key.spacecraft} ${j.key.partition.key} ${j.state} ${j.tries} ${j.recipe}`,
    ),
  ].join('\n')
}

const contactsOf = (parcel: Parcel & { kind: 'report' }): Parameters<typeof recordMissionEvents>[2] =>
  parcel.contacts.map(c => ({
    kind: 'contact',
    key: c.key,
    name: '',
    spacecraft: c.spacecraft,
    start: c.span.start,
    stop: c.span.stop,
    data: c.data,
    state: c.state,
    reason: c.reason,
  }))

const rowOf = (file: Omit<Parcel['file'], 'inputs'>, content: Readonly<Record<string, unknown>>): NewFile => ({
  mission: dozen.id,
  name: file.name,
  product: file.product,
  dataset: file.dataset,
  spacecraft: file.spacecraft,
  kind: 'science',
  partition: file.partition,
  start: file.span.start,
  stop: file.span.stop,
  version: file.version,
  versionText: formatVersion(findProduct(dozen, file.product).scheme, file.version),
  size: 1,
  sha256: file.science,
  science: file.science,
  path: file.name,
  public: true,
  simulated: false,
  coverage: undefined,
  records: undefined,
  content,
  findings: [],
  modified: 0,
  actor: 'test',
  job: undefined,
  recipe: undefined,
  parents: [],
})

test.each(Array.from({ length: 5 }, (_, i) => i + 1))('step by step, story %i', { timeout: 120_000 }, async seed => {
  const story = storyOf(seed)
  const { config } = await freshDatabase()
  const db = openDb(config, 2)
  const memory = new Rehearsal(story, () => 1)
  const postgres = new OnPostgres(db, story, memory.now)
  const dice = diceOf(seed)
  const both = [memory, postgres] as const
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => {
      const index = dice(story.parcels.length)
      for (const one of both) await one.deliver(index)
    },
    async () => {
      for (const one of both) await one.follow()
    },
    async () => {
      for (const one of both) await one.audit()
    },
    async () => {
      for (const one of both) await one.sweep()
    },
    async () => {
      const [inMemory, inPostgres] = [await memory.sweepOn(), await postgres.sweepOn()]
      expect(inPostgres).toBe(inMemory)
    },
    async () => {
      for (const one of both) await one.planFaultily()
    },
    async () => {
      for (const one of both) while (await one.work()) await one.follow()
    },
    async () => {
      for (const one of both) await one.work()
    },
    async () => {
      for (const one of both) one.now += 120_000
    },
  ]
  const steps: string[] = []
  for (let i = 0; i < 40; i++) {
    const act = dice(acts.length)
    steps.push(`${act}`)
    await acts[act]?.()
    expect(await postgres.told(), `after the acts ${steps.join()}`).toBe(toldOf(memory))
  }
  await db.destroy()
})
