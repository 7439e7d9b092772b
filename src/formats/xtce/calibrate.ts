import { parseFormula } from './formula.ts'
import { compileMath } from './math.ts'
import type { Calibration, Calibrator } from './model.ts'
import type { Lookup } from './value.ts'
import { compileCriteria } from './value.ts'

export type Curve = (raw: number) => number

function splineOf(calibrator: Calibrator & { readonly kind: 'spline' }): Curve {
  const { points, order, extrapolate } = calibrator
  return raw => {
    let upper = points.findIndex(point => point.raw > raw)
    if (upper < 0) upper = points.length
    const outside = raw < points[0]!.raw || raw > points.at(-1)!.raw
    if (outside && !extrapolate) return Number.NaN
    if (order === 0 || points.length === 1) return points[Math.max(0, upper - 1)]!.calibrated
    const high = points[Math.min(Math.max(upper, 1), points.length - 1)]!
    const low = points[Math.min(Math.max(upper, 1), points.length - 1) - 1]!
    return low.calibrated + ((raw - low.raw) * (high.calibrated - low.calibrated)) / (high.raw - low.raw)
  }
}

/** The curve of a calibrator. A spline without extrapolation gives NaN outside its points. */
export function compileCurve(calibrator: Calibrator): Curve {
  if (calibrator.kind === 'spline') return splineOf(calibrator)
  if (calibrator.kind === 'formula') return parseFormula(calibrator.text)
  if (calibrator.kind === 'math') return compileMath(calibrator.steps)
  const { coefficients } = calibrator
  // Powers are summed from the constant up, as the definition lists them: other readers do so, and the last bits agree.
  return raw => {
    let sum = 0
    for (let exponent = 0; exponent < coefficients.length; exponent++) {
      const coefficient = coefficients[exponent]!
      if (coefficient !== 0) sum += coefficient * raw ** exponent
    }
    return sum
  }
}

/** The raw value of a calibrated one where the curve is a straight line, else undefined. */
export function invertCurve(calibrator: Calibrator): Curve | undefined {
  if (calibrator.kind === 'spline') {
    const swapped = calibrator.points.map(point => ({ raw: point.calibrated, calibrated: point.raw })).sort((a, b) => a.raw - b.raw)
    const rising = swapped.every((point, i) => i === 0 || point.raw > swapped[i - 1]!.raw)
    return rising ? splineOf({ ...calibrator, points: swapped }) : undefined
  }
  if (calibrator.kind === 'formula' || calibrator.kind === 'math') return undefined
  const [constant = 0, slope = 0, ...higher] = calibrator.coefficients
  return slope === 0 || higher.some(c => c !== 0) ? undefined : value => (value - constant) / slope
}

/** Raw to engineering, by the first context that holds, else the default, else unchanged; undefined when there is nothing to do. */
export function compileCalibration(calibration: Calibration): ((raw: number, lookup: Lookup) => number) | undefined {
  const usual = calibration.default === undefined ? undefined : compileCurve(calibration.default)
  const contexts = calibration.contexts.map(context => ({ test: compileCriteria(context.when), curve: compileCurve(context.calibrator) }))
  if (contexts.length === 0) return usual
  return (raw, lookup) => {
    for (const { test, curve } of contexts) if (test(lookup)) return curve(raw)
    return usual === undefined ? raw : usual(raw)
  }
}
