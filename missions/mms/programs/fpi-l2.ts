import { writeCdfFile } from '#doors/cdf-node'
import { globalAttributes } from '#doors/istp'
import { inputsOf, missionFile, noData, outputOf, report, runProgram, type JobFile } from '#doors/job'
import { framesAt, rotate, transpose, despunFrame } from '#domain/orbit'
import { tt2000 } from '#formats/time'
import { REACH_NS, attitudeAt, readAttitude, type AttitudeTrack } from './attitude.ts'
import { readCalibration, spansOf, type CalibrationFile, type PlasmaCalibration } from './calibration.ts'
import { describePlasma, type PlasmaProduct, type Species } from './fpi-variables.ts'
import { openColumns, type ColumnReader } from './l1a-columns.ts'

const STEPS = 32

const products = {
  ions: { species: 'dis', epoch: 'Epoch', table: 'ion', descriptor: 'DIS>Dual Ion Spectrometers' },
  electrons: { species: 'des', epoch: 'Epoch_des', table: 'electron', descriptor: 'DES>Dual Electron Spectrometers' },
} as const satisfies Record<
  string,
  { readonly species: Species; readonly epoch: string; readonly table: string; readonly descriptor: string }
>

/** Counts to differential energy flux, on-board moments into DBCS and GSE, ions and electrons each into their own file. */
export async function makeMoments(job: JobFile): Promise<void> {
  const columns = await openColumns(inputsOf(job, 'l1a'))
  const attitude = readAttitude(inputsOf(job, 'attitude'))
  const file = readCalibration(missionFile(job, 'calibration'))
  const made = await Promise.all(
    (['ions', 'electrons'] as const).map(async role => ({ role, product: await makeProduct(job, role, columns, attitude, file) })),
  )
  if (made.some(({ product }) => product.time.length === 0))
    noData(`attitude covers no spectrum of ${job.partition.start} to ${job.partition.stop}`)
  for (const { role, product } of made) await writeProduct(job, role, product, file)
}

async function makeProduct(
  job: JobFile,
  role: keyof typeof products,
  columns: ColumnReader,
  attitude: AttitudeTrack,
  file: CalibrationFile,
): Promise<PlasmaProduct> {
  const { species, table, epoch } = products[role]
  const read = (word: string): Promise<Float32Array> =>
    columns.read(`${job.spacecraft}_${species}_${word}_fast_l1a`, n => new Float32Array(n))
  const time = await columns.read(epoch, n => new BigInt64Array(n))
  const [vx, vy, vz] = [await read('vx_dbcs'), await read('vy_dbcs'), await read('vz_dbcs')]
  const turned = turnVelocities(time, [vx, vy, vz], attitude)
  const { keep } = turned
  const take = (list: Float32Array, width = 1): Float32Array =>
    Float32Array.from({ length: keep.length * width }, (_, i) => list[(keep[Math.floor(i / width)] ?? 0) * width + (i % width)] ?? 0)
  const counts = take(await read('counts'), STEPS)
  const kept = BigInt64Array.from(keep, i => time[i] as bigint)
  const spectra = computeSpectra(kept, counts, spansOf<PlasmaCalibration>(file, table, job.spacecraft, kept))
  report({ program: 'fpi-l2', species, spectra: time.length, leftOut: time.length - keep.length })
  return {
    ...spectra,
    ...turned,
    time: kept,
    counts,
    density: take(await read('numberdensity')),
    parallel: take(await read('temppara')),
    perpendicular: take(await read('tempperp')),
    leftOut: time.length - keep.length,
  }
}

/** Velocities along DBCS and GSE of the records that attitude covers; `keep` are their indices, `phase` the spin phase in degrees. */
function turnVelocities(
  time: BigInt64Array,
  [vx, vy, vz]: readonly [Float32Array, Float32Array, Float32Array],
  attitude: AttitudeTrack,
): Pick<PlasmaProduct, 'despun' | 'gse' | 'phase'> & { readonly keep: readonly number[] } {
  const [keep, despun, gse, phase]: [number[], number[], number[], number[]] = [[], [], [], []]
  time.forEach((t, i) => {
    const { sun, matrix } = framesAt(tt2000(t))
    const state = attitudeAt(attitude, t, sun, REACH_NS)
    if (state === undefined) return
    const v = [vx[i] ?? 0, vy[i] ?? 0, vz[i] ?? 0] as const
    keep.push(i)
    despun.push(...v)
    gse.push(...rotate(matrix.gse, rotate(transpose(despunFrame(state.axes.z, sun)), v)))
    phase.push((state.phases.z * 180) / Math.PI)
  })
  return { keep, despun: Float32Array.from(despun), gse: Float32Array.from(gse), phase: Float32Array.from(phase) }
}

function computeSpectra(
  time: BigInt64Array,
  counts: Float32Array,
  spans: ReturnType<typeof spansOf<PlasmaCalibration>>,
): Pick<PlasmaProduct, 'flux' | 'energy' | 'energyDelta'> {
  const make = (): Float32Array => new Float32Array(STEPS * time.length)
  const [flux, energy, energyDelta] = [make(), make(), make()]
  for (const { row, first, last } of spans) {
    const halves = row.energies.map((at, k) => halfWidth(row.energies, at, k))
    for (let i = first; i < last; i++)
      for (let k = 0; k < STEPS; k++) {
        const at = STEPS * i + k
        // Below the background the difference is noise: no flux, rather than a negative one that no logarithm shows.
        flux[at] = Math.max(0, (counts[at] ?? 0) - row.background) / (row.factor * (row.efficiency[k] ?? 1))
        energy[at] = row.energies[k] ?? 0
        energyDelta[at] = halves[k] ?? 0
      }
  }
  return { flux, energy, energyDelta }
}

/** Half the width of an energy step in a table of even logarithmic steps, eV. */
function halfWidth(energies: readonly number[], at: number, k: number): number {
  const ratio = Math.sqrt(k + 1 < energies.length ? (energies[k + 1] ?? at) / at : at / (energies[k - 1] ?? at))
  return (at * (ratio - 1 / ratio)) / 2
}

async function writeProduct(job: JobFile, role: keyof typeof products, product: PlasmaProduct, file: CalibrationFile): Promise<void> {
  const output = outputOf(job, role)
  const { species, descriptor } = products[role]
  const sc = job.spacecraft
  const attributes = globalAttributes(job, output, {
    descriptor,
    source: `${sc.toUpperCase()}>MMS Satellite Number ${sc.slice(-1)}`,
    timeResolution: '4.5 seconds',
    mods: ['Version 3: energy flux by dated calibration, on-board moments; records without attitude are left out.'],
    more: { Calibration_file: file.name, Records_without_attitude: String(product.leftOut) },
  })
  await writeCdfFile(output.name, { attributes, variables: describePlasma(sc, species, product) })
}

await runProgram(makeMoments)
