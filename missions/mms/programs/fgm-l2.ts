import { writeCdfFile } from '#doors/cdf-node'
import { globalAttributes } from '#doors/istp'
import { inputsOf, missionFile, noData, outputOf, report, runProgram, type JobFile } from '#doors/job'
import { formatUtc, tt2000 } from '#formats/time'
import { REACH_NS, readAttitude, type AttitudeTrack } from './attitude.ts'
import { readCalibration, spansOf, type CalibrationFile, type FieldCalibration } from './calibration.ts'
import { calibrateField, flagBits } from './fgm-calibrate.ts'
import { describeField, type FieldProduct, type StateProduct } from './fgm-variables.ts'
import { coverByAttitude, rotateField, type Coverage } from './fgm-vectors.ts'
import { openColumns } from './l1a-columns.ts'
import { readOrbit, type OrbitTrack } from './orbit-track.ts'
import { makeSkyTable } from './sky-table.ts'

/** Raw samples of the job's L1A files, in order of time. */
export interface RawField {
  /** TT2000. */
  readonly time: BigInt64Array
  /** Three per sample, sensor axes. */
  readonly counts: Int32Array
  readonly range: Uint8Array
  /** Samples per second. */
  readonly rate: Float32Array
  /** Of the sensor, degC. */
  readonly temperature: Float32Array
}

/**
 * Counts to field, survey or burst as the output says: calibration in force, despin by attitude, rotation into DMPA, GSE and GSM, position
 * beside it. Predicted attitude serves where the definitive one is not there yet.
 */
export async function makeField(job: JobFile): Promise<void> {
  const output = outputOf(job, 'field')
  const names = {
    sc: job.spacecraft,
    inst: output.fields['inst'] ?? '',
    mode: output.fields['mode'] ?? '',
    level: output.fields['level'] ?? '',
  }
  const raw = await readRaw(job, names.mode)
  const attitude = readAttitude([...inputsOf(job, 'predicted', 'optional'), ...inputsOf(job, 'attitude', 'optional')])
  const coverage = coverByAttitude(raw.time, attitude, REACH_NS)
  const file = readCalibration(missionFile(job, 'calibration'))
  const leftOut = raw.time.length - coverage.covered
  report({ program: 'fgm-l2', samples: raw.time.length, leftOut, extrapolated: coverage.extrapolated.reduce((sum, one) => sum + one, 0) })
  if (coverage.covered === 0) noData(`attitude covers none of the ${raw.time.length} samples${describeSpan(raw.time)}`)
  const field = computeField(job, selectCovered(raw, coverage), attitude, file)
  const orbit = readOrbit(inputsOf(job, 'ephemeris', 'optional'))
  const sc = job.spacecraft
  const attributes = globalAttributes(job, output, {
    descriptor: names.inst === 'fgm' ? 'FGM>Flux Gate Magnetometer' : 'DFG>Digital Fluxgate Magnetometer',
    source: `${sc.toUpperCase()}>MMS Satellite Number ${sc.slice(-1)}`,
    timeResolution: names.mode === 'brst' ? '0.0078125 s' : '0.0625 or 0.125 s',
    mods: ['Version 5: offsets, gains and axes by date; samples without attitude are left out.'],
    more: {
      Calibration_file: file.name,
      Samples_without_attitude: `${leftOut} of ${raw.time.length} samples left out${leftOut > 0 ? ': the attitude files do not reach them' : ''}`,
    },
  })
  await writeCdfFile(output.name, { attributes, variables: describeField(names, field, computeState(orbit, field.time)) })
}

const describeSpan = (time: BigInt64Array): string =>
  time.length === 0 ? '' : ` from ${formatUtc(tt2000(time[0] ?? 0n), 0)} to ${formatUtc(tt2000(time.at(-1) ?? 0n), 0)}`

async function readRaw(job: JobFile, mode: string): Promise<RawField> {
  const columns = await openColumns(inputsOf(job, 'l1a'), job)
  const name = (word: string): string => `${job.spacecraft}_dfg_${word}_${mode}_l1a`
  return {
    time: await columns.read('Epoch', n => new BigInt64Array(n)),
    counts: await columns.read(name('counts'), n => new Int32Array(n)),
    range: await columns.read(name('range'), n => new Uint8Array(n)),
    rate: await columns.read(name('rate'), n => new Float32Array(n)),
    temperature: await columns.read(name('stemp'), n => new Float32Array(n)),
  }
}

interface CoveredField extends RawField {
  readonly index: Int32Array
  readonly extrapolated: Uint8Array
}

function selectCovered(raw: RawField, { index, extrapolated, covered }: Coverage): CoveredField {
  if (covered === raw.time.length) return { ...raw, index, extrapolated }
  const keep = new Int32Array(covered)
  let at = 0
  for (let i = 0; i < index.length; i++) if ((index[i] as number) >= 0) keep[at++] = i
  const take = <List extends Int32Array | Uint8Array | Float32Array>(list: List, into: List, width = 1): List => {
    for (let i = 0; i < covered; i++) for (let k = 0; k < width; k++) into[width * i + k] = list[width * (keep[i] as number) + k] as number
    return into
  }
  return {
    time: BigInt64Array.from(keep, i => raw.time[i] as bigint),
    counts: take(raw.counts, new Int32Array(3 * covered), 3),
    range: take(raw.range, new Uint8Array(covered)),
    rate: take(raw.rate, new Float32Array(covered)),
    temperature: take(raw.temperature, new Float32Array(covered)),
    index: take(index, new Int32Array(covered)),
    extrapolated: take(extrapolated, new Uint8Array(covered)),
  }
}

function computeField(job: JobFile, raw: CoveredField, attitude: AttitudeTrack, file: CalibrationFile): FieldProduct {
  const { time, index, range, rate, temperature } = raw
  const body = new Float64Array(3 * time.length)
  const flags = new Uint32Array(time.length)
  for (const { row, first, last } of spansOf<FieldCalibration>(file, 'field', job.spacecraft, time))
    calibrateField(raw.counts, range, row, [first, last], body, flags)
  for (let i = 0; i < time.length; i++) {
    const doubtful = attitude.doubtful[index[i] as number] === 1 ? flagBits.doubtful : 0
    flags[i] = (flags[i] as number) | doubtful | (raw.extrapolated[i] === 1 ? flagBits.extrapolated : 0)
  }
  return { time, vectors: rotateField(time, body, index, attitude), flags, range, rate, temperature }
}

// Two records of the orbit before and after the field, so that positions can be interpolated to its ends.
const AROUND_NS = 60_000_000_000n

function computeState(orbit: OrbitTrack, time: BigInt64Array): StateProduct {
  const [from, to] = [(time[0] ?? 0n) - AROUND_NS, (time.at(-1) ?? 0n) + AROUND_NS]
  const kept: number[] = []
  orbit.time.forEach((t, i) => {
    if (t >= from && t <= to) kept.push(i)
  })
  const sky = makeSkyTable()
  const [gse, gsm] = [new Float32Array(4 * kept.length), new Float32Array(4 * kept.length)]
  kept.forEach((record, i) => {
    const t = orbit.time[record] ?? 0n
    const { gse: matrix, gsmAngle, gsmRate, start } = sky(t)
    const eci = orbit.position.subarray(3 * record, 3 * record + 3)
    const [x, y, z] = matrix.map(row => row[0] * (eci[0] ?? 0) + row[1] * (eci[1] ?? 0) + row[2] * (eci[2] ?? 0)) as [
      number,
      number,
      number,
    ]
    const angle = gsmAngle + gsmRate * Number(t - start)
    const distance = Math.hypot(x, y, z)
    gse.set([x, y, z, distance], 4 * i)
    gsm.set([x, Math.cos(angle) * y + Math.sin(angle) * z, Math.cos(angle) * z - Math.sin(angle) * y, distance], 4 * i)
  })
  return { time: BigInt64Array.from(kept, i => orbit.time[i] as bigint), gse, gsm }
}

await runProgram(makeField)
