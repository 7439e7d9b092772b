import { readFileSync } from 'node:fs'
import type { JobInput } from '#doors/job'
import type { State, Vector3 } from '#domain/orbit'
import { readDefeph, type Defeph } from '#formats/ephemeris'
import { countBefore, joinSpans } from './join-spans.ts'

/** The orbit of one spacecraft out of several files, J2000, km and km/s. Element i of `time` (TT2000) goes with 3i to 3i+2. */
export type OrbitTrack = Pick<Defeph, 'time' | 'position' | 'velocity'>

// Definitive orbits are given every 30 s; two missing in a row are bridged, more are a gap.
const LONGEST_STEP_NS = 120_000_000_000n

/** Reads and joins ephemeris files, in order of start. */
export function readOrbit(inputs: readonly JobInput[]): OrbitTrack {
  const files = inputs.map(input => readDefeph(readFileSync(input.path, 'latin1')))
  const pieces = joinSpans(files.map(({ time }) => time))
  const count = pieces.reduce((sum, { from, to }) => sum + to - from, 0)
  const track = { time: new BigInt64Array(count), position: new Float64Array(3 * count), velocity: new Float64Array(3 * count) }
  let at = 0
  for (const { file, from, to } of pieces) {
    const { time, position, velocity } = files[file] as Defeph
    track.time.set(time.subarray(from, to), at)
    track.position.set(position.subarray(3 * from, 3 * to), 3 * at)
    track.velocity.set(velocity.subarray(3 * from, 3 * to), 3 * at)
    at += to - from
  }
  return track
}

/** Position and velocity by cubic Hermite interpolation (metres over 30 s), or undefined outside the files or in a gap. */
export function orbitAt(track: OrbitTrack, t: bigint): State | undefined {
  const next = countBefore(track.time, t + 1n)
  const i = Math.min(next - 1, track.time.length - 2)
  const [from, to] = [track.time[i], track.time[i + 1]]
  if (from === undefined || to === undefined || t < from || t > to || to - from > LONGEST_STEP_NS) return undefined
  const span = Number(to - from) / 1e9
  const u = Number(t - from) / Number(to - from)
  const axis = (k: number): readonly [number, number] => {
    const [p, q] = [track.position[3 * i + k] ?? 0, track.position[3 * i + 3 + k] ?? 0]
    const [v, w] = [(track.velocity[3 * i + k] ?? 0) * span, (track.velocity[3 * i + 3 + k] ?? 0) * span]
    const [a, b] = [2 * (p - q) + v + w, 3 * (q - p) - 2 * v - w]
    return [((a * u + b) * u + v) * u + p, ((3 * a * u + 2 * b) * u + v) / span]
  }
  const [x, y, z] = [axis(0), axis(1), axis(2)]
  return { position: [x[0], y[0], z[0]], velocity: [x[1], y[1], z[1]] } satisfies { position: Vector3; velocity: Vector3 }
}
