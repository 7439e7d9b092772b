import { DEGREE, axisRotation, despunFrame, multiply, type Matrix3, type Vector3 } from '#domain/orbit'
import { phaseIn, type Season, type Spin } from './season.ts'

/** J2000 into the body frame of spacecraft `index` at a moment; `sun` is the Sun's direction in J2000. */
export function bodyFrame(season: Season, index: number, tai: number, sun: Vector3): Matrix3 {
  const spin = season.spins[index] as Spin
  const despun = despunFrame(spin.axis, sun)
  const spinning = multiply(axisRotation(2, phaseIn(season, index, tai) * DEGREE), despun)
  return multiply(spin.body, spinning)
}
