/**
 * Large files through the door: `node bench/ingest-large.ts [--kinds field,raw] [--files N] [--rounds N] [--folder DIR]` takes N files (24
 * unless told) of about 10 MB of each kind into a home of its own with durable commits, as `apsis ingest FOLDER` does: gzip CDFs, every
 * variable decoded, and binary files, of which nothing is. Where ../shared is, CDFs are real ones of the mission, of one kind joined until
 * they are as long as that, packed at their own levels; `dist` is made up, the worst that there may be (it inflates to seven times its size).
 *
 * In turn with it, five rounds unless told, the floor: one thread that reads the same files, hashes (SHA-256), writes and syncs them one
 * after the other, and of CDFs checks the MD5 where they have one, inflates the same blocks by the same zlib, and hashes what comes out.
 * Processor time counts all threads, without the database. Median and range of the rounds.
 */
import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { openHome } from '#apps/home'
import { openSystem } from '#apps/system'
import { nodePlatform, openCdfFile, writeCdfFile } from '#doors/cdf-node'
import type { Dataset } from '#formats/cdf'
import { migrate } from '#services/db'
import { ingestEach, ingestFile } from '#services/ingest'
import { startPostgres } from '#services/postgres'
import { textMission } from '#test/installation'
import { desDataset, fgmDataset } from './cdf-files.ts'
import { realDataset } from './real-files.ts'

const { values } = parseArgs({
  options: { kinds: { type: 'string' }, files: { type: 'string' }, rounds: { type: 'string' }, folder: { type: 'string' } },
})
const count = Number(values.files ?? 24)
const rounds = Number(values.rounds ?? 5)
const root = values.folder ?? process.env['APSIS_BENCH_DATA'] ?? tmpdir()
await mkdir(root, { recursive: true })
const folder = await mkdtemp(join(root, 'apsis-ingest-'))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** The first records of a dataset. */
const cut = (dataset: Dataset, records: number, of: number): Dataset => ({
  ...dataset,
  variables: dataset.variables.map(v => {
    const values = v.values as Float32Array
    return { ...v, values: values.slice(0, (values.length / of) * records) }
  }),
})

function madeUpDistributions(): Dataset {
  const records = 1200
  const electrons = cut(desDataset(true), records, 3000)
  const values = BigInt64Array.from({ length: records }, (_, i) => 6n * 10n ** 17n + BigInt(i) * 30_000_000n)
  return { ...electrons, variables: [{ name: 'Epoch', type: 'CDF_TIME_TT2000', values }, ...electrons.variables] }
}

const LARGE = 10_000_000
const cdf =
  (make: () => Promise<Dataset> | Dataset) =>
  async (path: string): Promise<unknown> =>
    writeCdfFile(path, await make(), { checksum: true })
/** What there is to take in; each is made once. */
const makers: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  field: cdf(async () => (await realDataset(/^mms1_fgm_brst_l2_2015/u, LARGE)) ?? cut(fgmDataset(true), 160_000, 1_382_400)),
  moments: cdf(async () => (await realDataset(/^mms1_fpi_fast_l2_des-moms/u, LARGE)) ?? cut(fgmDataset(true), 160_000, 1_382_400)),
  positions: cdf(async () => (await realDataset(/^mms1_mec_brst_l2_epht89q/u, LARGE)) ?? cut(fgmDataset(true), 160_000, 1_382_400)),
  dist: cdf(madeUpDistributions),
  raw: path => writeFile(path, randomBytes(LARGE)),
}
const kinds = values.kinds?.split(',') ?? Object.keys(makers)

const product = (format: string): string => `\n  title: ${format}\n  format: ${format}\n  ext: bin\n  partition: day\n`
const mission = join(folder, 'missions', 'tally')
await mkdir(mission, { recursive: true })
await writeFile(join(mission, 'mission.yaml'), textMission['mission.yaml'] ?? '')
await writeFile(
  join(mission, 'products.yaml'),
  Object.keys(makers)
    .map(kind => `cnt day ${kind}:${product(kind === 'raw' ? 'binary' : 'cdf')}`)
    .join(''),
)
await writeFile(join(mission, 'processes.yaml'), '{}\n')

/** Files under names of their own days; the content is the same, which no step of ingest knows. */
async function makeFiles(kind: string, content: string, firstDay: number, count: number): Promise<readonly { readonly path: string }[]> {
  const names = Array.from({ length: count }, (_, i) => {
    const day = new Date(Date.UTC(2020, 0, firstDay + i)).toISOString().slice(0, 10).replaceAll('-', '')
    return { path: join(folder, `ta_cnt_day_${kind}_${day}_v0.0.0.bin`) }
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

interface Content {
  readonly path: string
  /** Deflate streams of all blocks, with the bytes that come out; and the other values. */
  readonly streams: readonly { readonly deflated: Uint8Array; readonly bytes: number }[]
  readonly plain: readonly Uint8Array[]
  readonly checksum: boolean
}

/** What ingest will find to do in a CDF. */
async function lookInto(path: string): Promise<Content> {
  const streams: { deflated: Uint8Array; bytes: number }[] = []
  const inflateRaw: typeof nodePlatform.inflateRaw = (deflated, expected, limit) => {
    streams.push({ deflated: deflated.slice(), bytes: expected })
    return nodePlatform.inflateRaw?.(deflated, expected, limit) as Uint8Array
  }
  const file = await openCdfFile(path, { platform: { ...nodePlatform, inflateRaw } })
  const plain: Uint8Array[] = []
  for (const variable of file.variables.values()) {
    const bytes = await variable.readBytes()
    if (variable.compression === null) plain.push(bytes)
  }
  await file.close()
  return { path, streams, plain, checksum: file.header.checksum !== null }
}

const memory = new Uint8Array(1 << 24)
const inflateAll = ({ streams }: Content, each: (bytes: Uint8Array) => void): void => {
  for (const { deflated, bytes } of streams)
    each(nodePlatform.inflateRaw?.(deflated, bytes, bytes, memory.subarray(0, bytes)) as Uint8Array)
}

/** What nobody can do without: see above. */
const floorOf = (files: readonly { readonly path: string }[], content: Content): Promise<Took> =>
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
      if (content.checksum) createHash('md5').update(bytes).digest('hex')
      const science = createHash('sha256')
      inflateAll(content, part => science.update(part))
      for (const part of content.plain) science.update(part)
    }
  })

const sorted = (numbers: readonly number[]): readonly number[] => numbers.toSorted((a, b) => a - b)
const median = (numbers: readonly number[]): number => sorted(numbers)[Math.floor(numbers.length / 2)] as number
const told = (numbers: readonly number[], digits = 0): string =>
  `${median(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)} to ${Math.max(...numbers).toFixed(digits)})`

const postgres = await startPostgres({ dataDir: join(folder, 'pg'), log: () => undefined })
await migrate(postgres.config)
const home = await openHome(join(folder, 'home'), 'real')
const environment = { APSIS_MISSIONS: join(folder, 'missions') }
const system = await openSystem({ home, config: postgres.config, log: pino({ level: 'silent' }), supervise: false, environment })

async function takeIn(files: readonly { readonly path: string }[]): Promise<void> {
  for await (const outcome of ingestEach(system.ingest, files, ({ path }) => ingestFile(system.ingest, path, { actor: 'bench' })))
    if (outcome.outcome !== 'stored') throw new Error(JSON.stringify(outcome))
}

async function measure(kind: string): Promise<void> {
  const path = join(folder, kind)
  await makers[kind]?.(path)
  const bytes = (await stat(path)).size
  const content: Content = kind === 'raw' ? { path, streams: [], plain: [], checksum: false } : await lookInto(path)
  // In a system that runs the threads have started long ago.
  const warm = await makeFiles(kind, path, 1, 6)
  await takeIn(warm)
  const [went, floor]: [Took[], Took[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const files = await makeFiles(kind, path, 10 + round * count, count)
    floor.push(await floorOf(files, content))
    went.push(await clocked(() => takeIn(files)))
    for (const file of files) await rm(file.path)
  }
  const inflating = await clocked(async () => {
    for (let i = 0; i < 3; i++) inflateAll(content, () => undefined)
  })
  const rates = (took: readonly Took[], by: keyof Took): number[] => took.map(one => (bytes * count) / 1e6 / one[by])
  const ratios = (by: keyof Took): number[] => rates(went, by).map((rate, i) => rate / (rates(floor, by)[i] as number))
  const out = content.streams.reduce((sum, s) => sum + s.bytes, 0) + content.plain.reduce((sum, p) => sum + p.byteLength, 0)
  const whole = kind === 'raw' ? '' : `, ${content.streams.length} blocks, inflate to ${(out / bytes).toFixed(2)} times that`
  say(`${kind}: ${(bytes / 1e6).toFixed(1)} MB each${whole}`)
  say(`  ${told(rates(went, 'seconds'))} MB/s by the clock; ${told(rates(went, 'processor'))} MB per second of processor time`)
  say(`  floor ${told(rates(floor, 'seconds'))} MB/s by the clock on one thread; ${told(rates(floor, 'processor'))} by the processor`)
  say(`  ratio to it ${told(ratios('seconds'), 2)} by the clock, ${told(ratios('processor'), 2)} by the processor`)
  if (kind !== 'raw')
    say(`  inflating alone, in a second of processor time: ${((bytes * 3) / 1e6 / inflating.processor).toFixed(0)} MB of file`)
}

try {
  say(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(0)}; ${rounds} rounds of ${count} files of a kind, warm`)
  say('targets: CDFs 150 MB/s by the clock, raw 0.7 of the floor')
  for (const kind of kinds) await measure(kind)
} finally {
  await system.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
}
