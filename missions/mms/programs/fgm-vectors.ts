import { despunFrame, multiply, transpose } from '#domain/orbit'
import type { AttitudeTrack } from './attitude.ts'
import { countBefore } from './join-spans.ts'
import { makeSkyTable } from './sky-table.ts'

/** Frames that the product gives the field in. */
export const fieldFrames = ['bcs', 'dmpa', 'gse', 'gsm'] as const
export type FieldFrame = (typeof fieldFrames)[number]

/** Which samples attitude covers: `index[i]` is the attitude record before sample i, -1 where the sample must be left out. */
export interface Coverage {
  readonly index: Int32Array
  /** 1 where the attitude is carried beyond its last (or before its first) record. */
  readonly extrapolated: Uint8Array
  readonly covered: number
}

/** Finds the attitude record of each sample; `reach` is how far beyond records attitude may be carried, ns. */
export function coverByAttitude(time: BigInt64Array, attitude: AttitudeTrack, reach: bigint): Coverage {
  const index = new Int32Array(time.length).fill(-1)
  const extrapolated = new Uint8Array(time.length)
  const records = attitude.time.length
  const [first, last] = [attitude.time[0] ?? 0n, attitude.time[records - 1] ?? 0n]
  let covered = 0
  // One record alone says nothing of the spin.
  if (records < 2) return { index, extrapolated, covered }
  let at = countBefore(attitude.time, time[0] ?? 0n) - 1
  for (let i = 0; i < time.length; i++) {
    const t = time[i] as bigint
    while (at + 1 < records && (attitude.time[at + 1] as bigint) <= t) at++
    const outside = t < first || t > last
    if (outside ? t < first - reach || t > last + reach : attitude.spinRate[at] === 0 && t !== attitude.time[at]) continue
    index[i] = Math.min(Math.max(at, 0), records - 1)
    extrapolated[i] = outside ? 1 : 0
    covered++
  }
  return { index, extrapolated, covered }
}

/** Four numbers per sample in each frame: three components and the magnitude, nT. */
export type FieldVectors = Readonly<Record<FieldFrame, Float32Array>>

/**
 * Turns samples in body axes into all frames. `body` holds three numbers per sample; `time` and `index` are of the same samples,
 * every index >= 0.
 */
export function rotateField(time: BigInt64Array, body: Float64Array, index: Int32Array, attitude: AttitudeTrack): FieldVectors {
  const vectors = (): Float32Array => new Float32Array(4 * time.length)
  const out = { bcs: vectors(), dmpa: vectors(), gse: vectors(), gsm: vectors() }
  const turn = makeTurn(attitude)
  for (let i = 0; i < time.length; i++) {
    const [x, y, z] = [body[3 * i] as number, body[3 * i + 1] as number, body[3 * i + 2] as number]
    const magnitude = Math.sqrt(x * x + y * y + z * z)
    store(out.bcs, i, x, y, z, magnitude)
    const { despin: d, cos, sin, gse: g, gsmCos, gsmSin } = turn(time[i] as bigint, index[i] as number)
    const [u, v, dz] = [dot(d, 0, x, y, z), dot(d, 3, x, y, z), dot(d, 6, x, y, z)]
    const [dx, dy] = [cos * u - sin * v, sin * u + cos * v]
    store(out.dmpa, i, dx, dy, dz, magnitude)
    const [gx, gy, gz] = [dot(g, 0, dx, dy, dz), dot(g, 3, dx, dy, dz), dot(g, 6, dx, dy, dz)]
    store(out.gse, i, gx, gy, gz, magnitude)
    store(out.gsm, i, gx, gsmCos * gy + gsmSin * gz, gsmCos * gz - gsmSin * gy, magnitude)
  }
  return out
}

/** What turns one sample; the same object is filled anew for each, so that a day's samples make no garbage. */
interface Turn {
  /** Body to DMPA at the attitude record, then `cos` and `sin` of the spin since. */
  despin: Float64Array
  cos: number
  sin: number
  /** DMPA to GSE. */
  gse: Float64Array
  gsmCos: number
  gsmSin: number
}

function makeTurn(attitude: AttitudeTrack): (t: bigint, at: number) => Turn {
  const sky = makeSkyTable()
  const turn: Turn = { despin: new Float64Array(9), cos: 1, sin: 0, gse: new Float64Array(9), gsmCos: 1, gsmSin: 0 }
  let [record, minute] = [-1, sky(attitude.time[0] ?? 0n)]
  return (t, at) => {
    const other = t < minute.start || t >= minute.start + 60_000_000_000n
    if (other) minute = sky(t)
    if (other || at !== record) {
      record = at
      turn.despin = attitude.despin.subarray(9 * at, 9 * at + 9)
      const axis = attitude.axes.p.subarray(3 * at, 3 * at + 3)
      const despun = despunFrame([axis[0] ?? 0, axis[1] ?? 0, axis[2] ?? 1], minute.sun)
      turn.gse.set(multiply(minute.gse, transpose(despun)).flat())
    }
    // Beyond the last record the last rate that was found goes on.
    const rate = (attitude.spinRate[at] as number) || (attitude.spinRate[at - 1] ?? 0)
    const angle = (rate * Number(t - (attitude.time[at] as bigint))) / 1e9
    turn.cos = Math.cos(angle)
    turn.sin = Math.sin(angle)
    const gsm = minute.gsmAngle + minute.gsmRate * Number(t - minute.start)
    turn.gsmCos = Math.cos(gsm)
    turn.gsmSin = Math.sin(gsm)
    return turn
  }
}

const dot = (m: Float64Array, row: number, x: number, y: number, z: number): number =>
  (m[row] as number) * x + (m[row + 1] as number) * y + (m[row + 2] as number) * z

/**
 * Steps per nT that values are rounded to. A step is a 25th of the noise; the bits below it hold nothing, and without them a file
 * is a third smaller.
 */
export const STEPS_PER_NT = 1024

const trim = (value: number): number => Math.round(value * STEPS_PER_NT) / STEPS_PER_NT

function store(into: Float32Array, i: number, x: number, y: number, z: number, magnitude: number): void {
  into[4 * i] = trim(x)
  into[4 * i + 1] = trim(y)
  into[4 * i + 2] = trim(z)
  into[4 * i + 3] = trim(magnitude)
}
