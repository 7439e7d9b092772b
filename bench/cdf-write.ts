/** Writing CDF, and memory while streaming: `node bench/cdf-write.ts`. */
import { rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { Dataset } from '#formats/cdf'
import { createCdfFile, openCdfFile, writeCdfFile } from '#doors/cdf-node'
import { compareCost, desDataset, fgmDataset, report } from './cdf-files.ts'

const path = join(tmpdir(), 'apsis-bench-write.cdf')

/** Floor of compressed writing: zlib over the same blocks, then the bytes to a file. */
function deflateAll(dataset: Dataset): number {
  let total = 0
  for (const { values, dims = [], compression } of dataset.variables) {
    if (compression === null) continue
    const bytes = new Uint8Array((values as Float32Array).buffer)
    const record = dims.reduce((product, size) => product * size, 4)
    const block = Math.max(1, Math.floor(65_536 / record)) * record
    for (let at = 0; at < bytes.length; at += block) total += deflateRawSync(bytes.subarray(at, at + block), { level: 6 }).length
  }
  return total
}

if (process.argv[2] !== 'stream')
  for (const [name, dataset] of [
    ['field', fgmDataset(true)],
    ['distributions', desDataset(true)],
  ] as const)
    report(
      `writing ${name}, gzip 6, against zlib alone`,
      await compareCost(
        2,
        () => writeCdfFile(path, dataset),
        () => deflateAll(dataset),
      ),
      1.15,
    )

const CHUNK = 1 << 20
const values = Float64Array.from({ length: CHUNK }, (_, i) => i)
const peak = (): number => process.resourceUsage().maxRSS / 1024

/** 2.1 GB in chunks of 8 MiB. */
async function streamOut(): Promise<void> {
  const writer = createCdfFile(path, { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL8' }] })
  for (let i = 0; i < 256; i++) await writer.append('x', values)
  await writer.finish()
}

async function streamIn(): Promise<void> {
  const cdf = await openCdfFile(path)
  for (const x of cdf.variables.values()) for await (const chunk of x.chunks({ records: CHUNK })) void chunk
  await cdf.close()
}

if (process.argv[2] === 'stream')
  for (const [name, action] of [
    ['write', streamOut],
    ['read', streamIn],
  ] as const) {
    const before = peak()
    await action()
    const size = (statSync(path).size / 1e9).toFixed(1)
    console.log(`streamed ${size} GB through ${name}: peak ${peak().toFixed(0)} MiB (${before.toFixed(0)} before), 200 MB are allowed`)
  }
rmSync(path, { force: true })
