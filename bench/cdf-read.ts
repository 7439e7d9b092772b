/** Reading CDF: `node bench/cdf-read.ts`. With GLIBC_TUNABLES=glibc.malloc.hugetlb=1 fresh memory costs a quarter. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inflateRawSync } from 'node:zlib'
import { openCdfSync, type Cdf, type CdfPlatform } from '#formats/cdf'
import { utcMsFromTt2000Array } from '#formats/time'
import { nodePlatform, openCdfFile, openFileSource, startInflatePool } from '#doors/cdf-node'
import { benchFile, compareCost, compareTime, desDataset, fgmDataset, megabytes, networkFile, report } from './cdf-files.ts'

const RUNS = 5

function readAll(path: string): Cdf {
  const source = openFileSource(path)
  const cdf = openCdfSync(source, { platform: nodePlatform })
  for (const variable of cdf.variables.values()) variable.readSync()
  void source.close()
  return cdf
}

/** Floor of uncompressed reading: the whole file into one fresh typed array. */
function readPlain(path: string): Uint8Array {
  const fd = openSync(path, 'r')
  const bytes = new Uint8Array(fstatSync(fd).size)
  for (let at = 0; at < bytes.length;) at += readSync(fd, bytes, at, bytes.length - at, at)
  closeSync(fd)
  return bytes
}

/** The deflate streams that reading a file inflates, and what each should give. */
function blocksOf(path: string): { streams: Uint8Array[]; sizes: number[] } {
  const streams: Uint8Array[] = []
  const sizes: number[] = []
  const inflateRaw: CdfPlatform['inflateRaw'] = (deflated, expected, limit) => {
    streams.push(deflated.slice())
    sizes.push(expected)
    return inflateRawSync(deflated, { chunkSize: Math.max(64, expected), maxOutputLength: limit })
  }
  for (const variable of openCdfSync(readFileSync(path), { platform: { ...nodePlatform, inflateRaw } }).variables.values())
    variable.readSync()
  return { streams, sizes }
}

/** Floor of compressed reading: read the file, inflate its blocks one after another into fresh memory, one array for all values. */
function inflateAll(path: string, { streams, sizes }: ReturnType<typeof blocksOf>): number {
  let at = readPlain(path).length
  const out = new Uint8Array(at + sizes.reduce((sum, bytes) => sum + bytes, 0))
  streams.forEach((stream, i) => {
    const block = inflateRawSync(stream, { chunkSize: Math.max(64, sizes[i] ?? 0) })
    out.set(block, at)
    at += block.length
  })
  return at
}

const own = (path: string) => (): Cdf => readAll(path)

const fgm = await benchFile('fgm', () => fgmDataset(false))
const fgmGzip = await benchFile('fgm-gzip', () => fgmDataset(true))
const des = await benchFile('des', () => desDataset(false))
const desGzip = await benchFile('des-gzip', () => desDataset(true))
const desNetwork = await networkFile()

const size = (path: string): string => `${megabytes(path).toFixed(0)} MB`
report(`field, plain, ${size(fgm)}`, await compareCost(RUNS, own(fgm), () => readPlain(fgm)), 1.3)
report(`distributions, plain, ${size(des)}`, await compareCost(RUNS, own(des), () => readPlain(des)), 1.3)
const fgmBlocks = blocksOf(fgmGzip)
report(`field, gzip, ${size(fgmGzip)}`, await compareCost(RUNS, own(fgmGzip), () => inflateAll(fgmGzip, fgmBlocks)), 1.3)
const desBlocks = blocksOf(desGzip)
report(`distributions, gzip, ${size(desGzip)}`, await compareCost(RUNS, own(desGzip), () => inflateAll(desGzip, desBlocks)), 1.3)
report('distributions, big-endian column-major, to plain', await compareCost(RUNS, own(desNetwork), own(des)), 4)

const times = BigInt64Array.from({ length: 1_382_400 }, (_, i) => 600_000_000_000_000_000n + BigInt(i) * 62_500_000n)
const source = new Float64Array(times.buffer)
const target = new Float64Array(times.length)
const copy = (): void => {
  for (let i = 0; i < source.length; i++) target[i] = source[i] as number
}
report('1.38 M TT2000 to ms, against a copy loop', await compareCost(40, () => utcMsFromTt2000Array(times, target), copy), 2)

const corpus = fileURLToPath(new URL('../../shared/data/cdf/', import.meta.url))
const fpi = readFileSync(`${corpus}mms/mms1_fpi_fast_l2_des-moms_20151201000000_v3.3.0.cdf`)
const open = await compareCost(
  200,
  () => openCdfSync(fpi, { platform: nodePlatform }),
  () => 1,
)
report('metadata of an FPI file, against 1.5 ms', { ms: open.ms, floor: 1.5 }, 1)

const real = ['mms', 'missions'].flatMap(folder =>
  readdirSync(`${corpus}${folder}`)
    .filter(file => file.endsWith('.cdf'))
    .map(file => `${corpus}${folder}/${file}`),
)
const blocks = real.map(blocksOf)
const low = (): void => real.forEach((path, i) => inflateAll(path, blocks[i] as ReturnType<typeof blocksOf>))
report(`${real.length} real files, everything`, await compareCost(RUNS, () => real.map(readAll), low), 2)

// Two threads against the floor on one: by the clock, so that it means something on an idle machine only.
const pool = startInflatePool(2)
async function readShared(path: string): Promise<void> {
  const cdf = await openCdfFile(path, { platform: { ...nodePlatform, inflateAside: pool.inflate } })
  for (const variable of cdf.variables.values()) await variable.read()
  await cdf.close()
}
for (const [name, path, streams] of [
  ['field', fgmGzip, fgmBlocks],
  ['distributions', desGzip, desBlocks],
] as const)
  report(
    `${name}, gzip, two threads`,
    await compareTime(
      RUNS,
      () => readShared(path),
      () => inflateAll(path, streams),
    ),
    1,
  )
await pool.close()
