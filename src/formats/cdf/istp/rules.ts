import type { IstpRule, VarType } from './model.ts'

// SPDF, "ISTP guidelines": global attributes and variable attributes. Instrument types and disciplines are closed lists.
const INSTRUMENT_TYPES = [
  'Activity Indices',
  'Electric Fields (space)',
  'Engineering',
  'Ephemeris/Attitude/Ancillary',
  'Ephemeris',
  'Ground-Based HF-Radars',
  'Ground-Based Imagers',
  'Ground-Based Magnetometers, Riometers, Sounders',
  'Ground-Based VLF/ELF/ULF, Photometers',
  'Housekeeping',
  'Imaging and Remote Sensing (ITM/Earth)',
  'Imaging and Remote Sensing (Magnetosphere/Earth)',
  'Imaging and Remote Sensing (Sun)',
  'Magnetic Fields (Balloon)',
  'Magnetic Fields (space)',
  'Particles (space)',
  'Plasma and Solar Wind',
  'Radio and Plasma Waves (space)',
]
const DISCIPLINE =
  '^(Solar Physics>Heliospheric Physics|Space Physics>(Interplanetary Studies|Magnetospheric Science|Ionospheric Science|Astrophysics Science))$'
const SHORT_AND_LONG = '^[^>]+>.+$'

const global = (attribute: string, presence: IstpRule['presence'], mend: string, more: Partial<IstpRule> = {}): IstpRule => ({
  attribute,
  on: 'file',
  presence,
  mend,
  ...more,
})

const globals: readonly IstpRule[] = [
  global('Data_type', 'required', 'give short and long name: "brst_l2>Level 2 Burst"', { pattern: SHORT_AND_LONG }),
  global('Data_version', 'required', 'give the version of the file as its name has it'),
  global('Descriptor', 'required', 'give short and long name of the instrument: "FGM>Fluxgate Magnetometer"', { pattern: SHORT_AND_LONG }),
  global('Instrument_type', 'required', 'choose from the list of the guide, at most five', { oneOf: INSTRUMENT_TYPES, maxEntries: 5 }),
  global('Logical_file_id', 'required', 'give the file name without its extension'),
  global('Logical_source', 'required', 'give source, descriptor and data type joined by underscores'),
  global('Logical_source_description', 'required', 'say in words what Logical_source abbreviates'),
  global('Mission_group', 'required', 'name the mission as CDAWeb lists it'),
  global('PI_affiliation', 'required', 'name the institution of the principal investigator'),
  global('PI_name', 'required', 'name the principal investigator'),
  global('Source_name', 'required', 'give short and long name of the spacecraft: "SC1>Spacecraft 1"', {
    pattern: SHORT_AND_LONG,
  }),
  global('TEXT', 'required', 'describe experiment and dataset, with a reference'),
  global('Project', 'required', 'give short and long name: "STP>Solar-Terrestrial Physics"', { pattern: SHORT_AND_LONG }),
  global('Discipline', 'required', 'give field and subfield of the guide: "Space Physics>Magnetospheric Science"', { pattern: DISCIPLINE }),
  global('Acknowledgement', 'recommended', 'say how to acknowledge use'),
  global('DOI', 'recommended', 'give the dataset identifier as https://doi.org/…', { pattern: '^https://doi\\.org/.+/.+' }),
  global('Generated_by', 'recommended', 'name who made the file'),
  global('Generation_date', 'recommended', 'give the day of making as yyyymmdd', { pattern: '^\\d{8}' }),
  global('HTTP_LINK', 'recommended', 'link to documents of the dataset', { maxEntries: 5, blankAllowed: true }),
  global('LINK_TITLE', 'recommended', 'title each HTTP_LINK', { maxEntries: 5, blankAllowed: true }),
  global('LINK_TEXT', 'recommended', 'introduce each HTTP_LINK', { maxEntries: 5, blankAllowed: true }),
  global('MODS', 'recommended', 'list the changes made to the dataset'),
  global('Rules_of_use', 'recommended', 'say what users may do'),
  global('spase_DatasetResourceID', 'recommended', 'give the SPASE identifier', { pattern: '^spase://' }),
  global('Time_resolution', 'recommended', 'give the time resolution in words'),
  global('File_naming_convention', 'recommended', 'give the pattern of the file name'),
]

const variable = (attribute: string, presence: IstpRule['presence'], mend: string, more: Partial<IstpRule> = {}): IstpRule => ({
  attribute,
  on: 'variable',
  presence,
  mend,
  ...more,
})

const VARYING: readonly VarType[] = ['data', 'support_data', 'metadata']
const MEASURED: readonly VarType[] = ['data', 'support_data']
const DISPLAY_TYPES = ['time_series', 'spectrogram', 'stack_plot', 'image', 'no_plot']

const variables: readonly IstpRule[] = [
  variable('VAR_TYPE', 'required', 'say what the variable is: data, support_data, metadata or ignore_data', {
    oneOf: ['data', 'support_data', 'metadata', 'ignore_data'],
  }),
  variable('CATDESC', 'required', 'describe the variable in a sentence', { maxLength: 120 }),
  variable('FIELDNAM', 'required', 'name the variable for a reader', { maxLength: 50 }),
  variable('FORMAT', 'required', 'give the Fortran format of a value, or FORM_PTR', { or: ['FORM_PTR'] }),
  // Of texts it is a blank.
  variable('FILLVAL', 'required', 'say which value means none', { varTypes: VARYING, recordVarying: true, blankAllowed: true }),
  variable('DEPEND_0', 'required', 'name the time variable', { varTypes: VARYING, recordVarying: true, times: false }),
  variable('DISPLAY_TYPE', 'required', 'say how to plot it', { varTypes: ['data'], oneOf: DISPLAY_TYPES }),
  variable('LABLAXIS', 'required', 'label the axis, or name a variable of labels in LABL_PTR_1', {
    varTypes: ['data'],
    or: ['LABL_PTR_1'],
    maxLength: 20,
  }),
  variable('UNITS', 'required', 'give the units, a blank for none, or UNIT_PTR', {
    varTypes: MEASURED,
    or: ['UNIT_PTR'],
    blankAllowed: true,
  }),
  variable('VALIDMIN', 'required', 'give the least valid value', { varTypes: MEASURED, recordVarying: true }),
  variable('VALIDMAX', 'required', 'give the greatest valid value', { varTypes: MEASURED, recordVarying: true }),
  variable('SCALETYP', 'recommended', 'say whether to plot linear or log', {
    varTypes: ['data'],
    or: ['SCAL_PTR'],
    oneOf: ['linear', 'log'],
  }),
  variable('VAR_NOTES', 'recommended', 'tell what a user must know', { varTypes: ['data'], blankAllowed: true }),
  variable('TIME_BASE', 'recommended', 'name the origin of the times: J2000', { times: true }),
  variable('TIME_SCALE', 'recommended', 'name the time scale: Terrestrial Time', { times: true }),
  variable('MONOTON', 'recommended', 'say INCREASE', { times: true, oneOf: ['INCREASE', 'DECREASE', 'FALSE'] }),
  // Keywords of the dictionary, from the general to the particular; archives write `magnetic_field>` and `label` alone, too.
  variable('DICT_KEY', 'optional', 'give keywords of the ISTP dictionary: "magnetic_field>vector_gse"', { pattern: '^\\w+(>[^>]*)*$' }),
  variable('SI_CONVERSION', 'optional', 'write factor and SI unit: "1.0e-9>T"', { pattern: '>' }),
  variable('BIN_LOCATION', 'optional', 'give the place of the time within its bin, 0 to 1', {
    pattern: '^(0(\\.\\d+)?|\\.\\d+|1(\\.0+)?)$',
  }),
  variable('AVG_TYPE', 'optional', 'choose a way of averaging of the guide', {
    oneOf: [
      'standard',
      'none',
      'angle_degrees',
      'angle_hours',
      'angle_radians',
      'log',
      'angle_amp',
      'angle_amp_degrees',
      'angle_amp_radians',
    ],
  }),
]

/** The rules of the ISTP guide about single attributes. What takes more than one is checked in code. */
export const istpRules: readonly IstpRule[] = [...globals, ...variables]
