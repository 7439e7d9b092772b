import { fail } from '#error'
import type { FieldCalibration } from './calibration.ts'

/** Bits of the product's flag; 4 to 6 as in the mission's own files. */
export const flagBits = { extrapolated: 1, doubtful: 2, saturated: [16, 32, 64] } as const

/** Counts of these samples at full scale of the instrument's converter: a component there is saturated. */
const FULL_SCALE = 32_767

/** Turns counts (three per sample) of samples [first, last) into nT in body axes, and sets the flags of saturated components. */
export function calibrateField(
  counts: ArrayLike<number>,
  range: ArrayLike<number>,
  { lsb, offset, gain, orthogonal }: FieldCalibration,
  [first, last]: readonly [number, number],
  body: Float64Array,
  flags: Uint32Array,
): void {
  const [rx, ry, rz] = orthogonal
  for (let i = first; i < last; i++) {
    const k = lsb[range[i] as number] ?? failRange(range[i])
    const [cx, cy, cz] = [counts[3 * i] as number, counts[3 * i + 1] as number, counts[3 * i + 2] as number]
    const x = gain[0] * (cx * k - offset[0])
    const y = gain[1] * (cy * k - offset[1])
    const z = gain[2] * (cz * k - offset[2])
    body[3 * i] = rx[0] * x + rx[1] * y + rx[2] * z
    body[3 * i + 1] = ry[0] * x + ry[1] * y + ry[2] * z
    body[3 * i + 2] = rz[0] * x + rz[1] * y + rz[2] * z
    if (Math.abs(cx) >= FULL_SCALE || Math.abs(cy) >= FULL_SCALE || Math.abs(cz) >= FULL_SCALE) flags[i] = saturation(cx, cy, cz)
  }
}

const failRange = (range: number | undefined): never =>
  fail('mms/no-calibration', `range ${range} of the magnetometer has no nT per count in the calibration table`, { range })

const saturation = (...counts: readonly number[]): number =>
  counts.reduce((bits, count, axis) => (Math.abs(count) >= FULL_SCALE ? bits | (flagBits.saturated[axis] ?? 0) : bits), 0)
