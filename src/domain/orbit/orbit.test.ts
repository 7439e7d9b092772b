import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUtc } from '#formats/time'
import {
  DEGREE,
  EARTH_MU,
  angleBetween,
  axisRotation,
  conjugate,
  cross,
  despunFrame,
  dot,
  elementsOf,
  frameRotation,
  frames,
  framesAt,
  matrixOf,
  multiply,
  norm,
  orbitPeriod,
  propagate,
  quaternionOf,
  rightAscensionOf,
  directionOf,
  rotate,
  scale,
  solveKepler,
  spinPhase,
  subtract,
  transpose,
  unit,
  type Elements,
  type Matrix3,
} from './index.ts'
import { skyTime, sunLongitude } from './celestial.ts'
import { dipoleAt } from './dipole.ts'

const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true })
const anyElements: fc.Arbitrary<Elements> = fc.record({
  semiMajorAxisKm: fc.double({ min: 7000, max: 200_000, noNaN: true }),
  eccentricity: fc.double({ min: 0.01, max: 0.95, noNaN: true }),
  inclination: fc.double({ min: 0.05, max: 3, noNaN: true }),
  node: angle,
  perigee: angle,
  meanAnomaly: angle,
  epoch: fc.integer({ min: 0, max: 3_000_000_000 }),
})
const anyRotation: fc.Arbitrary<Matrix3> = fc
  .tuple(angle, angle, angle)
  .map(([a, b, c]) => multiply(axisRotation(0, a), multiply(axisRotation(1, b), axisRotation(2, c))))

describe('two-body motion', () => {
  test("Kepler's equation is solved for every anomaly and eccentricity", () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), fc.double({ min: 0, max: 0.99, noNaN: true }), (m, e) => {
        const anomaly = solveKepler(m, e)
        expect(Math.sin((anomaly - e * Math.sin(anomaly) - m) / 2)).toBeCloseTo(0, 11)
      }),
    )
  })

  test('energy and angular momentum are kept, and the orbit returns after a period', () => {
    fc.assert(
      fc.property(anyElements, fc.double({ min: 0, max: 1e6, noNaN: true }), (elements, later) => {
        const [a, b] = [propagate(elements, elements.epoch), propagate(elements, elements.epoch + later)]
        const energy = (s: typeof a): number => dot(s.velocity, s.velocity) / 2 - EARTH_MU / norm(s.position)
        expect(energy(b) / (-EARTH_MU / (2 * elements.semiMajorAxisKm))).toBeCloseTo(1, 9)
        const h = [a, b].map(s => cross(s.position, s.velocity)) as [typeof a.position, typeof a.position]
        expect(norm(subtract(h[0], h[1])) / norm(h[0])).toBeLessThan(1e-9)
        const again = propagate(elements, elements.epoch + orbitPeriod(elements))
        expect(norm(subtract(a.position, again.position)) / elements.semiMajorAxisKm).toBeLessThan(1e-5)
      }),
    )
  })

  test('velocity is the change of position', () => {
    fc.assert(
      fc.property(anyElements, elements => {
        const at = (t: number) => propagate({ ...elements, epoch: 0 }, t)
        const middle = at(0)
        const step = 0.05
        const slope = scale(subtract(at(step).position, at(-step).position), 1 / (2 * step))
        expect(norm(subtract(slope, middle.velocity)) / norm(middle.velocity)).toBeLessThan(1e-4)
      }),
    )
  })

  test('elements of a state lead to the same states', () => {
    fc.assert(
      fc.property(anyElements, fc.double({ min: 0, max: 1e5, noNaN: true }), (elements, later) => {
        const found = elementsOf(propagate(elements, elements.epoch + 100), elements.epoch + 100)
        const t = elements.epoch + later
        const [want, got] = [propagate(elements, t), propagate(found, t)]
        expect(norm(subtract(want.position, got.position)) / elements.semiMajorAxisKm).toBeLessThan(1e-5)
      }),
    )
  })
})

describe('rotations', () => {
  test('quaternion and matrix say the same', () => {
    fc.assert(
      fc.property(anyRotation, matrix => {
        const q = quaternionOf(matrix)
        expect(Math.hypot(...q)).toBeCloseTo(1, 12)
        expect(q[3]).toBeGreaterThanOrEqual(0)
        expect(angleBetween(matrixOf(q), matrix)).toBeLessThan(1e-9)
        expect(angleBetween(matrixOf(conjugate(q)), transpose(matrix))).toBeLessThan(1e-9)
      }),
    )
  })

  test.each([0, 1, 2] as const)('half a turn about axis %i has its quaternion', axis => {
    const q = quaternionOf(axisRotation(axis, Math.PI))
    expect(q.map(Math.abs)).toEqual([0, 1, 2, 3].map(i => expect.closeTo(i === axis ? 1 : 0, 9) as number))
  })

  test('directions come back from right ascension and declination', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 6.28, noNaN: true }), fc.double({ min: -1.5, max: 1.5, noNaN: true }), (ra, dec) => {
        const back = rightAscensionOf(scale(directionOf(ra, dec), 3))
        expect(back[0]).toBeCloseTo(ra, 9)
        expect(back[1]).toBeCloseTo(dec, 9)
      }),
    )
  })
})

describe('frames', () => {
  const t = parseUtc('2026-11-23T10:00:00Z')

  test('every frame is a right-handed rotation, and rotations between frames join', () => {
    const { matrix } = framesAt(t)
    for (const frame of frames) {
      const m = matrix[frame]
      expect(dot(cross(m[0], m[1]), m[2])).toBeCloseTo(1, 12)
      expect(norm(m[0])).toBeCloseTo(1, 12)
    }
    const joined = multiply(frameRotation('gse', 'sm', t), frameRotation('geo', 'gse', t))
    expect(angleBetween(joined, frameRotation('geo', 'sm', t))).toBeLessThan(1e-12)
  })

  test('the Sun is on X of GSE and GSM, the dipole in the XZ plane of GSM', () => {
    const { matrix, sun, dipoleTilt } = framesAt(t)
    expect(rotate(matrix.gse, sun)[0]).toBeCloseTo(1, 12)
    expect(rotate(matrix.gsm, sun)[0]).toBeCloseTo(1, 12)
    const dipole = rotate(matrix.gsm, matrix.sm[2])
    expect(dipole[1]).toBeCloseTo(0, 12)
    expect(Math.asin(dipole[0])).toBeCloseTo(dipoleTilt, 12)
    expect(rotate(matrix.sm, sun)[1]).toBeCloseTo(0, 12)
  })

  // J. Meeus, Astronomical Algorithms, example 25.a: true longitude 199.90988 degrees on 1992-10-13 at 0 h TD.
  test('the Sun is where Meeus puts it', () => {
    const longitude = (sunLongitude({ centuries: -0.072183436, ut: 0 }) / DEGREE) % 360
    // Nutation, +15.9 arcsec, is part of ours.
    expect((longitude + 360) % 360).toBeCloseTo(199.90988 + 15.908 / 3600, 3)
  })

  test('the March equinox of 2026 is at 14:46 UTC', () => {
    // The almanac's equinox is the apparent one: light that left the Sun eight minutes ago.
    const at = (text: string): number => Math.sin(sunLongitude(skyTime(parseUtc(text))) - 0.00569 * DEGREE)
    expect(at('2026-03-20T14:30:00Z')).toBeLessThan(0)
    expect(at('2026-03-20T15:02:00Z')).toBeGreaterThan(0)
  })

  // IGRF-14 for 2025: the northern pole of the dipole at 80.8 N, 72.8 W.
  test.each([
    ['2025-01-01T00:00:00Z', 80.8, -72.8],
    ['2012-07-01T00:00:00Z', 80.2, -72.4],
  ])('the dipole of %s points to %d, %d', (text, latitude, longitude) => {
    const { axis, strength } = dipoleAt(skyTime(parseUtc(text)))
    expect(Math.asin(axis[2]) / DEGREE).toBeCloseTo(latitude, 0)
    expect(Math.atan2(axis[1], axis[0]) / DEGREE).toBeCloseTo(longitude, 0)
    expect(strength).toBeGreaterThan(29_500)
    expect(strength).toBeLessThan(30_100)
  })

  test('a despun frame has its axis on Z and the Sun on the side of X; the phase counts from the Sun to body X', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.28, noNaN: true }),
        fc.double({ min: 0.3, max: 1.5, noNaN: true }),
        angle,
        (ra, dec, phase) => {
          const { sun } = framesAt(t)
          const axis = directionOf(ra, dec)
          const despun = despunFrame(axis, sun)
          const seen = rotate(despun, sun)
          expect(seen[1]).toBeCloseTo(0, 12)
          expect(seen[0]).toBeGreaterThanOrEqual(0)
          expect(rotate(despun, unit(axis))[2]).toBeCloseTo(1, 12)
          const body = multiply(axisRotation(2, phase), despun)
          expect(Math.sin((spinPhase(body, axis, sun) - phase) / 2)).toBeCloseTo(0, 9)
        },
      ),
    )
  })
})
