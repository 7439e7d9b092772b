/** Reading CDF: `node bench/cdf-read.ts`. With GLIBC_TUNABLES=glibc.malloc.hugetlb=1 fresh memory costs a quarter. */
import { closeSync, fstatSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inflateRawSync } from 'node:zlib'
import { openCdfSync, type Cdf } from '#formats/cdf'
import { utcMsFromTt2000Array } from '#formats/time'
import { nodePlatform, openFileSource } from '#doors/cdf-node'
import { benchFile, bestOf, desDataset, fgmDataset, megabytes, report } from './cdf-files.ts'

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

/** The deflate streams of all compressed blocks, and what each should give. */
function blocksOf(path: string): { streams: Uint8Array[]; sizes: number[] } {
  const bytes = readFileSync(path)
  const streams: Uint8Array[] = []
  const sizes: number[] = []
  for (const variable of openCdfSync(bytes, { platform: nodePlatform }).variables.values()) {
    if (variable.compression?.type !== 'gzip') continue
    for (const { first, last, offset, compressed, bytes: packed } of variable.extentsSync()) {
      if (!compressed) continue
      streams.push(bytes.subarray(offset + 24 + 10, offset + 24 + packed))
      sizes.push((last - first + 1) * variable.recordBytes)
    }
  }
  return { streams, sizes }
}

/** Floor of compressed reading: read the file, inflate its blocks one after another into fresh memory. */
function inflateAll(path: string, { streams, sizes }: ReturnType<typeof blocksOf>): number {
  let total = readPlain(path).length
  streams.forEach((stream, i) => {
    total += inflateRawSync(stream, { chunkSize: Math.max(64, sizes[i] ?? 0) }).length
  })
  return total
}

async function compare(name: string, path: string, target: number, floor: () => unknown): Promise<void> {
  const low = await bestOf(RUNS, floor)
  const own = await bestOf(RUNS, () => readAll(path))
  report(`${name} (${megabytes(path).toFixed(0)} MB)`, own.ms, low.ms, target)
}

const fgm = await benchFile('fgm', () => fgmDataset(false))
const fgmGzip = await benchFile('fgm-gzip', () => fgmDataset(true))
const des = await benchFile('des', () => desDataset(false))
const desGzip = await benchFile('des-gzip', () => desDataset(true))
const desColumn = await benchFile('des-column', () => desDataset(false), { majority: 'column' })

await compare('field, plain', fgm, 1.3, () => readPlain(fgm))
await compare('distributions, plain', des, 1.3, () => readPlain(des))
const fgmBlocks = blocksOf(fgmGzip)
await compare('field, gzip', fgmGzip, 1.3, () => inflateAll(fgmGzip, fgmBlocks))
const desBlocks = blocksOf(desGzip)
await compare('distributions, gzip', desGzip, 1.3, () => inflateAll(desGzip, desBlocks))
const plainRead = await bestOf(RUNS, () => readAll(des))
const columnRead = await bestOf(RUNS, () => readAll(desColumn))
report('distributions, column-major, against plain', columnRead.ms, plainRead.ms, 4)

const times = BigInt64Array.from({ length: 1_382_400 }, (_, i) => 600_000_000_000_000_000n + BigInt(i) * 62_500_000n)
const source = new Float64Array(times.buffer)
const target = new Float64Array(times.length)
const copy = await bestOf(20, () => {
  for (let i = 0; i < source.length; i++) target[i] = source[i] as number
})
const convert = await bestOf(20, () => utcMsFromTt2000Array(times, target))
report('1.38 M TT2000 to ms, against a copy loop', convert.ms, copy.ms, 2)

const corpus = fileURLToPath(new URL('../../shared/data/cdf/', import.meta.url))
const real = ['mms', 'missions'].flatMap(folder =>
  readdirSync(`${corpus}${folder}`)
    .filter(file => file.endsWith('.cdf'))
    .map(file => `${corpus}${folder}/${file}`),
)
const fpi = readFileSync(`${corpus}mms/mms1_fpi_fast_l2_des-moms_20151201000000_v3.3.0.cdf`)
const open = await bestOf(200, () => openCdfSync(fpi, { platform: nodePlatform }))
report('metadata of an FPI file, against 1 ms', open.ms, 1, 1.5)
const blocks = real.map(blocksOf)
const floor = await bestOf(RUNS, () => real.forEach((path, i) => inflateAll(path, blocks[i] as ReturnType<typeof blocksOf>)))
const all = await bestOf(RUNS, () => real.forEach(readAll))
report(`${real.length} real files, everything`, all.ms, floor.ms, 2)
