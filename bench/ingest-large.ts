/**
 * Large files through the door: `node bench/ingest-large.ts [--files N] [--folder DIR]` takes N files (24 unless told) of 10 MB of each
 * kind into a home of its own with durable commits, as `apsis ingest FOLDER` does: gzip CDFs like a magnetometer's and like an electron
 * instrument's, every variable decoded, and binary files, of which nothing is decoded. The floor, before and after in the same run: the
 * same files read, hashed (SHA-256), written and synced, one after the other. Processor time counts all threads, without the database.
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { openHome } from '#apps/home'
import { openSystem } from '#apps/system'
import { writeCdfFile } from '#doors/cdf-node'
import type { Dataset } from '#formats/cdf'
import { migrate } from '#services/db'
import { ingestEach, ingestFile } from '#services/ingest'
import { startPostgres } from '#services/postgres'
import { textMission } from '#test/installation'
import { desDataset, fgmDataset } from './cdf-files.ts'

const { values } = parseArgs({ options: { files: { type: 'string' }, folder: { type: 'string' } } })
const count = Number(values.files ?? 24)
const root = values.folder ?? process.env['APSIS_BENCH_DATA'] ?? tmpdir()
await mkdir(root, { recursive: true })
const folder = await mkdtemp(join(root, 'apsis-ingest-'))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const product = (format: string): string => `\n  title: ${format}\n  format: ${format}\n  ext: bin\n  partition: day\n`
const mission = join(folder, 'missions', 'tally')
await mkdir(mission, { recursive: true })
await writeFile(join(mission, 'mission.yaml'), textMission['mission.yaml'] ?? '')
await writeFile(
  join(mission, 'products.yaml'),
  `cnt day field:${product('cdf')}cnt day dist:${product('cdf')}cnt day raw:${product('binary')}`,
)
await writeFile(join(mission, 'processes.yaml'), '{}\n')

/** The first records of a dataset. */
const cut = (dataset: Dataset, records: number, of: number): Dataset => ({
  ...dataset,
  variables: dataset.variables.map(v => {
    const values = v.values as Float32Array
    return { ...v, values: values.slice(0, (values.length / of) * records) }
  }),
})

/** Files of one kind under names of their own days; the content is the same, which no step of ingest knows. */
async function makeFiles(level: string, content: string, count: number): Promise<readonly { readonly path: string }[]> {
  const names = Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10).replaceAll('-', '')
    return { path: join(folder, `ta_cnt_day_${level}_${day}_v0.0.0.bin`) }
  })
  for (const { path } of names) await copyFile(content, path)
  return names
}

interface Took {
  readonly seconds: number
  readonly processor: number
}

async function clocked(action: () => Promise<void>): Promise<Took> {
  const [began, used] = [performance.now(), process.cpuUsage()]
  await action()
  const { user, system } = process.cpuUsage(used)
  return { seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 }
}

/** Read, SHA-256, write, fsync: nobody who keeps bytes can do less. */
const floorOf = (files: readonly { readonly path: string }[]): Promise<Took> =>
  clocked(async () => {
    const target = join(folder, 'floor')
    for (const { path } of files) {
      const bytes = await readFile(path)
      createHash('sha256').update(bytes).digest('hex')
      const out = await open(target, 'w')
      await out.write(bytes)
      await out.sync()
      await out.close()
      await rm(target)
    }
  })

const contents = { field: join(folder, 'field'), dist: join(folder, 'dist'), raw: join(folder, 'raw') }
await writeCdfFile(contents.field, cut(fgmDataset(true), 150_000, 1_382_400), { checksum: true })
const electrons = cut(desDataset(true), 420, 3000)
const times = {
  name: 'Epoch',
  type: 'CDF_TIME_TT2000' as const,
  values: BigInt64Array.from({ length: 420 }, (_, i) => 6n * 10n ** 17n + BigInt(i) * 30_000_000n),
}
await writeCdfFile(contents.dist, { ...electrons, variables: [times, ...electrons.variables] }, { checksum: true })
await writeFile(contents.raw, randomBytes(10_000_000))

const postgres = await startPostgres({ dataDir: join(folder, 'pg'), log: () => undefined })
await migrate(postgres.config)
const home = await openHome(join(folder, 'home'), 'real')
const environment = { APSIS_MISSIONS: join(folder, 'missions') }
const system = await openSystem({ home, config: postgres.config, log: pino({ level: 'silent' }), supervise: false, environment })
try {
  say(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(0)}; ${count} files of a kind, warm`)
  for (const [level, content] of Object.entries(contents)) {
    const [first, second, ...files] = await makeFiles(level, content, count + 2)
    // In a system that runs the threads have started long ago.
    await Promise.all([first, second].map(file => ingestFile(system.ingest, file?.path ?? '', { actor: 'bench' })))
    const megabytes = ((await stat(content)).size * count) / 1e6
    const before = await floorOf(files)
    const took = await clocked(async () => {
      for await (const outcome of ingestEach(system.ingest, files, ({ path }) => ingestFile(system.ingest, path, { actor: 'bench' })))
        if (outcome.outcome !== 'stored') throw new Error(JSON.stringify(outcome))
    })
    const after = await floorOf(files)
    const floor = megabytes / Math.min(before.seconds, after.seconds)
    const rate = megabytes / took.seconds
    const target = level === 'raw' ? `${(rate / floor).toFixed(2)} of the floor (target 0.7)` : `${rate.toFixed(0)} MB/s (target 150)`
    say(
      `${level.padEnd(6)} ${(megabytes / count).toFixed(1)} MB each: ${rate.toFixed(0).padStart(4)} MB/s by the clock, ` +
        `${(megabytes / took.processor).toFixed(0).padStart(4)} MB per processor second; floor ${floor.toFixed(0)} MB/s, ` +
        `${(megabytes / before.processor).toFixed(0)} MB per processor second; ${target}`,
    )
    for (const { path } of files) await rm(path)
  }
} finally {
  await system.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
