/**
 * How quickly planning looks at what is there: a year of one dataset, many dirty partitions at once, a slice of the sweep.
 * `node bench/reconcile-year.ts [--files N] [--folder DIR]` asks a ledger as `bench/ledger-make.ts` makes it. Floor: the same rows read by
 * one statement for each table, in the same run.
 */
import { sql } from 'kysely'
import { makerOf } from '#domain/mission'
import { partitionsOf } from '#domain/partition'
import { appendEvents, foldTallies } from '#services/catalog'
import { openDb, withTx } from '#services/db'
import { dayBefore, makePlanner, reconcile } from '#services/pipeline'
import type { Spot } from '#services/pipeline'
import { ledgerEnds } from './scale/make-ledger.ts'
import { openLedger, planningIn, readLedgerOptions } from './scale/open-ledger.ts'

const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const day = 86_400_000
const product = 'fgm srvy l2'
const spacecraft = 'mms1'

const { server, mission } = await openLedger(readLedgerOptions(), say)
// One connection, as the planner has one at a time.
const db = openDb(server.config, 1)
const year = await untouchedYear()
try {
  await measure(makerOf(mission, product)?.inputs.flatMap(i => i.products) ?? [])
} finally {
  await db.destroy()
  await server.stop()
}

async function measure(inputs: readonly string[]): Promise<void> {
  const context = planningIn(db, mission)
  const { rows } = await sql<{ files: number }>`select coalesce(sum(files), 0)::bigint as files from file_tally`.execute(db)
  say(`${rows[0]?.files.toLocaleString('en-US')} files in the ledger`)
  const works = partitionsOf({ kind: 'day' }, year).map((partition): Spot => ({
    kind: 'work',
    mission: mission.id,
    process: makerOf(mission, product)?.id ?? '',
    spacecraft,
    partition,
  }))
  const first = performance.now()
  const { jobs } = await reconcile(context, works)
  say(`a year's first look, with ${jobs} jobs for it and all that reads it: ${((performance.now() - first) / 1000).toFixed(2)} s`)
  await foldTallies(db)
  const floor = await time('the same rows, one statement for each table (floor)', 5, () => readRows(inputs))
  await time('a year of one dataset, 365 partitions', 5, () => reconcile(context, works), { floor, target: 1000 })
  await time('… one partition of it', 20, () => reconcile(context, works.slice(100, 101)), { floor })
  const planner = makePlanner(context)
  await time('500 files are dirty at once', 3, () => tellAgain(planner, 500), { floor, target: 60_000 })
  let at = year.start
  await time('a day that the sweep passes over: its digest', 40, async () => (at = (await dayBefore(db, mission.id, at))?.start ?? at), {
    floor,
  })
  await time('a slice of the sweep: 300 files and their cells', 5, () => planner.sweepOn(), { floor })
}

/** The last year that no run of this has looked at before; of a ledger of few files, which reaches back for few days, the last one. */
async function untouchedYear(): Promise<{ readonly start: number; readonly stop: number }> {
  const { rows } = await sql<{ start: number }>`select min(start_time) as start from file where product = ${product}`.execute(db)
  const oldest = rows[0]?.start ?? ledgerEnds
  for (let stop = ledgerEnds - 335 * day; stop - 365 * day > oldest; stop -= 365 * day) {
    const span = { start: stop - 365 * day, stop }
    const known = await sql`select from job where mission = ${mission.id} and process = ${makerOf(mission, product)?.id ?? ''}
      and start_time >= ${new Date(span.start)} and start_time < ${new Date(span.stop)} limit 1`.execute(db)
    if (known.rows.length === 0) return span
  }
  return { start: ledgerEnds - 366 * day, stop: ledgerEnds - day }
}

async function readRows(inputs: readonly string[]): Promise<void> {
  const within = sql`mission = ${mission.id} and product = any(${[product, ...inputs]}::text[])
    and start_time >= ${new Date(year.start - day)} and start_time < ${new Date(year.stop + day)}`
  await sql`select * from file where ${within} and latest and spacecraft = any(${[spacecraft, mission.id]}::text[])`.execute(db)
  await sql`select * from cell where ${within} and spacecraft = any(${[spacecraft, mission.id]}::text[])`.execute(db)
  await sql`select * from job where mission = ${mission.id} and spacecraft = ${spacecraft} and start_time >= ${new Date(year.start)}`.execute(
    db,
  )
}

/** Files of the year's end as if they had just come. */
async function tellAgain(planner: ReturnType<typeof makePlanner>, count: number): Promise<void> {
  const files = await db
    .selectFrom('file')
    .select('id')
    .where('mission', '=', mission.id)
    .where('start_time', '>=', new Date(year.stop - 40 * day) as never)
    .where('latest', '=', true)
    .orderBy('start_time')
    .limit(count)
    .execute()
  await withTx(db, tx =>
    appendEvents(
      tx,
      ledgerEnds,
      files.map(f => ({ kind: 'file' as const, mission: mission.id, file: f.id, actor: 'bench' })),
    ),
  )
  while ((await planner.follow()) > 0);
}

interface Held {
  readonly floor: number
  readonly target?: number
}

async function time(what: string, times: number, ask: () => Promise<unknown>, held?: Held): Promise<number> {
  const took: number[] = []
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await ask()
    took.push(performance.now() - began)
  }
  took.sort((a, b) => a - b)
  const [p50, most] = [took[Math.floor(took.length / 2)] ?? 0, took.at(-1) ?? 0]
  const ratio = held === undefined ? '' : `${(p50 / held.floor).toFixed(1)}x the floor`
  const verdict = held?.target === undefined ? '' : `target ${held.target} ms${p50 > held.target ? ' MISSED' : ''}`
  say(`${what.padEnd(52)} p50 ${p50.toFixed(0).padStart(6)} ms  most ${most.toFixed(0).padStart(6)} ms  ${ratio.padEnd(18)} ${verdict}`)
  return p50
}
