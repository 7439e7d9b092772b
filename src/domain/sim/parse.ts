import { fail } from '#error'
import type {
  Calibrations,
  ContactOf,
  FieldCalibration,
  LostContact,
  OrbitParameters,
  PlasmaCalibration,
  SimulationParameters,
  SpacecraftParameters,
} from './parameters.ts'
import { dictionary, list, number, record, text, three, type Reader } from './shape.ts'
import type { BoundaryParameters } from './solar-wind.ts'

const word = text(/^[a-z][a-z0-9]*$/, 'a lower-case word')
const words = text(/\S/, 'some text')
const date = text(/^\d{4}-\d{2}-\d{2}$/, 'a date yyyy-mm-dd in quotes')
const contactNumber = number(-50, 50)

const contactOf: Reader<ContactOf> = record({ contact: ['contact', contactNumber], spacecraft: ['spacecraft', word] })
const lostContact: Reader<LostContact> = record({
  contact: ['contact', contactNumber],
  spacecraft: ['spacecraft', word],
  reason: ['reason', words],
})

const spacecraft: Reader<SpacecraftParameters> = record({
  id: ['id', word],
  objectId: ['object-id', words],
  spinRpm: ['spin-rpm', number(0.1, 20)],
  clockOffset: ['clock-offset', number(0, 1)],
  spinTilt: ['spin-tilt', number(0, 30)],
  spinAzimuth: ['spin-azimuth', number(-360, 360)],
  principalAxis: ['principal-axis', (value, path) => list(number(-0.1, 0.1), 2, 2)(value, path) as readonly [number, number]],
})

const orbit: Reader<OrbitParameters> = record({
  perigeeRe: ['perigee-re', number(1.03, 50)],
  apogeeRe: ['apogee-re', number(1.1, 60)],
  apogeeLocalTime: ['apogee-local-time', number(0, 24)],
  apogeeUtc: ['apogee-utc', number(0, 24)],
  inclination: ['inclination', number(1, 89)],
  sideKm: ['side-km', number(1, 1000)],
})

const boundary: Reader<BoundaryParameters> = record({
  standoffRe: ['standoff-re', number(5, 20)],
  shockRatio: ['shock-ratio', number(1.05, 2)],
  breathing: ['breathing', number(0, 3)],
})

const simulation: Reader<SimulationParameters> = record({
  source: ['source', text(/simulated/i, 'text with the word "simulated": made-up files must say so')],
  constellation: ['constellation', text(/^[A-Z][A-Z0-9]*$/, 'an upper-case word')],
  spacecraft: ['spacecraft', list(spacecraft, 4, 4)],
  orbit: ['orbit', orbit],
  boundary: ['boundary', boundary],
  modes: [
    'modes',
    record({
      fastAboveRe: ['fast-above-re', number(0, 100)],
      slowHz: ['slow-hz', number(8, 8)],
      fastHz: ['fast-hz', number(16, 16)],
      spectrumSeconds: ['spectrum-seconds', number(0.5, 60)],
      stateSeconds: ['state-seconds', number(1, 600)],
    }),
  ],
  burst: [
    'burst',
    record({
      cycleSeconds: ['cycle-seconds', number(10, 10)],
      regionHours: ['region-hours', number(0.1, 800)],
      pauseMinutes: ['pause-minutes', number(0, 600)],
      fieldHz: ['field-hz', number(128, 128)],
      ionSeconds: ['ion-seconds', number(0.1, 10)],
      electronSeconds: ['electron-seconds', number(0.02, 10)],
    }),
  ],
  ancillary: [
    'ancillary',
    record({
      ephemerisSeconds: ['ephemeris-seconds', number(1, 600)],
      attitudeSeconds: ['attitude-seconds', number(0.2, 600)],
      predictedDrift: ['predicted-drift', number(0, 10)],
    }),
  ],
  contacts: [
    'contacts',
    record({
      minutes: ['minutes', number(1, 60)],
      staggerMinutes: ['stagger-minutes', number(0, 60)],
      lost: ['lost', list(lostContact, 0, 20)],
      lateAttitude: ['late-attitude', list(contactOf, 0, 20)],
    }),
  ],
})

/** Reads the value of a `simulation.yaml`. Throws `simulation/invalid` at the first fault, naming the key's path. */
export function parseSimulation(value: unknown): SimulationParameters {
  const parsed = simulation(value, '')
  const ids = parsed.spacecraft.map(s => s.id)
  for (const { spacecraft: id } of [...parsed.contacts.lost, ...parsed.contacts.lateAttitude])
    if (!ids.includes(id)) fail('simulation/invalid', `contacts: there is no spacecraft "${id}"; known are ${ids.join(', ')}`, { id })
  if (parsed.orbit.apogeeRe <= parsed.orbit.perigeeRe)
    fail('simulation/invalid', `orbit: apogee ${parsed.orbit.apogeeRe} Re is not above perigee ${parsed.orbit.perigeeRe} Re`, {})
  return parsed
}

const fieldRow: Reader<FieldCalibration> = record({
  from: ['from', date],
  lsb: ['lsb', list(number(1e-6, 1000), 1, 4)],
  offset: ['offset', three(number(-1000, 1000))],
  gain: ['gain', three(number(0.5, 2))],
  orthogonal: ['orthogonal', three(three(number(-1.1, 1.1)))],
})

const plasmaRow: Reader<PlasmaCalibration> = record({
  from: ['from', date],
  factor: ['factor', number(1e-12, 1)],
  background: ['background', number(0, 1000)],
  energies: ['energies', list(number(1, 1e6), 32, 32)],
  efficiency: ['efficiency', list(number(0.01, 10), 32, 32)],
})

const sorted =
  <T extends { readonly from: string }>(of: Reader<T>): Reader<Readonly<Record<string, readonly T[]>>> =>
  (value, path) => {
    const table = dictionary(list(of, 1, 1000))(value, path)
    for (const [id, rows] of Object.entries(table))
      if (rows.some((row, i) => i > 0 && row.from <= (rows[i - 1]?.from ?? '')))
        fail('simulation/invalid', `${path}.${id}: rows are not in order of "from"`, { id })
    return table
  }

/** Reads the value of a magnetometer calibration table: rows per spacecraft. Throws `simulation/invalid`. */
export const parseFieldCalibration = (value: unknown): Calibrations['field'] =>
  record<{ rows: Calibrations['field'] }>({ rows: ['field', sorted(fieldRow)] })(value, '').rows

/** Reads the value of a plasma calibration table: rows per species and spacecraft. Throws `simulation/invalid`. */
export const parsePlasmaCalibration = (value: unknown): Pick<Calibrations, 'ion' | 'electron'> =>
  record<Pick<Calibrations, 'ion' | 'electron'>>({ ion: ['ion', sorted(plasmaRow)], electron: ['electron', sorted(plasmaRow)] })(value, '')

/** The row in force on a day: the last whose date is not after it. Throws `simulation/no-calibration`. */
export function calibrationOn<T extends { readonly from: string }>(
  table: Readonly<Record<string, readonly T[]>>,
  spacecraft: string,
  /** UTC, `yyyy-mm-dd`, or longer. */
  day: string,
): T {
  const row = table[spacecraft]?.findLast(({ from }) => from <= day.slice(0, 10))
  return row ?? fail('simulation/no-calibration', `no calibration of ${spacecraft} is in force on ${day}`, { spacecraft, day })
}
