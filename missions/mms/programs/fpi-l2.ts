import { writeCdfFile } from '#doors/cdf-node'
import { globalAttributes } from '#doors/istp'
import { inputsOf, missionFile, noData, report, runProgram, type JobFile, type JobOutput } from '#doors/job'
import { framesAt, rotate, transpose, despunFrame } from '#domain/orbit'
import { tt2000 } from '#formats/time'
import { fail } from '#error'
import { REACH_NS, attitudeAt, readAttitude, type AttitudeTrack } from './attitude.ts'
import { readCalibration, spansOf, type CalibrationFile, type PlasmaCalibration } from './calibration.ts'
import { describePlasma, type PlasmaProduct, type Species } from './fpi-variables.ts'
import { openColumns, type ColumnReader } from './l1a-columns.ts'

const STEPS = 32
// One accumulation of fast survey; a process may say otherwise.
const SURVEY_SECONDS = 4.5

const instruments = {
  dis: { epoch: 'Epoch', table: 'ion', descriptor: 'DIS>Dual Ion Spectrometers' },
  des: { epoch: 'Epoch_des', table: 'electron', descriptor: 'DES>Dual Electron Spectrometers' },
} as const satisfies Record<Species, { readonly epoch: string; readonly table: string; readonly descriptor: string }>

/** Which species go into the output of a role; together they keep the two time axes of their counts. */
const roles: Readonly<Record<string, readonly Species[]>> = { ions: ['dis'], electrons: ['des'], plasma: ['dis', 'des'] }

/**
 * Counts to differential energy flux, on-board moments into DBCS and GSE: ions and electrons each into their own file or both into one, of
 * fast survey or burst as the output says. Predicted attitude serves where the definitive one is not there yet.
 */
export async function makeMoments(job: JobFile): Promise<void> {
  const columns = await openColumns(inputsOf(job, 'l1a'), job)
  const attitude = readAttitude([...inputsOf(job, 'predicted', 'optional'), ...inputsOf(job, 'attitude', 'optional')])
  const file = readCalibration(missionFile(job, 'calibration'))
  const mode = job.outputs[0]?.fields['mode'] ?? ''
  const [dis, des] = [
    await makeProduct(job, mode, 'dis', columns, attitude, file),
    await makeProduct(job, mode, 'des', columns, attitude, file),
  ]
  if (dis.time.length === 0 || des.time.length === 0)
    noData(`attitude covers no spectrum of ${job.partition.start} to ${job.partition.stop}`)
  for (const output of job.outputs) await writeProduct(job, output, mode, { dis, des }, file)
}

async function makeProduct(
  job: JobFile,
  mode: string,
  species: Species,
  columns: ColumnReader,
  attitude: AttitudeTrack,
  file: CalibrationFile,
): Promise<PlasmaProduct> {
  const { table, epoch } = instruments[species]
  const read = (word: string): Promise<Float32Array> =>
    columns.read(`${job.spacecraft}_${species}_${word}_${mode}_l1a`, n => new Float32Array(n), epoch)
  const time = await columns.read(epoch, n => new BigInt64Array(n), epoch)
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

async function writeProduct(
  job: JobFile,
  output: JobOutput,
  mode: string,
  made: Readonly<Record<Species, PlasmaProduct>>,
  file: CalibrationFile,
): Promise<void> {
  const sc = job.spacecraft
  const of = roles[output.role] ?? fail('job/no-output', `${output.role} is none of the outputs ${Object.keys(roles).join(', ')}`)
  const seconds = (job.parameters['seconds'] ?? {}) as Partial<Record<Species, number>>
  const lengths = of.map(species => seconds[species] ?? SURVEY_SECONDS)
  const attributes = globalAttributes(job, output, {
    descriptor: of.length === 1 ? instruments[of[0] ?? 'dis'].descriptor : 'FPI>Fast Plasma Investigation',
    source: `${sc.toUpperCase()}>MMS Satellite Number ${sc.slice(-1)}`,
    timeResolution: `${[...new Set(lengths)].join(' and ')} seconds`,
    mods: ['Version 3: energy flux by dated calibration, on-board moments; records without attitude are left out.'],
    more: {
      Calibration_file: file.name,
      Records_without_attitude: String(of.reduce((sum, species) => sum + made[species].leftOut, 0)),
    },
  })
  const variables = of.flatMap((species, i) => {
    const epoch = of.length === 1 ? 'Epoch' : instruments[species].epoch
    return describePlasma({ sc, species, mode, epoch, seconds: lengths[i] ?? SURVEY_SECONDS }, made[species])
  })
  await writeCdfFile(output.name, { attributes, variables })
}

await runProgram(makeMoments)
