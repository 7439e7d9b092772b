import { readFileSync } from 'node:fs'
import type { JobInput } from '#doors/job'
import {
  DEGREE,
  axisRotation,
  despunFrame,
  directionOf,
  matrixOf,
  multiply,
  transpose,
  unit,
  type Matrix3,
  type Vector3,
} from '#domain/orbit'
import { readDefatt, type Defatt } from '#formats/ephemeris'
import { countBefore, joinSpans } from './join-spans.ts'
import { makeSkyTable } from './sky-table.ts'

/** Axes that frames turn about: body Z, angular momentum L, major principal axis P. */
export type Axis = 'z' | 'l' | 'p'

/** Attitude of one spacecraft out of several files, with what interpolation between two records needs. */
export interface AttitudeTrack {
  /** TT2000. */
  readonly time: BigInt64Array
  /** Nine numbers per record, rows first: from the body frame into DMPA (the despun frame of axis P). */
  readonly despin: Float64Array
  /** Radians per second from record i to i + 1, whole turns counted; 0 where they are a gap apart. */
  readonly spinRate: Float64Array
  /** 1 where the file's flag, or that of the next record, is not EKF: what lies between two is found from both. */
  readonly doubtful: Uint8Array
  /** Unit vectors in J2000, three numbers per record. */
  readonly axes: Readonly<Record<Axis, Float64Array>>
  /** Radians, per record. */
  readonly phases: Readonly<Record<Axis, Float64Array>>
}

// Beyond this step the count of whole turns is no longer sure: 20 s is the spin period, the rate is good to 0.001 degrees/s.
const LONGEST_STEP_NS = 300_000_000_000n

/** Reads and joins attitude files, in order of start; later ones hold over earlier ones. */
export function readAttitude(inputs: readonly JobInput[]): AttitudeTrack {
  const files = inputs.map(input => readDefatt(readFileSync(input.path, 'latin1')))
  const pieces = joinSpans(files.map(({ time }) => time))
  const count = pieces.reduce((sum, { from, to }) => sum + to - from, 0)
  const track = makeTrack(count)
  const sky = makeSkyTable()
  let at = 0
  for (const { file: number, from, to } of pieces) {
    const file = files[number] as Defatt
    for (let record = from; record < to; record++, at++) {
      addRecord(track, file, record, at, sky(file.time[record] ?? 0n).sun)
      track.spinRate[at] = (file.columns.wZ[record] ?? 0) * DEGREE
    }
  }
  for (let i = 0; i < count; i++) {
    track.spinRate[i] = findSpinRate(track, i, track.spinRate[i] ?? 0)
    if (track.doubtful[i + 1] === 1) track.doubtful[i] = 1
  }
  return track
}

function makeTrack(count: number): AttitudeTrack {
  const vectors = (): Float64Array => new Float64Array(3 * count)
  const scalars = (): Float64Array => new Float64Array(count)
  return {
    time: new BigInt64Array(count),
    despin: new Float64Array(9 * count),
    spinRate: scalars(),
    doubtful: new Uint8Array(count),
    axes: { z: vectors(), l: vectors(), p: vectors() },
    phases: { z: scalars(), l: scalars(), p: scalars() },
  }
}

const columnsOf = {
  z: ['zRa', 'zDec', 'zPhase'],
  l: ['lRa', 'lDec', 'lPhase'],
  p: ['pRa', 'pDec', 'pPhase'],
} as const satisfies Record<Axis, readonly [string, string, string]>

function addRecord(track: AttitudeTrack, file: Defatt, from: number, to: number, sun: Vector3): void {
  const value = (key: keyof Defatt['columns']): number => file.columns[key][from] ?? 0
  track.time[to] = file.time[from] ?? 0n
  track.doubtful[to] = file.flags[from] === 'EKF' ? 0 : 1
  for (const axis of ['z', 'l', 'p'] as const) {
    const [ra, dec, phase] = columnsOf[axis]
    track.axes[axis].set(directionOf(value(ra) * DEGREE, value(dec) * DEGREE), 3 * to)
    track.phases[axis][to] = value(phase) * DEGREE
  }
  const body = matrixOf([value('q1'), value('q2'), value('q3'), value('qc')])
  const despun = despunFrame(vectorAt(track.axes.p, to), sun)
  track.despin.set(multiply(despun, transpose(body)).flat(), 9 * to)
}

const vectorAt = (list: Float64Array, i: number): Vector3 => [list[3 * i] ?? 0, list[3 * i + 1] ?? 0, list[3 * i + 2] ?? 0]

function findSpinRate({ time, despin }: AttitudeTrack, i: number, rate: number): number {
  const step = i + 1 < time.length ? (time[i + 1] ?? 0n) - (time[i] ?? 0n) : 0n
  if (step <= 0n || step > LONGEST_STEP_NS) return 0
  const seconds = Number(step) / 1e9
  const turned = phaseOf(despin, i + 1) - phaseOf(despin, i)
  const turns = Math.round((rate * seconds - turned) / (2 * Math.PI))
  return (turned + 2 * Math.PI * turns) / seconds
}

// Angle of body X in the spin plane of DMPA.
const phaseOf = (despin: Float64Array, i: number): number => Math.atan2(despin[9 * i + 3] ?? 0, despin[9 * i] ?? 0)

/** Attitude at one moment. Matrices lead from J2000 into the frame. */
export interface AttitudeState {
  readonly body: Matrix3
  readonly axes: Readonly<Record<Axis, Vector3>>
  /** Radians in [0, 2 pi): from the Sun to body X about the axis. */
  readonly phases: Readonly<Record<Axis, number>>
}

/** How far attitude may be carried beyond its records: over ten seconds the spin phase is still known to 0.01 degrees. */
export const REACH_NS = 10_000_000_000n

/** The attitude at a moment, or undefined in a gap or farther than `reach` (ns) outside the records. */
export function attitudeAt(track: AttitudeTrack, t: bigint, sun: Vector3, reach = 0n): AttitudeState | undefined {
  const last = track.time.length - 1
  const i = Math.max(0, Math.min(countBefore(track.time, t + 1n) - 1, last - 1))
  const [from, to] = [track.time[i], track.time[i + 1]]
  if (from === undefined || to === undefined || track.spinRate[i] === 0) return undefined
  if (t < (track.time[0] ?? 0n) - reach || t > (track.time[last] ?? 0n) + reach) return undefined
  const u = Number(t - from) / Number(to - from)
  const angle = ((track.spinRate[i] ?? 0) * Number(t - from)) / 1e9
  const between = (axis: Axis): Vector3 => {
    const [a, b] = [vectorAt(track.axes[axis], i), vectorAt(track.axes[axis], i + 1)]
    return unit([a[0] + u * (b[0] - a[0]), a[1] + u * (b[1] - a[1]), a[2] + u * (b[2] - a[2])])
  }
  const axes = { z: between('z'), l: between('l'), p: between('p') }
  const turn = (phase: number): number => (((phase + angle) % TURN) + TURN) % TURN
  const phase = (axis: Axis): number => turn(track.phases[axis][i] ?? 0)
  const m = Array.from(track.despin.subarray(9 * i, 9 * i + 9))
  const despin = [m.slice(0, 3), m.slice(3, 6), m.slice(6, 9)] as unknown as Matrix3
  const toDespun = multiply(axisRotation(2, -angle), despin)
  return {
    body: multiply(transpose(toDespun), despunFrame(axes.p, sun)),
    axes,
    phases: { z: phase('z'), l: phase('l'), p: phase('p') },
  }
}

const TURN = 2 * Math.PI
