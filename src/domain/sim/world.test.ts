import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EARTH_RADIUS_KM, norm, tetrahedronOf, type Vector3 } from '#domain/orbit'
import { parseUtc } from '#formats/time'
import { simulatedFlight } from '#test/simulation'
import { taiOf } from './calendar.ts'
import { truePlasma, truePosition, trueField, trueRegion, trueSpectrum, trueState, type Region } from './index.ts'
import { massOf, momentsOf, populationsAt, type Species } from './plasma.ts'
import { poisson, steps } from './random.ts'
import { settingAt } from './environment.ts'

const { world } = simulatedFlight(20150312)
const start = taiOf(parseUtc('2026-11-22T11:00:00Z'))
const ids = world.parameters.spacecraft.map(({ id }) => id)

describe('orbit', () => {
  test('goes from 1.2 to 12 Earth radii about once a day, with apogee on the day side', () => {
    const { period } = world.seasonOf(start)
    const track = Array.from({ length: 1440 }, (_, i) => truePosition(world, 'mms1', start + (i * period) / 1440))
    const radii = track.map(r => norm(r) / EARTH_RADIUS_KM)
    expect(Math.min(...radii)).toBeCloseTo(1.2, 2)
    expect(Math.max(...radii)).toBeCloseTo(12, 2)
    expect(period / 3600).toBeCloseTo(23.9, 1)
    const apogee = track[radii.indexOf(Math.max(...radii))] ?? [0, 0, 0]
    expect(apogee[0] / EARTH_RADIUS_KM).toBeGreaterThan(10)
  })

  test('the four fly a tetrahedron of 10 to 40 km, of good quality at apogee', () => {
    for (let hour = 0; hour < 24; hour++) {
      const positions = ids.map(id => truePosition(world, id, start + hour * 3600)) as unknown as [Vector3, Vector3, Vector3, Vector3]
      const shape = tetrahedronOf(positions)
      const radius = norm(shape.centreKm) / EARTH_RADIUS_KM
      expect(shape.meanSideKm).toBeGreaterThan(10)
      expect(shape.meanSideKm).toBeLessThan(40)
      if (radius > 11.5) expect(shape.quality).toBeGreaterThan(0.75)
    }
  })

  test('is continuous within a month and chosen anew on its first day', () => {
    const month = taiOf(parseUtc('2026-12-01T00:00:00Z'))
    const at = (t: number) => trueState(world, 'mms2', t)
    const speed = norm(at(month - 60).velocity)
    expect(Math.abs(norm(at(month - 61).position) - norm(at(month - 60).position))).toBeLessThanOrEqual(speed * 1.01)
    const [before, after] = [world.seasonOf(month - 0.5), world.seasonOf(month)]
    expect(after).not.toBe(before)
    expect(after.start).toBe(month)
    expect(before.stop).toBe(month)
    expect(world.seasonOf(taiOf(parseUtc('2026-12-31T23:59:59Z'))).stop).toBe(taiOf(parseUtc('2027-01-01T00:00:00Z')))
  })

  test('an unknown spacecraft is named with the known ones', () => {
    expect(() => truePosition(world, 'mms9', start)).toThrow(/no spacecraft "mms9"; known are mms1, mms2, mms3, mms4/)
  })
})

describe('space', () => {
  const crossingsOn = (id: string, from: number): Region[][] => {
    const seen: Region[][] = []
    let last: Region | undefined
    for (let t = from; t < from + 86_400; t += 10) {
      const region = trueRegion(world, id, t)
      if (last !== undefined && region !== last) seen.push([last, region])
      last = region
    }
    return seen
  }

  test.each(['2026-11-02', '2026-11-14', '2026-11-22', '2026-11-29', '2027-05-16'])(
    'several boundary crossings lie in the day of %s',
    day => {
      const crossings = crossingsOn('mms1', taiOf(parseUtc(day)))
      const pause = crossings.filter(pair => pair.includes('magnetosphere'))
      expect(pause.length).toBeGreaterThanOrEqual(4)
      expect(crossings.length).toBeLessThan(150)
    },
  )

  test('the field is what each region has', () => {
    const at: Record<Region, number[]> = { magnetosphere: [], magnetosheath: [], 'solar wind': [] }
    for (let t = start; t < start + 86_400; t += 60) {
      const r = norm(truePosition(world, 'mms3', t)) / EARTH_RADIUS_KM
      if (r > 8) at[trueRegion(world, 'mms3', t)].push(norm(trueField(world, 'mms3', t)))
    }
    const mean = (list: number[]): number => list.reduce((sum, b) => sum + b, 0) / list.length
    expect(mean(at.magnetosphere)).toBeGreaterThan(40)
    expect(mean(at.magnetosheath)).toBeGreaterThan(10)
    expect(mean(at.magnetosheath)).toBeLessThan(45)
    if (at['solar wind'].length > 0) expect(mean(at['solar wind'])).toBeLessThan(10)
  })

  test('near the Earth it is the dipole', () => {
    const { perigee, period } = world.seasonOf(start)
    const t = perigee + Math.ceil((start - perigee) / period) * period
    const b = norm(trueField(world, 'mms1', t))
    // 29,500 nT at the equator over 1.2 cubed, up to twice that at the poles.
    expect(b).toBeGreaterThan(29_500 / 1.2 ** 3 - 200)
    expect(b).toBeLessThan((2 * 29_900) / 1.2 ** 3)
  })

  test('neighbours see nearly the same, in a while even more so', () => {
    for (let t = start; t < start + 7200; t += 60) {
      const [a, b] = [trueField(world, 'mms1', t), trueField(world, 'mms2', t)]
      const apart = norm([a[0] - b[0], a[1] - b[1], a[2] - b[2]])
      expect(apart).toBeGreaterThan(0)
      expect(apart).toBeLessThan(40)
    }
  })
})

describe('plasma', () => {
  // eV to cm: the moments of an omnidirectional spectrum, J = flux / E.
  const spectrumMoments = (species: Species, t: number) => {
    const energies = Float64Array.from({ length: 400 }, (_, i) => 0.05 * 10 ** (i / 57))
    const flux = trueSpectrum(world, 'mms1', t, species, energies)
    const speedOf = (energy: number): number => Math.sqrt((2 * energy) / massOf[species]) * 1e5
    let [density, energyDensity] = [0, 0]
    for (let i = 1; i < energies.length; i++) {
      const [a, b] = [energies[i - 1] ?? 0, energies[i] ?? 0]
      const at = (e: number, k: number): number => (4 * Math.PI * (flux[k] ?? 0)) / e / speedOf(e)
      density += 0.5 * (b - a) * (at(a, i - 1) + at(b, i))
      energyDensity += 0.5 * (b - a) * (at(a, i - 1) * a + at(b, i) * b)
    }
    return { density, meanEnergy: energyDensity / density }
  }

  test('density, flow and temperature are those of the spectrum', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), fc.constantFrom<Species>('ion', 'electron'), (later, species) => {
        const t = start + later
        const moments = truePlasma(world, 'mms1', t, species)
        const found = spectrumMoments(species, t)
        const drift = 0.5 * massOf[species] * (moments.vx ** 2 + moments.vy ** 2 + moments.vz ** 2)
        expect(found.density / moments.density).toBeCloseTo(1, 1)
        expect(found.meanEnergy / (1.5 * moments.temperature + drift)).toBeCloseTo(1, 1)
        expect((moments.parallel + 2 * moments.perpendicular) / 3).toBeCloseTo(moments.temperature, 6)
      }),
      { numRuns: 60 },
    )
  })

  test('mixtures of populations weigh by density, and drifts between them are heat', () => {
    const one = { density: 1, vx: 100, vy: 0, vz: 0, ionTemperature: 10, electronTemperature: 5 }
    const other = { ...one, density: 3, vx: -100 }
    const moments = momentsOf([one, other], 'ion')
    expect(moments).toMatchObject({ density: 4, vx: -50, vy: 0, vz: 0 })
    expect(moments.temperature).toBeCloseTo(10 + (massOf.ion * (0.25 * 150 ** 2 + 0.75 * 50 ** 2)) / 3, 9)
  })

  test('every region has plasma of its kind', () => {
    const at = (x: number) => populationsAt(world.environment, settingAt(world.environment, x, 0.5, 0.5, start))
    const [inside, sheath, wind] = [at(6), at(world.environment.wind.near.from.magnetopause + 1.2), at(25)].map(list =>
      momentsOf(list, 'ion'),
    )
    expect(inside?.temperature).toBeGreaterThan(2000)
    expect(inside?.density).toBeLessThan(3)
    expect(sheath?.density).toBeGreaterThan(6)
    expect(wind?.vx).toBeLessThan(-300)
    expect(wind?.temperature).toBeLessThan(40)
  })
})

describe('randomness', () => {
  test('counts scatter as Poisson says', () => {
    for (const mean of [0.4, 3, 11, 30, 4000]) {
      const draws = Array.from({ length: 20_000 }, (_, i) => poisson(mean, 7, 1, i))
      const average = draws.reduce((sum, n) => sum + n, 0) / draws.length
      const variance = draws.reduce((sum, n) => sum + (n - average) ** 2, 0) / draws.length
      expect(average / mean).toBeCloseTo(1, 1)
      expect(variance / mean).toBeCloseTo(1, 0)
    }
  })

  test('steps are continuous and within their bounds', () => {
    for (let t = 0; t < 5000; t += 0.5) {
      const level = steps(t, 700, 50, 3, 4)
      expect(Math.abs(level)).toBeLessThanOrEqual(1)
      expect(Math.abs(steps(t + 0.01, 700, 50, 3, 4) - level)).toBeLessThan(0.002)
    }
  })

  test('the same seed gives the same world to the bit, another seed another', () => {
    const field = (seed: number) => trueField(simulatedFlight(seed).world, 'mms4', start)
    expect(field(20150312)).toEqual(trueField(world, 'mms4', start))
    expect(field(1)).not.toEqual(trueField(world, 'mms4', start))
  })
})
