import type { Cdf, CdfEntry, CdfVariable } from '../model.ts'

export type IstpSeverity = 'error' | 'warning'

/** One thing that is not as the ISTP guide asks. */
export interface IstpFinding {
  readonly severity: IstpSeverity
  /** Stable word of the rule, e.g. `global/Project`, `fillval/value`: what a policy switches off. */
  readonly rule: string
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

export interface IstpOptions {
  /** Name of the file, for the checks against it. */
  readonly fileName?: string
  /** Rules beside the built-in ones; one for the same attribute and place replaces it. */
  readonly rules?: readonly IstpRule[]
  /** Severity by rule, or `off`: the policy of a product. */
  readonly severity?: Readonly<Record<string, IstpSeverity | 'off'>>
  /** Look at values too: times in order, values within VALIDMIN and VALIDMAX, NaN. Default true. */
  readonly values?: boolean
}

/** A file being checked. */
export interface Subject {
  readonly cdf: Cdf
  readonly options: IstpOptions
}

/** How a check reports. */
export type Report = (severity: IstpSeverity, rule: string, message: string, mend: string, attribute?: string | null) => void

/** Text of an entry without padding; numbers joined. */
export const entryText = (entry: CdfEntry | undefined): string =>
  entry === undefined ? '' : typeof entry.value === 'string' ? entry.value.replace(/[\s\0]+$/u, '') : entry.value.join(' ')

export const attributeText = (variable: CdfVariable, name: string): string => entryText(variable.attributes.get(name))

/** VAR_TYPE, or data where it is missing or unknown. */
export function varTypeOf(variable: CdfVariable): VarType {
  const text = attributeText(variable, 'VAR_TYPE').toLowerCase()
  return text === 'support_data' || text === 'metadata' || text === 'ignore_data' ? text : 'data'
}
