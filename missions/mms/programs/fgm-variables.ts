import { labels, series, support, timeAxis } from '#doors/istp'
import type { DatasetVariable } from '#formats/cdf'
import { STEPS_PER_NT, type FieldFrame, type FieldVectors } from './fgm-vectors.ts'

/** The field of a product, four numbers per sample in each frame. */
export interface FieldProduct {
  /** TT2000. */
  readonly time: BigInt64Array
  readonly vectors: FieldVectors
  readonly flags: Uint32Array
  readonly range: Uint8Array
  /** Samples per second. */
  readonly rate: Float32Array
  /** Of the sensor, degC. */
  readonly temperature: Float32Array
}

/** Positions at the ephemeris' own times, km, three components and distance. */
export interface StateProduct {
  readonly time: BigInt64Array
  readonly gse: Float32Array
  readonly gsm: Float32Array
}

/** Which product it is: the words of its variables' names. */
export interface FieldNames {
  readonly sc: string
  readonly inst: string
  readonly mode: string
  readonly level: string
}

const nameOf =
  ({ sc, inst, mode, level }: FieldNames) =>
  (word: string): string =>
    `${sc}_${inst}_${word}_${mode}_${level}`

const rates: Readonly<Record<string, string>> = { srvy: '8 or 16 S/s', brst: '128 S/s' }

const titles = {
  gse: ['Geocentric Solar Ecliptic (GSE)', 'GSE'],
  gsm: ['Geocentric Solar Magnetospheric (GSM)', 'GSM'],
  dmpa: ['Despun MPA-aligned', 'DMPA>Despun Major Principal Axis'],
  bcs: ['Body Coordinate System', 'BCS>Body Coordinate System'],
} as const satisfies Record<FieldFrame, readonly [string, string]>

const vectorPointers = (label: string, frame: string): Record<string, string | number> => ({
  LABL_PTR_1: label,
  REPRESENTATION_1: 'represent_vec_tot',
  COORDINATE_SYSTEM: frame,
  TENSOR_ORDER: 1,
})

function describeVector(names: FieldNames, frame: FieldFrame, { vectors }: FieldProduct): DatasetVariable {
  const [title, system] = titles[frame]
  return series({
    name: nameOf(names)(`b_${frame}`),
    type: 'CDF_REAL4',
    dims: [4],
    values: vectors[frame],
    about: `Magnetic field vector in ${title} cartesian coordinates plus Btotal (${rates[names.mode]})`,
    field: `Magnetic field in ${frame.toUpperCase()} plus Btotal`,
    units: 'nT',
    notes: `Three components and the magnitude, rounded to 1/${STEPS_PER_NT} nT. Samples that attitude does not reach are left out.`,
    valid: [
      [-20_000, -20_000, -20_000, 0],
      [20_000, 20_000, 20_000, 40_000],
    ],
    more: vectorPointers(`label_b_${frame}`, system),
  })
}

function describePosition(names: FieldNames, frame: 'gse' | 'gsm', state: StateProduct): DatasetVariable {
  return series({
    name: nameOf(names)(`r_${frame}`),
    type: 'CDF_REAL4',
    dims: [4],
    values: state[frame],
    about: `Definitive position in ${frame.toUpperCase()} coordinates plus distance, 30 second`,
    units: 'km',
    notes: 'Three components and the distance from the Earth, at the times of the ephemeris file.',
    valid: [
      [-1e6, -1e6, -1e6, 0],
      [1e6, 1e6, 1e6, 2e6],
    ],
    time: 'Epoch_state',
    more: vectorPointers(`label_r_${frame}`, frame.toUpperCase()),
  })
}

const FLAG_NOTES =
  'bit definitions: 0: attitude carried beyond its last record, 1: attitude not from the star trackers, ' +
  '4: B1 saturated, 5: B2 saturated, 6: B3 saturated; other bits are not used'

function describeSupport(names: FieldNames, field: FieldProduct): DatasetVariable[] {
  const name = nameOf(names)
  // Plain loops: a day has 1.4 million samples, and the mapping form of `from` takes half a second for them.
  const hirange = new Uint8Array(field.range.length)
  const half = new Float32Array(field.range.length)
  for (let i = 0; i < half.length; i++) {
    hirange[i] = field.range[i] === 0 ? 0 : 1
    half[i] = 0.5 / (field.rate[i] as number)
  }
  return [
    support({
      name: name('flag'),
      type: 'CDF_UINT4',
      values: field.flags,
      about: '0 = no identified problems, otherwise see the bits in VAR_NOTES',
      units: ' ',
      valid: [0, 4_294_967_294],
      label: 'flag',
      notes: FLAG_NOTES,
    }),
    support({
      name: name('hirange'),
      type: 'CDF_UINT1',
      values: hirange,
      about: '1 = High Range, 0 = Low Range',
      units: ' ',
      valid: [0, 1],
      label: 'hirange',
    }),
    support({
      name: name('bdeltahalf'),
      type: 'CDF_REAL4',
      values: half,
      about: 'Delta from center time to sample start/finish',
      units: 's',
      valid: [0.001, 1],
      label: 'bdeltahalf',
    }),
    support({
      name: name('stemp'),
      type: 'CDF_REAL4',
      values: field.temperature,
      about: 'Sensor temperature',
      units: 'C',
      valid: [-1000, 1000],
      label: 'stemp',
    }),
    support({
      name: name('mode'),
      type: 'CDF_REAL4',
      values: field.rate,
      about: 'Rate of the current instrument mode: 8 = slow, 16 = fast, 128 = burst',
      units: 'Samples/s',
      valid: [2, 200],
      label: 'mode',
    }),
  ]
}

const axisLabels = (letters: readonly string[], frame: string): string[] =>
  letters.map((letter, i) => (i < 3 ? `${letter} ${frame}` : letter))

function describeLabels(): DatasetVariable[] {
  const fields = (['gse', 'gsm', 'dmpa', 'bcs'] as const).map(frame =>
    labels(`label_b_${frame}`, axisLabels(['Bx', 'By', 'Bz', 'Bt'], frame.toUpperCase()), `Labels of B in ${frame.toUpperCase()}`),
  )
  const positions = (['gse', 'gsm'] as const).map(frame =>
    labels(`label_r_${frame}`, axisLabels(['X', 'Y', 'Z', 'R'], frame.toUpperCase()), `Labels of position in ${frame.toUpperCase()}`),
  )
  return [...fields, ...positions, labels('represent_vec_tot', ['x', 'y', 'z', 'r'], 'Representation of a vector plus its total')]
}

/** All variables of the product, named as in the mission's own files. */
export function describeField(names: FieldNames, field: FieldProduct, state: StateProduct): DatasetVariable[] {
  const [half = '', stateHalf = ''] = ['bdeltahalf', 'rdeltahalf'].map(nameOf(names))
  const deltas = (name: string): Record<string, string> => ({ DELTA_PLUS_VAR: name, DELTA_MINUS_VAR: name })
  return [
    timeAxis('Epoch', field.time, 'Time of the sample, middle of its interval', deltas(half)),
    ...(['gse', 'gsm', 'dmpa', 'bcs'] as const).map(frame => describeVector(names, frame, field)),
    ...describeSupport(names, field),
    timeAxis('Epoch_state', state.time, 'Time of the positions', deltas(stateHalf)),
    describePosition(names, 'gse', state),
    describePosition(names, 'gsm', state),
    support({
      name: stateHalf,
      type: 'CDF_REAL4',
      values: new Float32Array(state.time.length).fill(15),
      about: 'Half of the step between positions',
      units: 's',
      valid: [1, 100],
      label: 'rdeltahalf',
      time: 'Epoch_state',
    }),
    ...describeLabels(),
  ]
}
