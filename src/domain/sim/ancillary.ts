import {
  DEGREE,
  despunFrame,
  framesAt,
  multiply,
  quaternionOf,
  axisRotation,
  rightAscensionOf,
  rotate,
  spinPhase,
  transpose,
  type Vector3,
} from '#domain/orbit'
import {
  attitudeColumns,
  formatCreation,
  writeContacts,
  writeDefatt,
  writeDefeph,
  type AttitudeColumn,
  type AttitudeFlag,
} from '#formats/ephemeris'
import { momentOf } from './calendar.ts'
import type { PlannedFile } from './plan.ts'
import { phaseIn, stateIn, type Season, type Spin } from './season.ts'
import type { World } from './truth.ts'

/** TAI seconds of a file's records: a common grid, moved by the spacecraft's clock offset. */
function recordTimes({ from, to }: PlannedFile, step: number, offset: number): readonly number[] {
  const first = Math.ceil((from - offset) / step)
  const count = Math.max(0, Math.floor((to - offset) / step) - first + 1)
  return Array.from({ length: count }, (_, i) => (first + i) * step + offset)
}

const momentsOf = (times: readonly number[]): BigInt64Array => BigInt64Array.from(times, momentOf)

/** Text of a DEFEPH file. */
export function renderEphemeris({ parameters, seasonOf }: World, file: PlannedFile): string {
  const craft = parameters.spacecraft[file.craft]
  const times = recordTimes(file, parameters.ancillary.ephemerisSeconds, craft?.clockOffset ?? 0)
  const states = times.map(t => stateIn(seasonOf(t), file.craft, t))
  return writeDefeph({
    header: {
      spacecraft: craft?.id.toUpperCase() ?? '',
      scale: `${parameters.constellation} TAI`,
      project: 'apsis-sim',
      source: parameters.source,
      created: formatCreation(momentOf(file.created)),
    },
    time: momentsOf(times),
    position: Float64Array.from(states.flatMap(({ position }) => position)),
    velocity: Float64Array.from(states.flatMap(({ velocity }) => velocity)),
  })
}

/** Text of a DEFATT file. Stretches that were never downlinked bear the flag INT. */
export function renderAttitude(world: World, file: PlannedFile): string {
  const isLost = (t: number): boolean => file.contacts.some(({ dataFrom, dataTo }) => t >= dataFrom && t < dataTo)
  return attitudeText(world, file, {
    step: world.parameters.ancillary.attitudeSeconds,
    flag: t => (isLost(t) ? 'INT' : 'EKF'),
    off: () => 0,
  })
}

/** Text of a PREDATT file: records are farther apart and bear the flag INT, and the spin phase is off by more and more. */
export const renderPrediction = (world: World, file: PlannedFile): string =>
  attitudeText(world, file, {
    step: 6 * world.parameters.ancillary.attitudeSeconds,
    flag: () => 'INT',
    off: t => (world.parameters.ancillary.predictedDrift * Math.max(0, t - file.created)) / 3600,
  })

/** How the records of an attitude file were found: seconds between them, their flags, and degrees that the spin phase is off. */
interface Finding {
  readonly step: number
  readonly flag: (t: number) => AttitudeFlag
  readonly off: (t: number) => number
}

function attitudeText({ parameters, seasonOf }: World, file: PlannedFile, { step, flag, off }: Finding): string {
  const craft = parameters.spacecraft[file.craft]
  const times = recordTimes(file, step, craft?.clockOffset ?? 0)
  const columns = Object.fromEntries(attitudeColumns.map(key => [key, new Float64Array(times.length)])) as Record<
    AttitudeColumn,
    Float64Array
  >
  const sunOf = makeSunTable()
  times.forEach((t, i) => {
    const record = attitudeAt(seasonOf(t), file.craft, t, sunOf(t), off(t))
    for (const key of attitudeColumns) columns[key][i] = record[key]
  })
  const [x, y] = craft?.principalAxis ?? [0, 0]
  return writeDefatt({
    header: {
      spacecraft: craft?.id.toUpperCase() ?? '',
      objectId: craft?.objectId ?? '',
      originator: 'APSIS',
      source: parameters.source,
      inertia: 'none',
      created: momentOf(file.created),
      principalAxis: [x, y, Math.sqrt(1 - x * x - y * y)],
      start: momentOf(file.from),
      stop: momentOf(file.to),
    },
    time: momentsOf(times),
    columns,
    flags: times.map(flag),
  })
}

/** The Sun's direction in J2000, kept for a minute, in which it moves by 0.0007 degrees: less than the file's last digit. */
function makeSunTable(): (t: number) => Vector3 {
  let minute = Number.NaN
  let sun: Vector3 = [1, 0, 0]
  return t => {
    if (Math.round(t / 60) !== minute) {
      minute = Math.round(t / 60)
      sun = framesAt(momentOf(minute * 60)).sun
    }
    return sun
  }
}

/** One record: without nutation, so that rate, angular momentum and principal axis are one direction. */
function attitudeAt(season: Season, craft: number, t: number, sun: Vector3, off: number): Record<AttitudeColumn, number> {
  const { axis, rate, body } = season.spins[craft] as Spin
  const phase = phaseIn(season, craft, t) + off
  const frame = multiply(body, multiply(axisRotation(2, phase * DEGREE), despunFrame(axis, sun)))
  const [q1, q2, q3, qc] = quaternionOf(frame)
  const [wX, wY, wZ] = rotate(body, [0, 0, rate])
  const [ra, dec] = rightAscensionOf(axis).map(angle => angle / DEGREE) as [number, number]
  const bodyZ = rotate(transpose(frame), [0, 0, 1])
  const [zRa, zDec] = rightAscensionOf(bodyZ).map(angle => angle / DEGREE) as [number, number]
  // Of body X about the axis, as the file defines it; the spin's own X axis lies a hair beside.
  const aboutSpin = spinPhase(frame, axis, sun) / DEGREE
  return {
    q1,
    q2,
    q3,
    qc,
    wX,
    wY,
    wZ,
    wPhase: aboutSpin,
    zRa,
    zDec,
    zPhase: spinPhase(frame, bodyZ, sun) / DEGREE,
    lRa: ra,
    lDec: dec,
    lPhase: aboutSpin,
    pRa: ra,
    pDec: dec,
    pPhase: aboutSpin,
    nutation: 0,
  }
}

/** Text of a contact report. */
export const renderContacts = ({ parameters }: World, file: PlannedFile): string =>
  writeContacts({
    mission: parameters.constellation,
    source: parameters.source,
    created: momentOf(file.created),
    contacts: file.contacts.map(({ id, craft, start, stop, dataFrom, dataTo, state, reason }) => ({
      id,
      spacecraft: parameters.spacecraft[craft]?.id ?? '',
      start: momentOf(start),
      stop: momentOf(stop),
      dataFrom: momentOf(dataFrom),
      dataTo: momentOf(dataTo),
      state,
      reason: state === 'lost' ? reason : '',
    })),
  })
