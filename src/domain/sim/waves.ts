import { sine, uniform } from './random.ts'

/** Plane waves of seeded directions, polarisations and phases; the same for all spacecraft, so that they see each other's waves later. */
export interface Waves {
  readonly omega: Float64Array
  readonly phase: Float64Array
  readonly amplitude: Float64Array
  /** Wave vector, radians per Earth radius, 3 per wave. */
  readonly k: Float64Array
  /** Unit polarisation, 3 per wave. */
  readonly p: Float64Array
}

/** `count` waves with periods spread evenly in logarithm; amplitude grows with period to the power `slope`, squares sum to 1. */
export function makeWaves(
  { count, longest, shortest, slope, speed }: { count: number; longest: number; shortest: number; slope: number; speed: number },
  seed: number,
  stream: number,
): Waves {
  const waves = {
    omega: new Float64Array(count),
    phase: new Float64Array(count),
    amplitude: new Float64Array(count),
    k: new Float64Array(3 * count),
    p: new Float64Array(3 * count),
  }
  let power = 0
  for (let i = 0; i < count; i++) {
    const period = longest * (shortest / longest) ** ((i + 0.6 * uniform(seed, stream, i)) / count)
    waves.omega[i] = (2 * Math.PI) / period
    waves.phase[i] = 2 * Math.PI * uniform(seed, stream + 1, i)
    waves.amplitude[i] = period ** slope
    power += (waves.amplitude[i] as number) ** 2 / 2
    const direction = sphere(seed, stream + 2, i)
    const polarisation = sphere(seed, stream + 3, i)
    // Earth radii per second of apparent motion sets the wavelength.
    for (let axis = 0; axis < 3; axis++) {
      waves.k[3 * i + axis] = ((waves.omega[i] as number) * (direction[axis] as number) * 6378) / speed
      waves.p[3 * i + axis] = polarisation[axis] as number
    }
  }
  for (let i = 0; i < count; i++) waves.amplitude[i] = (waves.amplitude[i] as number) / Math.sqrt(power)
  return waves
}

function sphere(seed: number, stream: number, index: number): [number, number, number] {
  const z = 2 * uniform(seed, stream, 2 * index) - 1
  const angle = 2 * Math.PI * uniform(seed, stream, 2 * index + 1)
  const rho = Math.sqrt(1 - z * z)
  return [rho * Math.cos(angle), rho * Math.sin(angle), z]
}

/** Adds `scale` times the waves' sum at (x, y, z in Earth radii, t in s) to out[0..2]; unit rms over all three components. */
export function addWaves(waves: Waves, x: number, y: number, z: number, t: number, scale: number, out: Float64Array): void {
  const { omega, phase, amplitude, k, p } = waves
  for (let i = 0; i < omega.length; i++) {
    const at = 3 * i
    const angle = (omega[i] as number) * t + (phase[i] as number)
    const behind = (k[at] as number) * x + (k[at + 1] as number) * y + (k[at + 2] as number) * z
    const a = scale * (amplitude[i] as number) * sine(angle - behind)
    out[0] = (out[0] as number) + a * (p[at] as number)
    out[1] = (out[1] as number) + a * (p[at + 1] as number)
    out[2] = (out[2] as number) + a * (p[at + 2] as number)
  }
}

/** Waves along one packet: phases at its first vector, turned from vector to vector by recurrence instead of sines. */
export interface WaveTrain {
  readonly waves: Waves
  readonly sin: Float64Array
  readonly cos: Float64Array
  readonly turnSin: Float64Array
  readonly turnCos: Float64Array
}

const phaseAt = ({ omega, phase, k }: Waves, i: number, r: Float64Array, at: number, t: number): number =>
  (omega[i] as number) * t +
  (phase[i] as number) -
  (k[3 * i] as number) * (r[at] as number) -
  (k[3 * i + 1] as number) * (r[at + 1] as number) -
  (k[3 * i + 2] as number) * (r[at + 2] as number)

/** Starts a train at time `t0`; positions (Earth radii) at elements a and b of `r` for times `t0` and `t1`; `count` steps lie between. */
export function startTrain(waves: Waves, r: Float64Array, a: number, b: number, t0: number, t1: number, count: number): WaveTrain {
  const size = waves.omega.length
  const column = (): Float64Array => new Float64Array(size)
  const train = { waves, sin: column(), cos: column(), turnSin: column(), turnCos: column() }
  for (let i = 0; i < size; i++) {
    const from = phaseAt(waves, i, r, a, t0)
    const turn = (phaseAt(waves, i, r, b, t1) - from) / count
    train.sin[i] = Math.sin(from)
    train.cos[i] = Math.cos(from)
    train.turnSin[i] = Math.sin(turn)
    train.turnCos[i] = Math.cos(turn)
  }
  return train
}

/** Adds `scale` times the train's present sum to out[0..2] and turns it one step on. */
export function stepTrain({ waves, sin, cos, turnSin, turnCos }: WaveTrain, scale: number, out: Float64Array): void {
  const { amplitude, p } = waves
  for (let i = 0; i < sin.length; i++) {
    const [s, c, ts, tc] = [sin[i] as number, cos[i] as number, turnSin[i] as number, turnCos[i] as number]
    const a = scale * (amplitude[i] as number) * s
    out[0] = (out[0] as number) + a * (p[3 * i] as number)
    out[1] = (out[1] as number) + a * (p[3 * i + 1] as number)
    out[2] = (out[2] as number) + a * (p[3 * i + 2] as number)
    sin[i] = s * tc + c * ts
    cos[i] = c * tc - s * ts
  }
}
