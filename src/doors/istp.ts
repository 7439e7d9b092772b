import type { JobFile, JobInput, JobOutput } from '#domain/process'
import type { AttributeValue, CdfType, Dataset, DatasetVariable, TypedAttribute } from '#formats/cdf'

/** What a program knows about its product and the mission folder's product words do not say. */
export interface ProductWords {
  /** `MAG>Magnetometer`. */
  readonly descriptor: string
  /** `SC1>Spacecraft number 1`; by default the spacecraft's id in capitals. */
  readonly source?: string
  readonly timeResolution?: string
  /** History of the program, newest first. */
  readonly mods?: readonly string[]
  /** Further global attributes. */
  readonly more?: Dataset['attributes']
}

type Words = Readonly<Record<string, unknown>>

const text = (words: Words, key: string, other: string): string => (typeof words[key] === 'string' ? words[key] : other)

const SIMULATED = 'SIMULATED DATA: made by a simulated mission, not measured in space.'

/**
 * The global attributes that ISTP asks for, from the job file: names from the output's name, the product's words from the mission
 * folder, lineage from the inputs, dates from the job and never from the clock.
 */
export function globalAttributes(job: JobFile, output: JobOutput, words: ProductWords): Dataset['attributes'] {
  const product = output.attributes
  const pi = (product['pi'] ?? {}) as Words
  const attributes: Record<string, AttributeValue | readonly AttributeValue[]> = {
    ...nameAttributes(job, output, words),
    Discipline: text(product, 'discipline', 'Space Physics>Magnetospheric Science'),
    Project: text(product, 'project', 'STP>Solar-Terrestrial Physics'),
    Instrument_type: (product['instrument_type'] as AttributeValue | undefined) ?? 'Ephemeris/Attitude/Ancillary',
    PI_name: text(pi, 'name', 'not named'),
    PI_affiliation: text(pi, 'affiliation', 'not named'),
    TEXT: [...(job.simulated ? [SIMULATED] : []), text(product, 'text', output.title), ...ifAny(output.description)],
    Rules_of_use: text(
      product,
      'rules_of_use',
      job.simulated ? 'Simulated data: for tests and demonstrations only.' : 'Ask the team that made these data.',
    ),
    Acknowledgement: text(
      product,
      'acknowledgement',
      `Please name the mission and ${text(pi, 'affiliation', 'the team')} when you use these data.`,
    ),
    Time_resolution: words.timeResolution ?? 'see the time axis',
    MODS: words.mods ?? ['First version.'],
    Generated_by: `${job.software.name} ${job.software.version}`,
    Generation_date: job.generationTime.slice(0, 10).replaceAll('-', ''),
    Software_version: job.software.version,
    Parents: job.inputs.length === 0 ? ['none'] : job.inputs.map(nameParent),
    ...words.more,
  }
  if (job.simulated) attributes['Simulated'] = SIMULATED
  return { ...attributes, ...linkAttributes(product['links']) }
}

/** `links` of the product's words, a list of url, title and text, as the three parallel attributes of ISTP. */
function linkAttributes(links: unknown): Record<string, readonly string[]> {
  if (!Array.isArray(links) || links.length === 0) return {}
  const list = links as readonly Words[]
  return {
    HTTP_LINK: list.map(link => text(link, 'url', ' ')),
    LINK_TITLE: list.map(link => text(link, 'title', ' ')),
    LINK_TEXT: list.map(link => text(link, 'text', ' ')),
  }
}

function nameAttributes(job: JobFile, output: JobOutput, words: ProductWords): Record<string, AttributeValue> {
  const { fields } = output
  const kind = [fields['mode'], fields['level'], fields['descriptor']].filter(part => part !== undefined && part !== '')
  const long = /_\d{9,14}_v/.test(output.name)
  return {
    Logical_file_id: output.name.replace(/\.[^.]+$/, ''),
    Logical_source: output.dataset,
    Logical_source_description: `${output.title}, ${job.spacecraft.toUpperCase()}`,
    Data_version: output.version,
    // The long name ends with the descriptor as the short one does: readers of particle data ask how this attribute ends.
    Data_type: `${kind.join('_')}>${kind.map(spellOut).join(' ')}`,
    Descriptor: words.descriptor,
    Source_name: words.source ?? `${job.spacecraft.toUpperCase()}>${job.spacecraft.toUpperCase()} spacecraft`,
    Mission_group: job.mission.toUpperCase(),
    File_naming_convention: `source_descriptor_datatype_${long ? 'yyyyMMddHHmmss' : 'yyyyMMdd'}`,
  }
}

/** `srvy` as Srvy, `l1a` as Level 1A, a descriptor as it is. */
const spellOut = (part: string | undefined, place: number): string => {
  const word = part ?? ''
  if (/^l\d/.test(word)) return `Level ${word.slice(1).toUpperCase()}`
  return place === 0 ? word.charAt(0).toUpperCase() + word.slice(1) : word
}

const ifAny = (line: string): string[] => (line === '' ? [] : [line])

/** A parent as archives write it: `CDF>name` without extension, other files by their whole name. */
const nameParent = ({ name }: JobInput): string => (name.endsWith('.cdf') ? `CDF>${name.slice(0, -4)}` : name)

const fills: Readonly<Record<CdfType, number | bigint | string | readonly number[]>> = {
  CDF_INT1: -128,
  CDF_BYTE: -128,
  CDF_INT2: -32_768,
  CDF_INT4: -2_147_483_648,
  CDF_INT8: -(2n ** 63n),
  CDF_UINT1: 255,
  CDF_UINT2: 65_535,
  CDF_UINT4: 4_294_967_295,
  CDF_REAL4: -1e31,
  CDF_FLOAT: -1e31,
  CDF_REAL8: -1e31,
  CDF_DOUBLE: -1e31,
  CDF_EPOCH: -1e31,
  CDF_EPOCH16: [-1e31, -1e31],
  CDF_TIME_TT2000: -(2n ** 63n),
  CDF_CHAR: ' ',
  CDF_UCHAR: ' ',
}

/** ISTP's fill value of a numeric type, as data hold it. */
export const fillOf = (type: CdfType): number => Number(fills[type])

const formats: Partial<Record<CdfType, string>> = {
  CDF_INT1: 'I4',
  CDF_UINT1: 'I3',
  CDF_INT2: 'I6',
  CDF_UINT2: 'I5',
  CDF_INT4: 'I11',
  CDF_UINT4: 'I10',
  CDF_INT8: 'I20',
  CDF_REAL4: 'E13.5',
  CDF_REAL8: 'F18.6',
}

const conversions: Readonly<Record<string, string>> = {
  nT: '1.0e-9>T',
  km: '1.0e3>m',
  'km/s': '1.0e3>m s^-1',
  s: '1.0>s',
  deg: '0.0174532925>rad',
  hours: '0.2617993877>rad',
  eV: '1.6021773E-19>J',
  'cm^-3': '1e6>m^-3',
  nPa: '1.0e-9>Pa',
  'keV/(cm^2 s sr keV)': '1.e4>m^-2 s^-1 sr^-1',
}

type Limit = number | bigint | readonly number[]

/** A variable in the words of its maker; the builders below add what its kind needs. */
export interface Described {
  readonly name: string
  readonly type: CdfType
  readonly values: DatasetVariable['values']
  /** Shape of one record; default a scalar. */
  readonly dims?: readonly number[]
  readonly about: string
  /** FIELDNAM; default the name. */
  readonly field?: string
  /** `' '` for none. */
  readonly units: string
  readonly valid: readonly [min: Limit, max: Limit]
  /** LABLAXIS, at most 20 characters. */
  readonly label?: string
  /** Time axis; default `Epoch`. */
  readonly time?: string
  readonly notes?: string
  readonly more?: DatasetVariable['attributes']
}

const typed = (type: CdfType, value: TypedAttribute['value']): TypedAttribute => ({ type, value })

function describe(it: Described, kind: string, attributes: DatasetVariable['attributes']): DatasetVariable {
  const si = conversions[it.units]
  return {
    name: it.name,
    type: it.type,
    ...(it.dims === undefined ? {} : { dims: it.dims }),
    values: it.values,
    attributes: {
      CATDESC: it.about,
      FIELDNAM: it.field ?? it.name,
      VAR_TYPE: kind,
      UNITS: it.units,
      FORMAT: formats[it.type] ?? 'E13.5',
      FILLVAL: typed(it.type, fills[it.type]),
      VALIDMIN: typed(it.type, it.valid[0]),
      VALIDMAX: typed(it.type, it.valid[1]),
      SCALETYP: 'linear',
      SI_CONVERSION: si ?? ' > ',
      ...(it.label === undefined ? {} : { LABLAXIS: it.label }),
      ...(it.notes === undefined ? {} : { VAR_NOTES: it.notes }),
      ...attributes,
      ...it.more,
    },
  }
}

// Level 6 makes files of noisy numbers half a percent smaller and takes up to five times as long.
const GZIP = { type: 'gzip', level: 1 } as const

/** Data against time, a number or vector per record; vectors name their label variable in `more.LABL_PTR_1`. */
export const series = (it: Described): DatasetVariable => ({
  ...describe(it, 'data', { DEPEND_0: it.time ?? 'Epoch', DISPLAY_TYPE: 'time_series' }),
  compression: GZIP,
})

/** Data against time and a second axis: `axis` names the variable of the bins. */
export const spectrogram = (it: Described, axis: string): DatasetVariable => ({
  ...describe(it, 'data', { DEPEND_0: it.time ?? 'Epoch', DEPEND_1: axis, DISPLAY_TYPE: 'spectrogram', SCALETYP: 'log' }),
  compression: GZIP,
})

/** What helps to understand data, against time: flags, ranges, bins. */
export const support = (it: Described): DatasetVariable => ({
  ...describe(it, 'support_data', { DEPEND_0: it.time ?? 'Epoch' }),
  compression: GZIP,
})

/** Support that is the same for all records; `values` hold one record. */
export const constant = (it: Described): DatasetVariable => ({ ...describe(it, 'support_data', {}), recordVarying: false })

/** Labels of a vector's components or another list of words, the same for all records. */
export function labels(name: string, values: readonly string[], about: string): DatasetVariable {
  const elements = Math.max(1, ...values.map(value => value.length))
  return {
    name,
    type: 'CDF_CHAR',
    dims: [values.length],
    elements,
    recordVarying: false,
    values: [...values],
    attributes: { CATDESC: about, FIELDNAM: name, FORMAT: `A${elements}`, VAR_TYPE: 'metadata' },
  }
}

/** A TT2000 time axis, uncompressed as checkers want it. */
export function timeAxis(name: string, values: BigInt64Array, about: string, more: DatasetVariable['attributes'] = {}): DatasetVariable {
  return {
    name,
    type: 'CDF_TIME_TT2000',
    values,
    attributes: {
      CATDESC: about,
      FIELDNAM: name,
      VAR_TYPE: 'support_data',
      FORMAT: 'I22',
      UNITS: 'ns',
      LABLAXIS: name,
      FILLVAL: typed('CDF_TIME_TT2000', -(2n ** 63n)),
      // 1990-01-01 and 2100-01-01
      VALIDMIN: typed('CDF_TIME_TT2000', -315_575_942_816_000_000n),
      VALIDMAX: typed('CDF_TIME_TT2000', 3_155_716_869_184_000_000n),
      SCALETYP: 'linear',
      MONOTON: 'INCREASE',
      TIME_BASE: 'J2000',
      TIME_SCALE: 'Terrestrial Time',
      REFERENCE_POSITION: 'Rotating Earth Geoid',
      SI_CONVERSION: '1.0e-9>s',
      ...more,
    },
  }
}
