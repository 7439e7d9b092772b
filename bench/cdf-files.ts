import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCdfSync, type Dataset, type EncodeOptions } from '#formats/cdf'
import { writeCdfFile } from '#doors/cdf-node'
import { makeRandom } from '#test/damage'

const folder = join(tmpdir(), 'apsis-bench')

const RECORDS = 1_382_400
const compression = { type: 'gzip', level: 6 } as const

/** A magnetometer's day at 16 Hz: times, four fields of three components and magnitude, a flag; smooth with 0.02 nT noise. 105 MB. */
export function fgmDataset(compressed: boolean): Dataset {
  const random = makeRandom(1)
  const times = new BigInt64Array(RECORDS)
  for (let i = 0; i < RECORDS; i++) times[i] = 600_000_000_000_000_000n + BigInt(i) * 62_500_000n
  const field = (phase: number): Float32Array => {
    const values = new Float32Array(RECORDS * 4)
    for (let i = 0; i < RECORDS; i++) {
      let square = 0
      for (let k = 0; k < 3; k++) {
        const noise = (random() + random() + random() - 1.5) * 0.04
        const b = 30 * Math.sin(i / 40_000 + phase + k) + noise
        values[4 * i + k] = b
        square += b * b
      }
      values[4 * i + 3] = Math.sqrt(square)
    }
    return values
  }
  const packed = compressed ? compression : null
  return {
    attributes: { TITLE: 'magnetometer' },
    variables: [
      { name: 'Epoch', type: 'CDF_TIME_TT2000', values: times },
      ...['gse', 'gsm', 'dmpa', 'bcs'].map((frame, i) => ({
        name: `b_${frame}`,
        type: 'CDF_REAL4' as const,
        dims: [4],
        values: field(i),
        compression: packed,
      })),
      { name: 'flag', type: 'CDF_UINT4', values: new Uint32Array(RECORDS), compression: packed },
    ],
  }
}

/** An electron instrument's distributions: 3,000 of 32 x 16 x 32, counts times an energy factor, mostly few. 197 MB. */
export function desDataset(compressed: boolean): Dataset {
  const random = makeRandom(2)
  const values = new Float32Array(3000 * 32 * 16 * 32)
  for (let i = 0; i < values.length; i++) {
    const energy = i % 32
    const mean = 3 * Math.exp(-(((energy - 12) / 6) ** 2))
    let counts = 0
    for (let p = Math.exp(-mean), u = random(); u > p && counts < 20; counts++) u *= random()
    values[i] = counts === 0 ? 0 : Math.fround(counts * 1e-27 * (1 + energy))
  }
  const dist = { name: 'dist', type: 'CDF_REAL4' as const, dims: [32, 16, 32], values, compression: compressed ? compression : null }
  return { attributes: { TITLE: 'distributions' }, variables: [dist] }
}

/** Path of a bench file, made on first use and kept in the temporary folder. */
export async function benchFile(name: string, make: () => Dataset, options: EncodeOptions = {}): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.cdf`)
  if (!existsSync(path)) await writeCdfFile(path, make(), options)
  return path
}

/** The distributions as an old big-endian machine wrote them: the column-major file with its words turned round. */
export async function networkFile(): Promise<string> {
  const from = await benchFile('des-column', () => desDataset(false), { majority: 'column' })
  const path = join(folder, 'des-network.cdf')
  if (existsSync(path)) return path
  const bytes = readFileSync(from)
  const extent = openCdfSync(bytes).variables.get('dist')?.extentsSync()[0]
  if (extent !== undefined) bytes.subarray(extent.offset + 12, extent.offset + 12 + extent.bytes).swap32()
  bytes.writeInt32BE(1, 36)
  writeFileSync(path, bytes)
  return path
}

export const megabytes = (path: string): number => statSync(path).size / 1e6

/** Processor time of this process in ms, all threads: other work on the machine does not count. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function measure(clock: () => number, action: () => unknown): Promise<number> {
  const start = clock()
  await action()
  return clock() - start
}

type Comparison = (runs: number, action: () => unknown, floor: () => unknown) => Promise<{ readonly ms: number; readonly floor: number }>

// Run in turn, so that both see the same machine.
const compareBy =
  (clock: () => number): Comparison =>
  async (runs, action, floor) => {
    let best = { ms: Infinity, floor: Infinity }
    for (let run = 0; run < runs; run++) {
      const low = await measure(clock, floor)
      best = { ms: Math.min(best.ms, await measure(clock, action)), floor: Math.min(best.floor, low) }
    }
    return best
  }

/** Least processor time of an action and of its floor. */
export const compareCost: Comparison = compareBy(cpuMs)

/** Least time by the clock of an action and of its floor. */
export const compareTime: Comparison = compareBy(() => performance.now())

/** One line of a report: the claim, what was measured, its floor, their ratio against the target. */
export function report(claim: string, { ms, floor }: { readonly ms: number; readonly floor: number }, target: number): void {
  const ratio = ms / floor
  const verdict = ratio <= target ? 'ok' : 'MISSED'
  console.log(
    `${claim.padEnd(46)} ${ms.toFixed(1).padStart(8)} ms  floor ${floor.toFixed(1).padStart(7)} ms  ${ratio.toFixed(2).padStart(5)} x (<= ${target})  ${verdict}`,
  )
}
