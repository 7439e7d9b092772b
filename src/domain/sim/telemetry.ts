import { encodePacket, type CompiledXtce, type Values } from '#formats/xtce'
import { formatUtc, tt2000FromTai1958 } from '#formats/time'
import { countField, sensorAxes, type Magnetometer } from './field-instrument.ts'
import { checkCycles } from './burst.ts'
import { makeFieldNodes, type FieldNodes } from './field-nodes.ts'
import { headerValues, sealPacket } from './packet-header.ts'
import type { Calibrations, PlasmaCalibration } from './parameters.ts'
import { calibrationOn } from './parse.ts'
import { countPlasma, populationsOn, type PlasmaInstrument } from './plasma-instrument.ts'
import type { Moments, Species } from './plasma.ts'
import { burstRun, forEachPacket, scheduleOf, vectorsPerPacket, type Mode, type Run, type Schedule } from './schedule.ts'
import type { Season, Spin } from './season.ts'
import { makeStateReader } from './spacecraft-state.ts'
import { followTrack, type Track } from './track.ts'
import { makeTriggerReader } from './triggers.ts'
import type { World } from './truth.ts'

/** A world with its instruments and its packet definition. */
export interface Flight {
  readonly world: World
  readonly calibrations: Calibrations
  readonly packets: CompiledXtce
}

interface Recorded {
  /** TAI at which the packet is complete: packets lie in the recorder in this order. */
  readonly end: number
  readonly bytes: Uint8Array
}

/** Everything about one spacecraft over one stretch within a season. */
interface Stretch {
  readonly flight: Flight
  readonly season: Season
  readonly schedule: Schedule
  readonly craft: number
  readonly from: number
  readonly to: number
  readonly offset: number
  readonly track: Track
  readonly nodes: FieldNodes
  readonly day: string
}

/** All packets of spacecraft `craft` that were complete in (from, to], TAI seconds, in the order of recording. */
export function recordTelemetry(flight: Flight, craft: number, from: number, to: number): Uint8Array {
  const recorded: Recorded[] = []
  for (let at = from; at < to;) {
    const season = flight.world.seasonOf(at)
    const end = Math.min(to, season.stop)
    recorded.push(...recordStretch(openStretch(flight, season, craft, at, end)))
    at = end
  }
  return concatenate(recorded)
}

/** Burst packets of spacecraft `craft` of the buffers [from, to), TAI seconds. Throws `simulation/burst-cycles`. */
export function recordBurst(flight: Flight, craft: number, from: number, to: number): Uint8Array {
  checkCycles(flight.world, from, to)
  const { fieldHz, ionSeconds, electronSeconds } = flight.world.parameters.burst
  const stretch = { ...openStretch(flight, flight.world.seasonOf(from), craft, from, to), offset: 0, to: to + 1 }
  const runOf = (step: number): readonly Run[] => [burstRun(step, from, to)]
  return concatenate(
    inOrder([
      ...recordField(stretch, 'FGM_BURST', runOf(vectorsPerPacket / fieldHz)),
      ...recordPlasma(stretch, 'ion', 'DIS_BURST', runOf(ionSeconds)),
      ...recordPlasma(stretch, 'electron', 'DES_BURST', runOf(electronSeconds)),
    ]),
  )
}

function openStretch(flight: Flight, season: Season, craft: number, from: number, to: number): Stretch {
  const { parameters, environment } = flight.world
  // Packets that end in the stretch may begin a minute before.
  const track = followTrack(season, craft, from - 60, to + 10)
  return {
    flight,
    season,
    schedule: scheduleOf(parameters, season),
    craft,
    from,
    to,
    offset: parameters.spacecraft[craft]?.clockOffset ?? 0,
    track,
    nodes: makeFieldNodes(environment, track, from - 20, to + 2),
    day: formatUtc(tt2000FromTai1958(from)),
  }
}

function recordStretch(stretch: Stretch): readonly Recorded[] {
  const { field, spectra } = stretch.schedule
  return inOrder([
    ...recordState(stretch),
    ...recordTriggers(stretch),
    ...recordField(stretch, 'FGM', field),
    ...recordPlasma(stretch, 'ion', 'DIS', spectra),
    ...recordPlasma(stretch, 'electron', 'DES', spectra),
  ])
}

const inOrder = (recorded: Recorded[]): readonly Recorded[] => recorded.sort((a, b) => a.end - b.end)

function concatenate(recorded: readonly Recorded[]): Uint8Array {
  const out = new Uint8Array(recorded.reduce((sum, { bytes }) => sum + bytes.byteLength, 0))
  let at = 0
  for (const { bytes } of recorded) {
    out.set(bytes, at)
    at += bytes.byteLength
  }
  return out
}

const encode = ({ flight }: Stretch, container: string, values: Values, end: number): Recorded => ({
  end,
  bytes: sealPacket(encodePacket(flight.packets, container, values)),
})

function recordState(stretch: Stretch): readonly Recorded[] {
  const { schedule, craft, from, to, offset } = stretch
  const read = makeStateReader(stretch.flight.world, stretch.season, schedule, craft, stretch.track)
  const out: Recorded[] = []
  forEachPacket(schedule.state, from, to, offset, (time, sequence, run) => {
    out.push(encode(stretch, 'STATE', { ...headerValues(time, sequence, craft), ...read(time) }, time + run.step))
  })
  return out
}

/** Trigger data of the cycles, which all spacecraft begin in step. */
function recordTriggers(stretch: Stretch): readonly Recorded[] {
  const { flight, schedule, craft, from, to, track, nodes } = stretch
  const { environment, parameters } = flight.world
  const read = makeTriggerReader(environment, track, nodes, parameters.burst.cycleSeconds)
  const out: Recorded[] = []
  forEachPacket(schedule.cycles, from, to, 0, (time, sequence, run) => {
    const values = { ...headerValues(time, sequence, craft), TRIG_TABLE: 1, TRIG_NUMBERS: read(time) }
    out.push(encode(stretch, 'TRIG', values, time + run.step))
  })
  return out
}

function recordField(stretch: Stretch, container: string, runs: readonly Run[]): readonly Recorded[] {
  const { flight, season, craft, from, to, offset, track, nodes, day } = stretch
  const { world, calibrations } = flight
  const id = world.parameters.spacecraft[craft]?.id ?? ''
  const calibration = calibrationOn(calibrations.field, id, day)
  const meter: Magnetometer = {
    environment: world.environment,
    season,
    craft,
    track,
    nodes,
    calibration,
    sensor: sensorAxes(calibration, season.spins[craft] as Spin),
    noiseSeed: world.seed,
  }
  const { modes, burst } = world.parameters
  const hz: Readonly<Record<Mode, number>> = { slow: modes.slowHz, fast: modes.fastHz, burst: burst.fieldHz }
  const out: Recorded[] = []
  forEachPacket(runs, from, to, offset, (time, sequence, run) => {
    const { range, overflow, vectors } = countField(meter, time, hz[run.mode])
    const values = {
      ...headerValues(time, sequence, craft),
      FGM_RATE: rateCodes[run.mode],
      FGM_RANGE: range,
      FGM_OVERFLOW: overflow ? 1 : 0,
      FGM_SPARE: 0,
      FGM_SENSOR_TEMP: 110 + Math.round(6 * Math.sin(time / 9000)),
      FGM_VECTORS: vectors,
    }
    out.push(encode(stretch, container, values, time + run.step))
  })
  return out
}

const rateCodes: Readonly<Record<Mode, number>> = { slow: 0, fast: 1, burst: 2 }

const plasmaNames: Readonly<Record<Species, { readonly prefix: string; readonly eV: number }>> = {
  ion: { prefix: 'DIS', eV: 0.25 },
  electron: { prefix: 'DES', eV: 0.05 },
}

function recordPlasma(stretch: Stretch, species: Species, container: string, runs: readonly Run[]): readonly Recorded[] {
  const { flight, craft, from, to, offset, track, day } = stretch
  const { world, calibrations } = flight
  const id = world.parameters.spacecraft[craft]?.id ?? ''
  const calibration: PlasmaCalibration = calibrationOn(calibrations[species], id, day)
  const instrument: PlasmaInstrument = {
    species,
    calibration,
    energies: Float64Array.from(calibration.energies),
    seed: world.seed,
    stream: (species === 'ion' ? 5000 : 6000) + craft,
    drawHz: runs[0]?.mode === 'burst' ? 100 : 10,
  }
  const out: Recorded[] = []
  forEachPacket(runs, from, to, offset, (time, sequence, run) => {
    const middle = time + run.step / 2
    const { counts, moments } = countPlasma(instrument, populationsOn(world.environment, track, middle), middle, track)
    const values = { ...headerValues(time, sequence, craft), ...plasmaValues(species, counts, moments) }
    out.push(encode(stretch, container, values, time + run.step))
  })
  return out
}

const clip = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, Math.round(value)))

/** Raw values of the fields of a plasma packet; scales as in the packet definition's calibrators. */
function plasmaValues(species: Species, counts: readonly number[], moments: Moments): Values {
  const { prefix, eV } = plasmaNames[species]
  const speed = (v: number): number => clip(v / 0.1, -32_768, 32_767)
  return {
    [`${prefix}_TABLE`]: 1,
    [`${prefix}_COUNTS`]: counts,
    [`${prefix}_DENSITY`]: clip(moments.density / 0.01, 0, 65_535),
    [`${prefix}_VX`]: speed(moments.vx),
    [`${prefix}_VY`]: speed(moments.vy),
    [`${prefix}_VZ`]: speed(moments.vz),
    [`${prefix}_TPARA`]: clip(moments.parallel / eV, 0, 65_535),
    [`${prefix}_TPERP`]: clip(moments.perpendicular / eV, 0, 65_535),
  }
}
