/**
 * Whether files are registered as fast where millions are held: `node bench/registration.ts [--files N] [--folder DIR]` records new files in
 * the ledger of `bench/ledger-make.ts` and in an empty one, in turn, eight at once, each in a transaction of its own that waits for the
 * disk, with the settings of a home. What it records stays: some thousands.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { recordFile } from '#services/catalog'
import type { NewFile } from '#services/catalog'
import { datasetId } from '#domain/mission'
import { migrate, openDb, withTx } from '#services/db'
import type { Db } from '#services/db'
import { startPostgres } from '#services/postgres'
import { ledgerEnds } from './scale/make-ledger.ts'
import { openLedger, readLedgerOptions } from './scale/open-ledger.ts'

const [rounds, each, atOnce] = [10, 400, 8]
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const large = await openLedger(readLedgerOptions(), say)
const folder = await mkdtemp(join(tmpdir(), 'apsis-bench-'))
const empty = await startPostgres({ dataDir: join(folder, 'pg'), log: () => undefined })
await migrate(empty.config)
const { mission, made } = large
const run = Date.now()
const datasets = mission.products.flatMap(p => p.spacecraft.map(s => ({ product: p, spacecraft: s, dataset: datasetId(p, s) })))

/** A file of a random dataset and day, in a partition that is new: nothing that is there changes. */
function newFile(number: number): NewFile {
  const { product, spacecraft, dataset } = datasets[Math.floor(Math.random() * datasets.length)] ?? datasets[0]!
  const start = ledgerEnds - Math.floor(Math.random() * 4000) * 86_400_000
  const name = `${dataset}_${run}_${number}.cdf`
  const sha256 = randomBytes(32).toString('hex')
  const what = { mission: mission.id, name, product: product.id, dataset, spacecraft, kind: product.kind, path: `${mission.id}/${name}` }
  const versions = { partition: `${new Date(start).toISOString().slice(0, 10)}-${run}-${number}`, version: [1, 0, 0], versionText: '1.0.0' }
  const content = { coverage: undefined, records: 1, content: {}, findings: [], job: undefined, recipe: undefined, parents: [] }
  const rest = { size: 1000, sha256, public: product.public, simulated: true, modified: start, actor: 'bench' }
  return { ...what, ...versions, ...content, ...rest, start, stop: start + 86_400_000 }
}

let number = 0
/** Files per second. */
async function round(db: Db): Promise<number> {
  const began = performance.now()
  let left = each
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const file = newFile(number++)
      await withTx(db, tx => recordFile(tx, file, Date.now()))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return each / ((performance.now() - began) / 1000)
}

const [few, many] = [openDb(empty.config), openDb(large.server.config)]
const rates: Record<'few' | 'many', number[]> = { few: [], many: [] }
try {
  await round(few)
  await round(many)
  // Else its plans would be those of an empty table until statistics are gathered, within a minute of a home's life.
  await sql`analyze`.execute(few)
  for (let i = 0; i < rounds; i++) {
    rates.few.push(await round(few))
    rates.many.push(await round(many))
  }
  const middle = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0
  const [small, big] = [middle(rates.few), middle(rates.many)]
  const ratios = rates.many.map((rate, i) => rate / (rates.few[i] ?? 1))
  say(
    `registered per second, load ${loadavg()[0]?.toFixed(0)}: ${small.toFixed(0)} in an empty ledger, ${big.toFixed(0)} beside ${made.files.toLocaleString('en-US')} files; ` +
      `ratio ${(big / small).toFixed(2)}, of neighbouring rounds ${middle(ratios).toFixed(2)} (target 0.8)`,
  )
} finally {
  // They stay, as told to everybody: taking files away is nothing that a ledger is made for.
  await sql`update cursor set sequence = (select last from event_counter)`.execute(many)
  await few.destroy()
  await many.destroy()
  await empty.stop()
  await large.server.stop()
  await rm(folder, { recursive: true, force: true })
}
