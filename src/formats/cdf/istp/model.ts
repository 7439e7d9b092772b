import type { Cdf, CdfEntry, CdfVariable } from '../model.ts'

export type IstpSeverity = 'error' | 'warning'

/** The checks that are code, not data. Beside them stand the rules about attributes, `global/NAME` and `variable/NAME`. */
export const istpChecks = [
  'check/failed',
  'delta/size',
  'delta/type',
  'delta/units',
  'depend/labels',
  'depend/missing',
  'depend/records',
  'depend/size',
  'depend/time',
  'display/depend',
  'display/dimensions',
  'entries/empty',
  'epoch/compressed',
  'epoch/fill',
  'epoch/first',
  'epoch/missing',
  'epoch/order',
  'epoch/type',
  'file/damaged',
  'file/not-writable',
  'file/quality-flag',
  'file/rvariables',
  'fillval/type',
  'fillval/value',
  'format/type',
  'format/width',
  'global/links',
  'identity/data-version',
  'identity/file-name',
  'identity/logical-file-id',
  'identity/logical-source',
  'identity/start',
  'limits/order',
  'limits/scale',
  'limits/size',
  'limits/type',
  'names/case',
  'names/form',
  'pointer/missing',
  'values/nan',
  'values/range',
  'values/unreadable',
  'virtual/dangling',
] as const

export type IstpRuleName = (typeof istpChecks)[number] | `global/${string}` | `variable/${string}`

/** Whether a rule of this name can be found against: what a policy's words are held to. */
export const isIstpRuleName = (name: string): name is IstpRuleName =>
  /^(global|variable)\/[A-Za-z]\w*(\/form)?$/u.test(name) || istpChecks.some(check => check === name)

/** One thing that is not as the ISTP guide asks. */
export interface IstpFinding {
  readonly severity: IstpSeverity
  /** Stable word of the rule, e.g. `global/Project`, `fillval/value`: what a policy switches off. */
  readonly rule: IstpRuleName
  /** Variable concerned; null for the file. */
  readonly variable: string | null
  readonly attribute: string | null
  /** What is wrong, with the values. */
  readonly message: string
  /** What to do about it. */
  readonly mend: string
}

export type VarType = 'data' | 'support_data' | 'metadata' | 'ignore_data'

/** A rule about one attribute, as data: a mission adds its own in the same form. */
export interface IstpRule {
  readonly attribute: string
  readonly on: 'file' | 'variable'
  /** `required` is an error when absent, `recommended` a warning, `optional` is looked at only when present. */
  readonly presence: 'required' | 'recommended' | 'optional'
  /** Attributes of which one does as well. */
  readonly or?: readonly string[]
  /** Variables it concerns; all by default. */
  readonly varTypes?: readonly VarType[]
  readonly recordVarying?: boolean
  readonly times?: boolean
  /** Text must be one of these, before a `>`. */
  readonly oneOf?: readonly string[]
  /** Text must match this regular expression. */
  readonly pattern?: string
  readonly maxLength?: number
  readonly maxEntries?: number
  /** A blank value counts as there. Default false. */
  readonly blankAllowed?: boolean
  readonly mend: string
}

/** Severity by name of the rule. */
export type IstpSeverities = Readonly<Partial<Record<IstpRuleName, IstpSeverity | 'off'>>>

export interface IstpOptions {
  /** Name of the file, for the checks against it. */
  readonly fileName?: string
  /** Rules beside the built-in ones; one for the same attribute and place replaces it. */
  readonly rules?: readonly IstpRule[]
  /** Severity by rule, or `off`. */
  readonly severity?: IstpSeverities
  /** Look at values too: times in order, values within VALIDMIN and VALIDMAX, NaN. Default true. */
  readonly values?: boolean
}

/** A file being checked. */
export interface Subject {
  readonly cdf: Cdf
  readonly options: IstpOptions
}

/** How a check reports. */
export type Report = (severity: IstpSeverity, rule: IstpRuleName, message: string, mend: string, attribute?: string | null) => void

/** Text of an entry without padding; numbers joined. */
export const entryText = (entry: CdfEntry | undefined): string =>
  entry === undefined ? '' : typeof entry.value === 'string' ? entry.value.replace(/[\s\0]+$/u, '') : entry.value.join(' ')

export const attributeText = (variable: CdfVariable, name: string): string => entryText(variable.attributes.get(name))

/** VAR_TYPE, or data where it is missing or unknown. */
export function varTypeOf(variable: CdfVariable): VarType {
  const text = attributeText(variable, 'VAR_TYPE').toLowerCase()
  return text === 'support_data' || text === 'metadata' || text === 'ignore_data' ? text : 'data'
}
