import { writeCdfFile } from '#doors/cdf-node'
import { globalAttributes, labels, series, timeAxis } from '#doors/istp'
import { inputsOf, noData, outputOf, report, runProgram, type JobFile } from '#doors/job'
import type { DatasetVariable } from '#formats/cdf'
import { formatUtc, parseUtc, tt2000 } from '#formats/time'
import { fail } from '#error'
import { readAttitude } from './attitude.ts'
import { computeEphemeris, type Column } from './mec-columns.ts'
import { readOrbit } from './orbit-track.ts'

/** Positions, velocities, frames and spin axes on the grid of `step` seconds of UTC (default 30), from definitive orbit and attitude, as the mission's MEC files have them. */
export async function makeEphemeris(job: JobFile): Promise<void> {
  const output = outputOf(job, 'l2')
  const orbit = readOrbit(inputsOf(job, 'ephemeris'))
  const attitude = readAttitude(inputsOf(job, 'attitude', 'optional'))
  const step = stepOf(job)
  const table = computeEphemeris(orbit, attitude, listTimes(job, step))
  const { time, columns, withoutAttitude } = table
  if (time.length === 0) noData(`no moment of ${job.partition.start} to ${job.partition.stop} lies inside the orbit files`)
  const sc = job.spacecraft
  const attributes = globalAttributes(job, output, {
    descriptor: 'MEC>Magnetic Ephemeris and Coordinates',
    source: `${sc.toUpperCase()}>MMS Satellite Number ${sc.slice(-1)}`,
    timeResolution: `${Number(step) / 1e9} s`,
    more: {
      Frames_accuracy: 'GSE within 0.003 degrees, GSM and SM within 0.04 degrees',
      Records_without_attitude: String(withoutAttitude),
    },
  })
  await writeCdfFile(output.name, { attributes, variables: describeTable(sc, time, columns) })
  const [first, last] = [tt2000(time[0] ?? 0n), tt2000(time.at(-1) ?? 0n)]
  report({ program: 'mec-l2', records: time.length, withoutAttitude, from: formatUtc(first, 3), to: formatUtc(last, 3) })
}

function stepOf({ process, parameters }: JobFile): bigint {
  const seconds = parameters['step'] ?? 30
  if (typeof seconds !== 'number' || !(seconds >= 0.001))
    return fail('job/parameter', `process ${process}: "step" is ${JSON.stringify(seconds)}, it must be seconds of at least 0.001`, {
      seconds,
    })
  return BigInt(Math.round(seconds * 1e9))
}

function listTimes(job: JobFile, step: bigint): BigInt64Array {
  const [start, stop] = [parseUtc(job.partition.start), parseUtc(job.partition.stop)]
  const count = Number((stop - start + step - 1n) / step)
  return BigInt64Array.from({ length: count }, (_, i) => start + BigInt(i) * step)
}

const shared: readonly DatasetVariable[] = [
  labels('quaternion_representation', ['qx', 'qy', 'qz', 'qw'], 'Quaternion components: x, y, z of the vector, w the scalar'),
  labels('radec_representation', ['ra', 'dec'], 'Right ascension and declination'),
  labels('3vec_representation', ['x', 'y', 'z'], 'Components of a vector'),
]

function describeTable(sc: string, time: BigInt64Array, columns: readonly Column[]): DatasetVariable[] {
  const epoch = timeAxis('Epoch', time, 'Time of the record, TT2000')
  return [epoch, ...columns.flatMap(column => describeColumn(sc, column)), ...shared]
}

function describeColumn(sc: string, column: Column): DatasetVariable[] {
  const name = `${sc}_mec_${column.name}`
  const more = {
    ...(column.frame === undefined ? {} : { COORDINATE_SYSTEM: column.frame }),
    ...(column.to === undefined ? {} : { TO_COORDINATE_SYSTEM: column.to }),
  }
  const described = {
    name,
    type: column.type ?? 'CDF_DOUBLE',
    values: column.values,
    about: column.about,
    units: column.units,
    valid: column.valid,
    notes: column.notes,
    ...(column.dims === undefined ? {} : { dims: column.dims }),
  } as const
  if (column.parts === undefined) return [series({ ...described, label: column.name.slice(0, 20), more })]
  const pointers = { LABL_PTR_1: `${name}_label`, REPRESENTATION_1: column.representation ?? '3vec_representation', TENSOR_ORDER: 1 }
  const dims = [column.parts.length]
  return [
    series({ ...described, dims, more: { ...more, ...pointers } }),
    labels(
      `${name}_label`,
      column.parts.map(part => `${sc}_${column.name}_${part}`),
      `Labels of ${column.name}`,
    ),
  ]
}

await runProgram(makeEphemeris)
