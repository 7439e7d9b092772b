import { multiply, transpose, type Matrix3, type Vector3, DEGREE, cross, dot, scale } from '#domain/orbit'
import { interpolate, NODE_S, type FieldNodes } from './field-nodes.ts'
import type { FieldCalibration } from './parameters.ts'
import { gauss } from './random.ts'
import { vectorsPerPacket } from './schedule.ts'
import { phaseIn, type Season, type Spin } from './season.ts'
import { nearestKnot, type Track } from './track.ts'
import type { Environment } from './environment.ts'
import { startTrain, stepTrain, type WaveTrain } from './waves.ts'

/** What one packet of the magnetometer holds. */
export interface FieldCounts {
  readonly range: number
  readonly overflow: boolean
  readonly vectors: readonly number[]
}

/** A magnetometer on its way. */
export interface Magnetometer {
  readonly environment: Environment
  readonly season: Season
  readonly craft: number
  readonly track: Track
  readonly nodes: FieldNodes
  readonly calibration: FieldCalibration
  /** Spinning frame (Z = principal axis) into sensor axes before gains: the inverse of what calibration does. */
  readonly sensor: Matrix3
  readonly noiseSeed: number
}

// Deviation of the noise of one vector's component, nT.
const NOISE_NT = 0.025
const FULL = 32_767

/** Rows of the inverse of a matrix. */
export function invert([a, b, c]: Matrix3): Matrix3 {
  const volume = dot(a, cross(b, c))
  return transpose([scale(cross(b, c), 1 / volume), scale(cross(c, a), 1 / volume), scale(cross(a, b), 1 / volume)])
}

/** Sensor axes of a calibration, reached from the spinning frame. */
export const sensorAxes = (calibration: FieldCalibration, spin: Spin): Matrix3 => multiply(invert(calibration.orthogonal), spin.body)

/** The counts of one packet: `vectorsPerPacket` vectors at `hz` from `time` (TAI s) on. */
export function countField(meter: Magnetometer, time: number, hz: number): FieldCounts {
  const { craft, calibration } = meter
  const nT = sampleField(meter, time, hz)
  let most = 0
  for (let i = 0; i < nT.length; i++) most = Math.max(most, Math.abs(nT[i] as number))
  const fits = calibration.lsb.findIndex(lsb => most + 5 < FULL * lsb)
  const range = fits < 0 ? calibration.lsb.length - 1 : fits
  const lsb = calibration.lsb[range] as number
  const stream = 4000 + craft
  const first = Math.round(time * hz) * 3
  let overflow = false
  const vectors = Array.from(nT, (value, i) => {
    const counts = Math.round((value + NOISE_NT * gauss(meter.noiseSeed, stream, first + i)) / lsb)
    if (Math.abs(counts) <= FULL) return counts
    overflow = true
    return counts > 0 ? FULL : -FULL
  })
  return { range, overflow, vectors }
}

/** nT in sensor axes with gains and offsets, 3 per vector. */
function sampleField(
  { environment, season, craft, track, nodes, calibration, sensor }: Magnetometer,
  time: number,
  hz: number,
): Float64Array {
  const out = new Float64Array(3 * vectorsPerPacket)
  const b = new Float64Array(3)
  const despun = track.despun[nearestKnot(track, time)] as Matrix3
  const rate = (season.spins[craft] as Spin).rate
  const phase = phaseIn(season, craft, time)
  const { gain, offset } = calibration
  const train = trainOf(environment, nodes, time, hz)
  for (let k = 0; k < vectorsPerPacket; k++) {
    const t = time + k / hz
    fieldBetween(nodes, train, t, b)
    const [x, y, z] = apply(despun, b)
    const angle = (phase + (rate * k) / hz) * DEGREE
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    b[0] = c * x + s * y
    b[1] = c * y - s * x
    b[2] = z
    const inSensor = apply(sensor, b)
    for (let axis = 0 as 0 | 1 | 2; axis < 3; axis++) out[3 * k + axis] = inSensor[axis] / gain[axis] + offset[axis]
  }
  return out
}

const apply = (m: Matrix3, v: Float64Array): Vector3 => {
  const [x, y, z] = [v[0] as number, v[1] as number, v[2] as number]
  return [m[0][0] * x + m[0][1] * y + m[0][2] * z, m[1][0] * x + m[1][1] * y + m[1][2] * z, m[2][0] * x + m[2][1] * y + m[2][2] * z]
}

/** A wave train along one packet, from the positions at the nodes nearest to its ends (0.25 s of flight are 0.04 radians of phase). */
function trainOf({ fast }: Environment, nodes: FieldNodes, time: number, hz: number): WaveTrain {
  const stop = time + vectorsPerPacket / hz
  const nodeOf = (t: number): number => Math.round((t - nodes.start) / NODE_S)
  return startTrain(fast, nodes.position, 3 * nodeOf(time), 3 * nodeOf(stop), time, stop, vectorsPerPacket)
}

/** The field between the nodes, fast waves included, nT in GSE, into out[0..2]; takes the train one step on. */
function fieldBetween(nodes: FieldNodes, train: WaveTrain, t: number, out: Float64Array): void {
  const at = (t - nodes.start) / NODE_S
  const i = Math.floor(at)
  const u = at - i
  out[0] = interpolate(nodes.field, i, u, 0)
  out[1] = interpolate(nodes.field, i, u, 1)
  out[2] = interpolate(nodes.field, i, u, 2)
  const level = (nodes.fast[i] as number) + u * ((nodes.fast[i + 1] as number) - (nodes.fast[i] as number))
  stepTrain(train, level, out)
}
