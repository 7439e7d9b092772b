/**
 * How long a ledger of eleven years takes to answer. `node bench/ledger-scale.ts [--files N] [--folder DIR]` asks the ledger that
 * `bench/ledger-make.ts` leaves on the disk, and makes it where there is none. The floor is the least that PostgreSQL needs for any indexed
 * question in the same run: one row by its primary key.
 */
import { buildServer } from '#apps/server'
import { datasetId } from '#domain/mission'
import { partitionsOf } from '#domain/partition'
import { listCells, listFiles, parseFileQuery, readStatus, searchFiles } from '#services/access'
import { openDb } from '#services/db'
import { explain, reconcile } from '#services/pipeline'
import type { Spot } from '#services/pipeline'
import { localStore } from '#services/store'
import { ledgerEnds } from './scale/make-ledger.ts'
import { openLedger, planningIn, readLedgerOptions } from './scale/open-ledger.ts'
import type { Mission } from './scale/open-ledger.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const day = 86_400_000

const { server, mission, made, folder } = await openLedger(readLedgerOptions(), say)
const { files } = made
const db = openDb(server.config)
try {
  await measure(mission)
} finally {
  await db.destroy()
  await server.stop()
}

async function measure(mission: Mission): Promise<void> {
  const random = (n: number): number => Math.floor(Math.random() * n)
  const randomDay = (): number => ledgerEnds - (1 + random(4000)) * day
  const floor = await time('one row by its primary key (floor)', 300, () =>
    db
      .selectFrom('file')
      .selectAll()
      .where('id', '=', 1 + random(files))
      .execute(),
  )
  const of = (what: string, times: number, ask: () => Promise<unknown>, target?: number): Promise<unknown> =>
    time(what, times, ask, target, floor)
  const anyProduct = (): Mission['products'][number] => mission.products[random(mission.products.length)] ?? mission.products[0]!
  const publicProducts = mission.products.filter(p => p.public)
  await of(
    'latest versions of one dataset and day',
    300,
    () => {
      const [product, from] = [anyProduct(), randomDay()]
      const spacecraft = product.spacecraft[random(product.spacecraft.length)] ?? ''
      return searchFiles(db, { mission: mission.id, dataset: datasetId(product, spacecraft), from, to: from + day, limit: 1000 }, 'all')
    },
    50,
  )
  await of(
    'a whole day of all products, first rows',
    100,
    () => {
      const from = randomDay()
      return searchFiles(db, { mission: mission.id, from, to: from + day, limit: 50 }, 'all')
    },
    50,
  )
  await of('a whole day of all products, all rows', 5, () => {
    const from = randomDay()
    return searchFiles(db, { mission: mission.id, from, to: from + day, limit: 100_000 }, 'all')
  })
  await of('file service: one day of an instrument, public', 50, () => {
    const text = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
    const from = randomDay()
    const query = new URLSearchParams({ instrument_id: 'fgm', start_date: text(from), end_date: text(from + day) })
    return listFiles(db, mission.id, parseFileQuery(mission, 'science', query), 'public')
  })
  await of(
    'why, its root shared by the day’s open cells',
    50,
    async () => {
      const [cell] = await db
        .selectFrom('cell')
        .select(['dataset', 'partition'])
        .where('next', '=', 'waiting')
        .offset(random(500))
        .limit(1)
        .execute()
      return explain(db, mission.id, cell?.dataset ?? '', cell?.partition ?? '', ledgerEnds)
    },
    200,
  )
  await of('cells that are late, newest', 50, () => listCells(db, { mission: mission.id, states: ['late'], limit: 100 }, ledgerEnds))
  await of('cells of a day', 50, () => {
    const from = randomDay()
    return listCells(db, { mission: mission.id, from, to: from + day, limit: 100 }, ledgerEnds)
  })
  await of('status in counts', 20, () => readStatus(db, [mission.id], 'all', ledgerEnds))
  await of('reconciling a year of one dataset', 3, () => reconcileYear(mission), 1000)
  const app = buildServer({
    db,
    missions: [mission],
    store: localStore(folder),
    home: { title: 'Bench', simulated: true, incoming: folder },
    clock: () => ledgerEnds,
  })
  const address = await app.listen({ port: 0 })
  const ask = async (query: Readonly<Record<string, string>>): Promise<void> => {
    const answer = await fetch(`${address}/api/v1/files?${new URLSearchParams({ mission: mission.id, ...query }).toString()}`)
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    // Read to its end by the caller's next question: what counts is when it began.
    void answer.arrayBuffer()
  }
  const isoDays = (from: number): Record<'from' | 'to', string> => ({
    from: new Date(from).toISOString(),
    to: new Date(from + day).toISOString(),
  })
  await of('HTTP: nothing found (what asking costs)', 100, () => ask({ dataset: 'none', ...isoDays(randomDay()) }))
  await of(
    'HTTP: latest versions of one dataset and day, first byte',
    300,
    () => {
      const product = publicProducts[random(publicProducts.length)] ?? publicProducts[0]!
      const spacecraft = product.spacecraft[random(product.spacecraft.length)] ?? ''
      return ask({ dataset: datasetId(product, spacecraft), limit: '1000', ...isoDays(randomDay()) })
    },
    50,
  )
  await of('HTTP: a whole day of all products, first byte of 50 rows', 100, () => ask({ limit: '50', ...isoDays(randomDay()) }), 50)
  for (const url of ['/', `/${mission.id}/data`, `/${mission.id}/data/fgm_srvy_l2`, `/${mission.id}/data/fgm_brst_l2`, '/ops'])
    await of(`page ${url}`, 10, () => app.inject({ url, headers: { accept: 'text/html' } }))
  await app.close()
}

async function reconcileYear(mission: Mission): Promise<void> {
  const process = mission.processes.find(p => p.outputs.some(o => o.product === 'fgm srvy l2'))
  const context = planningIn(db, mission)
  const spots = partitionsOf({ kind: 'day' }, { start: ledgerEnds - 700 * day, stop: ledgerEnds - 335 * day }).map((partition): Spot => ({
    kind: 'work',
    mission: mission.id,
    process: process?.id ?? '',
    spacecraft: 'mms1',
    partition,
  }))
  await reconcile(context, spots)
}

async function time(what: string, times: number, ask: () => Promise<unknown>, target?: number, floor?: number): Promise<number> {
  const took: number[] = []
  await ask()
  for (let i = 0; i < times; i++) {
    const began = performance.now()
    await ask()
    took.push(performance.now() - began)
  }
  took.sort((a, b) => a - b)
  const [p50, p99] = [took[Math.floor(took.length / 2)] ?? 0, took[Math.floor(took.length * 0.99)] ?? 0]
  const verdict = target === undefined ? '' : `target ${target} ms${p99 > target ? ' MISSED' : ''}`
  const ratio = floor === undefined ? '' : `${(p50 / floor).toFixed(0)}x the floor`
  say(`${what.padEnd(52)} p50 ${p50.toFixed(1).padStart(8)} ms  p99 ${p99.toFixed(1).padStart(8)} ms  ${ratio.padEnd(18)} ${verdict}`)
  return p50
}
