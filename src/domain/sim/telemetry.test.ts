import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  DEGREE,
  axisRotation,
  despunFrame,
  directionOf,
  framesAt,
  matrixOf,
  multiply,
  norm,
  rotate,
  subtract,
  transpose,
  type Matrix3,
  type Vector3,
} from '#domain/orbit'
import { checkErrorControl, readPackets, type Packet } from '#formats/ccsds'
import { readDefatt, readDefeph } from '#formats/ephemeris'
import { parseUtc, tai1958FromTt2000, tt2000, tt2000FromTai1958 } from '#formats/time'
import { decodePacket, encodePacket } from '#formats/xtce'
import { simulatedFlight } from '#test/simulation'
import { taiOf } from './calendar.ts'
import { calibrationOn, renderFile, trueField, truePlasma, trueSpectrum, trueState, type PlannedFile } from './index.ts'
import { recordTelemetry } from './telemetry.ts'

const flight = simulatedFlight(20150312)
const { world, calibrations } = flight
// In fast survey near the boundary, in the middle of a spectrum.
const fast = taiOf(parseUtc('2026-11-22T18:00:00Z')) + 1.7
const period = world.seasonOf(fast).period

const packetsOf = (stream: Uint8Array): readonly Packet[] => {
  const { packets, problems } = readPackets(stream)
  expect(problems).toEqual([])
  return packets
}
const raw = (packet: Packet) => decodePacket(flight.packets, packet.bytes).raw
const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN)
const timeOf = (packet: Packet): number => number(raw(packet)['SECONDS']) + number(raw(packet)['SUBSECONDS']) / 65_536

describe('packets', () => {
  const stream = recordTelemetry(flight, 1, fast, fast + 600)
  const packets = packetsOf(stream)

  test('of all five kinds are there at their rates', () => {
    const count = (apid: number): number => packets.filter(packet => packet.apid === apid).length
    expect([480, 496, 512, 528, 529].map(count)).toEqual([
      75,
      60,
      150,
      expect.toSatisfy(n => n === 133 || n === 134),
      expect.toSatisfy(n => n === 133 || n === 134),
    ])
  })

  test('decode without a problem, and encode to the same octets with a good CRC', () => {
    for (const packet of packets) {
      expect(checkErrorControl(packet)).toBeUndefined()
      const decoded = decodePacket(flight.packets, packet.bytes)
      expect(decoded.problems).toEqual([])
      expect(encodePacket(flight.packets, decoded.container, decoded.raw)).toEqual(packet.bytes)
      expect(decoded.raw['SPACECRAFT']).toBe(2)
    }
  })

  test('stand in the order in which they were complete', () => {
    const length: Record<number, number> = { 480: 8, 496: 10, 512: 4, 528: 4.5, 529: 4.5 }
    const ends = packets.map(packet => timeOf(packet) + (length[packet.apid] ?? 0))
    ends.forEach((end, i) => expect(end).toBeGreaterThanOrEqual((ends[i - 1] ?? 0) - 1e-4))
    expect(ends[0]).toBeGreaterThan(fast)
    expect(ends.at(-1)).toBeLessThanOrEqual(fast + 600)
  })

  test('any cut into contacts gives the same packets, with counts that go on', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 600, noNaN: true }), { maxLength: 4 }), cuts => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), 600].map(t => fast + t)
        const parts = bounds.slice(1).map((to, i) => Buffer.from(recordTelemetry(flight, 1, bounds[i] ?? 0, to)))
        expect(Buffer.concat(parts).equals(stream)).toBe(true)
      }),
      { numRuns: 4 },
    )
  })

  test('have counts without a hole through a whole orbit, also where the rate changes', () => {
    const last = new Map<number, number>()
    const rates = new Set<unknown>()
    // Around perigee both survey rates occur; the plasma instruments pause.
    const perigee = world.seasonOf(fast).perigee + Math.ceil((fast - world.seasonOf(fast).perigee) / period) * period
    for (const packet of packetsOf(recordTelemetry(flight, 0, perigee - 3 * 3600, perigee + 3 * 3600))) {
      const before = last.get(packet.apid)
      if (before !== undefined) expect(packet.sequenceCount).toBe((before + 1) % 16_384)
      last.set(packet.apid, packet.sequenceCount)
      if (packet.apid === 512) rates.add(raw(packet)['FGM_RATE'])
    }
    expect([...rates].sort((a, b) => number(a) - number(b))).toEqual([0, 1])
    expect(last.size).toBe(5)
  })

  test('start their counts again with the month', () => {
    const month = taiOf(parseUtc('2026-12-01T00:00:00Z'))
    const counts = readPackets(recordTelemetry(flight, 3, month - 60, month + 60)).packets.filter(({ apid }) => apid === 480)
    const first = counts.findIndex(packet => timeOf(packet) >= month)
    expect(counts[first]?.sequenceCount).toBe(0)
    expect(counts[first - 1]?.sequenceCount).toBeGreaterThan(1000)
  })

  test('are equal for equal seeds and differ for others', () => {
    const short = (seed: number): Buffer => Buffer.from(recordTelemetry(simulatedFlight(seed), 2, fast, fast + 60))
    expect(short(5).equals(short(5))).toBe(true)
    expect(short(5).equals(short(6))).toBe(false)
  })
})

const fileOf = (kind: PlannedFile['kind'], craft: number, from: number, to: number): PlannedFile => ({
  kind,
  name: '',
  craft,
  from,
  to,
  created: to,
  late: false,
  contacts: [],
})
const textOf = (file: PlannedFile): string => Buffer.from(renderFile(flight, file)).toString('latin1')

/** J2000 into the body frame at a moment, from a record of the attitude file turned on by the spin rate. */
function attitudeReader(craft: number, from: number, to: number): (t: number) => Matrix3 {
  const { time, columns } = readDefatt(textOf(fileOf('attitude', craft, from, to)))
  const tai = Array.from(time, t => tai1958FromTt2000(tt2000(t)))
  return t => {
    const i = Math.max(
      0,
      tai.findLastIndex(at => at <= t),
    )
    const value = (key: keyof typeof columns): number => columns[key][i] ?? Number.NaN
    const spin = despunFrame(directionOf(value('pRa') * DEGREE, value('pDec') * DEGREE), framesAt(tt2000FromTai1958(t)).sun)
    const turned = Math.hypot(value('wX'), value('wY'), value('wZ')) * (t - (tai[i] ?? 0)) * DEGREE
    const atRecord = matrixOf([value('q1'), value('q2'), value('q3'), value('qc')])
    return multiply(atRecord, multiply(transpose(spin), multiply(axisRotation(2, turned), spin)))
  }
}

describe('calibrated and despun with the attitude file, the counts are the true field', () => {
  // Noise of 0.025 nT per axis and half a count; near perigee a count is 2 nT, and the file's rate, good to 0.0005 degrees/s, turns
  // the field of 20,000 nT by up to 1.7 nT in the ten seconds to the next record.
  test.each([
    ['outside', 0, fast, 0.05, 0.3],
    ['inside', 2, fast - 6 * 3600, 0.3, 1.5],
    ['at perigee', 3, world.seasonOf(fast).perigee + 22 * period, 5, 10],
  ] as const)('%s', (_, craft, from, typical, most) => {
    const to = from + 240
    const id = world.parameters.spacecraft[craft]?.id ?? ''
    const { lsb, offset, gain, orthogonal } = calibrationOn(calibrations.field, id, '2026-11-22')
    const bodyAt = attitudeReader(craft, from - 20, to + 20)
    const errors: number[] = []
    for (const packet of packetsOf(recordTelemetry(flight, craft, from, to)).filter(({ apid }) => apid === 512)) {
      const values = raw(packet)
      const hz = values['FGM_RATE'] === 1 ? 16 : 8
      const counts = values['FGM_VECTORS'] as readonly number[]
      expect(values['FGM_OVERFLOW']).toBe(0)
      for (let k = 0; k < 64; k += 7) {
        const t = timeOf(packet) + k / hz
        const sensor = [0, 1, 2].map(
          axis => ((counts[3 * k + axis] ?? 0) * (lsb[number(values['FGM_RANGE'])] ?? 0) - (offset[axis] ?? 0)) * (gain[axis] ?? 0),
        )
        const body = rotate(orthogonal, sensor as unknown as Vector3)
        const gse = rotate(framesAt(tt2000FromTai1958(t)).matrix.gse, rotate(transpose(bodyAt(t)), body))
        errors.push(norm(subtract(gse, trueField(world, id, t))))
      }
    }
    expect(errors.length).toBeGreaterThan(200)
    errors.sort((a, b) => a - b)
    expect(errors[errors.length >> 1]).toBeLessThan(typical)
    expect(errors.at(-1)).toBeLessThan(most)
  })
})

describe('plasma packets hold the true plasma', () => {
  const packets = packetsOf(recordTelemetry(flight, 0, fast, fast + 900))

  test.each([
    ['ion', 528, 'DIS'],
    ['electron', 529, 'DES'],
  ] as const)('%s', (species, apid, prefix) => {
    const { factor, background, energies, efficiency } = calibrationOn(calibrations[species], 'mms1', '2026-11-22')
    const grid = Float64Array.from(energies)
    const speed = species === 'ion' ? 12 : 50
    for (const packet of packets.filter(one => one.apid === apid)) {
      const { engineering, raw: values } = decodePacket(flight.packets, packet.bytes)
      const t = timeOf(packet) + 2.25
      const truth = truePlasma(world, 'mms1', t, species)
      expect(number(engineering[`${prefix}_DENSITY`]) / truth.density).toBeCloseTo(1, 0.5)
      expect(number(engineering[`${prefix}_TPARA`]) / truth.parallel).toBeCloseTo(1, 0.5)
      const flow = [number(engineering[`${prefix}_VX`]), number(engineering[`${prefix}_VY`]), number(engineering[`${prefix}_VZ`])]
      // Despun axes: X to the Sun, Z near ecliptic north, tilted by four degrees.
      expect(Math.abs(Math.hypot(...flow) - Math.hypot(truth.vx, truth.vy, truth.vz))).toBeLessThan(speed)
      const flux = trueSpectrum(world, 'mms1', t, species, grid)
      const counts = values[`${prefix}_COUNTS`] as readonly number[]
      counts.forEach((count, i) => {
        const expected = (flux[i] ?? 0) * factor * (efficiency[i] ?? 0) + background
        expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected) + 6)
      })
    }
  })
})

test('a field beyond the coarsest range ends at its last count and says so', () => {
  const table = calibrations.field['mms1'] ?? []
  const narrow = { ...flight, calibrations: { ...calibrations, field: { mms1: table.map(row => ({ ...row, lsb: [0.0001] })) } } }
  const values = packetsOf(recordTelemetry(narrow, 0, fast, fast + 20))
    .filter(({ apid }) => apid === 512)
    .map(raw)
  expect(values.map(one => one['FGM_OVERFLOW'])).toEqual(values.map(() => 1))
  expect(Math.max(...values.flatMap(one => one['FGM_VECTORS'] as number[]).map(Math.abs))).toBe(32_767)
})

test('always fast survey is one run without pauses', () => {
  const parameters = { ...world.parameters, modes: { ...world.parameters.modes, fastAboveRe: 0 } }
  const always = { ...flight, world: { ...world, parameters } }
  const perigee = world.seasonOf(fast).perigee + 20 * period
  const spectra = packetsOf(recordTelemetry(always, 0, perigee - 300, perigee + 300)).filter(({ apid }) => apid === 528)
  expect(spectra.length).toBeGreaterThanOrEqual(132)
})

describe('ancillary files', () => {
  const from = taiOf(parseUtc('2026-11-22T00:00:00Z'))

  test('ephemeris is the true orbit, says that it is simulated, and overlaps its contact', () => {
    const orbit = readDefeph(textOf(fileOf('ephemeris', 0, from, from + 7200)))
    expect(orbit.header).toMatchObject({ spacecraft: 'MMS1', source: 'SIMULATED by Apsis' })
    expect(orbit.time).toHaveLength(240)
    orbit.time.forEach((time, i) => {
      const { position, velocity } = trueState(world, 'mms1', tai1958FromTt2000(tt2000(time)))
      expect(norm(subtract(position, [...orbit.position.subarray(3 * i, 3 * i + 3)] as unknown as Vector3))).toBeLessThan(1e-5)
      expect(norm(subtract(velocity, [...orbit.velocity.subarray(3 * i, 3 * i + 3)] as unknown as Vector3))).toBeLessThan(1e-8)
    })
  })

  test('attitude turns by the spin rate from record to record, and marks what was never downlinked', () => {
    const lost = { dataFrom: from + 1000, dataTo: from + 2000 }
    const file = { ...fileOf('attitude', 3, from, from + 3600), contacts: [lost as PlannedFile['contacts'][number]] }
    const { header, time, columns, flags } = readDefatt(textOf(file))
    expect(header).toMatchObject({ spacecraft: 'MMS4', source: 'SIMULATED by Apsis', objectId: '2015-011D' })
    const rate = (world.parameters.spacecraft[3]?.spinRpm ?? 0) * 6
    for (let i = 1; i < time.length; i++) {
      const turned = (columns.pPhase[i] ?? 0) - (columns.pPhase[i - 1] ?? 0)
      expect(Math.abs(Math.sin(((turned - 10 * rate) * DEGREE) / 2))).toBeLessThan(0.003 * DEGREE)
      expect(columns.wZ[i]).toBeCloseTo(rate, 3)
    }
    expect(flags.filter(flag => flag === 'INT')).toHaveLength(100)
    expect(new Set(flags)).toEqual(new Set(['EKF', 'INT']))
  })

  test('the spin phase of state packets is that of the attitude file', () => {
    const { time, columns } = readDefatt(textOf(fileOf('attitude', 1, from, from + 400)))
    const tai = Array.from(time, t => tai1958FromTt2000(tt2000(t)))
    for (const packet of packetsOf(recordTelemetry(flight, 1, from + 100, from + 300)).filter(({ apid }) => apid === 480)) {
      const { engineering } = decodePacket(flight.packets, packet.bytes)
      const t = timeOf(packet)
      const i = tai.findLastIndex(at => at <= t)
      const phase = (columns.pPhase[i] ?? 0) + (columns.wZ[i] ?? 0) * (t - (tai[i] ?? 0))
      expect(Math.abs(Math.sin(((number(engineering['SC_SPIN_PHASE']) - phase) * DEGREE) / 2))).toBeLessThan(0.1 * DEGREE)
      const pulse = number(engineering['SC_SUN_SECONDS']) + number(engineering['SC_SUN_SUBSECONDS']) / 65_536
      expect(pulse).toBeLessThanOrEqual(t + 1e-4)
      expect(t - pulse).toBeLessThan(number(engineering['SC_SPIN_PERIOD']) + 0.01)
    }
  })
})
