import { constant, labels, series, spectrogram, support, timeAxis, type Described } from '#doors/istp'
import type { DatasetVariable } from '#formats/cdf'

/** Ion or electron spectrometers, as names of variables have it. */
export type Species = 'dis' | 'des'

/** Spectra and moments of one species. Lists hold one record per time; vectors three numbers, spectra 32 per record. */
export interface PlasmaProduct {
  /** TT2000, begin of the accumulation. */
  readonly time: BigInt64Array
  /** keV/(cm^2 s sr keV) */
  readonly flux: Float32Array
  /** eV */
  readonly energy: Float32Array
  readonly energyDelta: Float32Array
  readonly counts: Float32Array
  /** cm^-3 */
  readonly density: Float32Array
  /** Velocity, km/s, along DBCS. */
  readonly despun: Float32Array
  readonly gse: Float32Array
  /** eV */
  readonly parallel: Float32Array
  readonly perpendicular: Float32Array
  /** Spin phase, degrees. */
  readonly phase: Float32Array
  readonly leftOut: number
}

/** Where a product's variables stand: spacecraft, species and mode name them, `epoch` is their time axis. */
export interface PlasmaNames {
  readonly sc: string
  readonly species: Species
  readonly mode: string
  readonly epoch: string
  /** Length of one accumulation. */
  readonly seconds: number
}

const STEPS = 32
const ON_BOARD = 'On-board moment over all energies and directions.'
const SPIN_PHASE = 'Angle from the Sun to body X about body Z, from the definitive attitude.'
const particle = { dis: 'ion', des: 'electron' } as const

/** All variables of the product that the simulated instruments have, named as in the mission's own files. */
export function describePlasma(names: PlasmaNames, product: PlasmaProduct): DatasetVariable[] {
  const { sc, species, mode, epoch: time } = names
  const name = (word: string): string => `${sc}_${species}_${word}_${mode}`
  const kind = particle[species]
  const floats = (word: string, values: Float32Array, rest: Omit<Described, 'name' | 'type' | 'values'>): Described => ({
    name: name(word),
    type: 'CDF_REAL4',
    values,
    time,
    ...rest,
  })
  return [
    ...describeTimes(names, product),
    ...describeStatus(name, kind, time, product),
    spectrogram(
      floats('energyspectr_omni', product.flux, {
        dims: [STEPS],
        about: `Omni-directional ${kind} energy spectrum`,
        units: 'keV/(cm^2 s sr keV)',
        valid: [0, 1e30],
        label: 'DEF_omni',
        notes:
          'Counts less background over geometric factor and efficiency, averaged over all directions; zero where no count is above the background.',
      }),
      name('energy'),
    ),
    ...describeMoments(floats, name, kind, product),
    ...describeVelocities(floats, name, kind, product),
    support(
      floats('energy', product.energy, {
        dims: [STEPS],
        about: `Energies of the ${kind} spectrum`,
        units: 'eV',
        valid: [0, 40_000],
        label: 'energy',
        more: { ...deltas(name('energy_delta')), SCALETYP: 'log' },
      }),
    ),
    support(
      floats('energy_delta', product.energyDelta, {
        dims: [STEPS],
        about: `Half widths of the ${kind} energy steps`,
        units: 'eV',
        valid: [0, 10_000],
        label: 'delta energy',
      }),
    ),
    labels(name('cartrep'), ['x', 'y', 'z'], 'Cartesian representation'),
  ]
}

type Floats = (word: string, values: Float32Array, rest: Omit<Described, 'name' | 'type' | 'values'>) => Described
type Name = (word: string) => string

const deltas = (variable: string): Record<string, string> => ({ DELTA_PLUS_VAR: variable, DELTA_MINUS_VAR: variable })

function describeTimes({ epoch, seconds }: PlasmaNames, { time }: PlasmaProduct): DatasetVariable[] {
  const bound = (word: string, value: number): DatasetVariable =>
    constant({
      name: `${epoch}_${word}_var`,
      type: 'CDF_REAL4',
      values: [value],
      about: `Time from ${epoch} to the ${word === 'plus' ? 'end' : 'begin'} of the accumulation`,
      units: 's',
      valid: [0, seconds],
    })
  const axis = timeAxis(epoch, time, 'Begin of the accumulation', {
    DELTA_PLUS_VAR: `${epoch}_plus_var`,
    DELTA_MINUS_VAR: `${epoch}_minus_var`,
    BIN_LOCATION: { type: 'CDF_REAL4', value: 0 },
  })
  return [axis, bound('plus', seconds), bound('minus', 0)]
}

// Bit numbers as in the mission's own files.
const SATURATED = 1 << 1
const LOW_DENSITY = 1 << 7

function describeStatus(name: Name, kind: string, epoch: string, { time, counts, density, phase }: PlasmaProduct): DatasetVariable[] {
  const flags = new Uint32Array(time.length)
  for (let i = 0; i < time.length; i++) {
    const saturated = counts.subarray(STEPS * i, STEPS * i + STEPS).includes(65_535)
    flags[i] = (saturated ? SATURATED : 0) | ((density[i] ?? 0) <= 0 ? LOW_DENSITY : 0)
  }
  return [
    series({
      name: name('errorflags'),
      type: 'CDF_UINT4',
      values: flags,
      time: epoch,
      about: `Data-quality indicators of the ${kind} spectrum, 0 = none`,
      units: '32-bit error flags',
      valid: [0, 4_294_967_294],
      label: 'errFlags',
      notes: 'Bit 1 = a count at the end of its range, bit 7 = no density',
    }),
    constant({
      name: name('compressionloss'),
      type: 'CDF_UINT1',
      values: [0],
      about: 'Compression on board: 0 = lossless, 1 = lossy',
      units: '0, 1',
      valid: [0, 1],
      label: 'compressFlag',
    }),
    series({
      name: name('startdelphi_count'),
      type: 'CDF_UINT2',
      values: Uint16Array.from(phase, degrees => Math.floor(degrees * 16)),
      time: epoch,
      about: 'Spin phase at the begin of the accumulation in sixteenths of a degree',
      units: 'del-phi counts',
      valid: [0, 5760],
      label: 'DelPhi_cnt',
      notes: SPIN_PHASE,
    }),
    series({
      name: name('startdelphi_angle'),
      type: 'CDF_REAL4',
      values: phase,
      time: epoch,
      about: 'Spin phase at the begin of the accumulation',
      units: 'deg',
      valid: [0, 360],
      label: 'DelPhi_ang',
      notes: SPIN_PHASE,
    }),
  ]
}

function describeMoments(floats: Floats, name: Name, kind: string, product: PlasmaProduct): DatasetVariable[] {
  // Counting statistics alone: the relative error of n is that of all counts together.
  const error = Float32Array.from(product.density, (n, i) => {
    const total = product.counts.subarray(STEPS * i, STEPS * i + STEPS).reduce((sum, count) => sum + count, 0)
    return total > 0 ? n / Math.sqrt(total) : n
  })
  return [
    series(
      floats('numberdensity', product.density, {
        about: `${kind} number density`,
        units: 'cm^-3',
        valid: [0, 100_000],
        label: 'N',
        notes: ON_BOARD,
        more: { ...deltas(name('numberdensity_err')), SCALETYP: 'log' },
      }),
    ),
    support(
      floats('numberdensity_err', error, {
        about: `${kind} number density error of counting`,
        units: 'cm^-3',
        valid: [0, 100_000],
        label: 'N_err',
      }),
    ),
    series(
      floats('temppara', product.parallel, {
        about: `${kind} temperature along the magnetic field`,
        units: 'eV',
        valid: [0, 1e30],
        label: 'T_para',
        notes: ON_BOARD,
      }),
    ),
    series(
      floats('tempperp', product.perpendicular, {
        about: `${kind} temperature across the magnetic field`,
        units: 'eV',
        valid: [0, 1e30],
        label: 'T_perp',
        notes: ON_BOARD,
      }),
    ),
  ]
}

const systems = { dbcs: 'DBCS>Despun Body Coordinate System', gse: 'GSE>Geocentric Solar Ecliptic' } as const

function describeVelocities(floats: Floats, name: Name, kind: string, product: PlasmaProduct): DatasetVariable[] {
  const vectors = { dbcs: product.despun, gse: product.gse } as const
  return (['dbcs', 'gse'] as const).flatMap(frame => {
    const label = name(`bulkv_${frame}_label`)
    const more = { LABL_PTR_1: label, REPRESENTATION_1: name('cartrep'), COORDINATE_SYSTEM: systems[frame], TENSOR_ORDER: 1 }
    const letters = ['x', 'y', 'z'].map(axis => `V${axis}_${frame.toUpperCase()}`)
    return [
      series(
        floats(`bulkv_${frame}`, vectors[frame], {
          dims: [3],
          about: `${kind} bulk velocity vector in ${frame.toUpperCase()}`,
          units: 'km/s',
          valid: [-2500, 2500],
          notes: ON_BOARD,
          more,
        }),
      ),
      labels(label, letters, `Labels of velocity in ${frame.toUpperCase()}`),
    ]
  })
}
