import type { BoundaryParameters } from './solar-wind.ts'

/** A simulated mission, as its `simulation.yaml` says. Angles in degrees, lengths as named. */
export interface SimulationParameters {
  /** Written where real files name their source; must contain the word "simulated". */
  readonly source: string
  /** The mission's word in names of files for all spacecraft, upper case. */
  readonly constellation: string
  readonly spacecraft: readonly SpacecraftParameters[]
  readonly orbit: OrbitParameters
  readonly boundary: BoundaryParameters
  readonly modes: {
    /** Fast survey outside this distance, slow survey inside. 0 = always fast. */
    readonly fastAboveRe: number
    /** Magnetic field vectors per second. */
    readonly slowHz: number
    readonly fastHz: number
    /** Energy spectra, fast survey only. */
    readonly spectrumSeconds: number
    /** State of the spacecraft, always. */
    readonly stateSeconds: number
  }
  /** What is recorded beside fast survey in slots of `cycleSeconds`, and comes down only when it is played back. */
  readonly burst: {
    readonly cycleSeconds: number
    /** Fast survey is cut into regions of interest of at most this length, with pauses between them. */
    readonly regionHours: number
    readonly pauseMinutes: number
    readonly fieldHz: number
    readonly ionSeconds: number
    readonly electronSeconds: number
  }
  readonly ancillary: {
    readonly ephemerisSeconds: number
    readonly attitudeSeconds: number
    /** Degrees that the predicted spin phase is off after an hour. */
    readonly predictedDrift: number
  }
  readonly contacts: {
    readonly minutes: number
    /** Spacecraft come one after the other, this far apart. */
    readonly staggerMinutes: number
    readonly lost: readonly LostContact[]
    readonly lateAttitude: readonly ContactOf[]
  }
}

/** Contact number in the run, from 1; negative counts from the last. */
export interface ContactOf {
  readonly contact: number
  readonly spacecraft: string
}

export interface LostContact extends ContactOf {
  readonly reason: string
}

export interface SpacecraftParameters {
  /** As in file names, lower case. */
  readonly id: string
  readonly objectId: string
  readonly spinRpm: number
  /** Added to packet times, seconds: clocks of spacecraft are not in step. */
  readonly clockOffset: number
  /** Tilt of the spin axis from ecliptic north towards the Sun, and azimuth about it, degrees. */
  readonly spinTilt: number
  readonly spinAzimuth: number
  /** Major principal axis in body coordinates: x and y, z follows. */
  readonly principalAxis: readonly [number, number]
}

export interface OrbitParameters {
  readonly perigeeRe: number
  readonly apogeeRe: number
  /** Hours, 12 = towards the Sun, in the middle of each month; it moves by 4 minutes a day. */
  readonly apogeeLocalTime: number
  /** UTC hours of the first apogee of each month. */
  readonly apogeeUtc: number
  /** Of the orbit's plane from the ecliptic. */
  readonly inclination: number
  /** Side of the tetrahedron at apogee. */
  readonly sideKm: number
}

/** Magnetometer constants of one spacecraft from a date on: B(body) = orthogonal * (gain * (counts * lsb[range] - offset)). */
export interface FieldCalibration {
  /** UTC, `yyyy-mm-dd`. */
  readonly from: string
  /** nT per count, by range. */
  readonly lsb: readonly number[]
  /** nT, sensor axes. */
  readonly offset: readonly [number, number, number]
  readonly gain: readonly [number, number, number]
  /** Rows: body axes from sensor axes. */
  readonly orthogonal: readonly [readonly [number, number, number], readonly [number, number, number], readonly [number, number, number]]
}

/** Plasma constants of one species on one spacecraft from a date on: flux = (counts - background) / (factor * efficiency). */
export interface PlasmaCalibration {
  readonly from: string
  /** Counts per energy flux of 1 eV/(cm^2 s sr eV) in one spectrum. */
  readonly factor: number
  /** Counts per energy and spectrum that no particle made. */
  readonly background: number
  /** eV, 32 centres, rising. */
  readonly energies: readonly number[]
  readonly efficiency: readonly number[]
}

/** Tables by spacecraft, rows in order of their date. */
export interface Calibrations {
  readonly field: Readonly<Record<string, readonly FieldCalibration[]>>
  readonly ion: Readonly<Record<string, readonly PlasmaCalibration[]>>
  readonly electron: Readonly<Record<string, readonly PlasmaCalibration[]>>
}
