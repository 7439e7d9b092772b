import { SdcError } from '#error'
import { encodeCdf } from '../encode/encode.ts'
import type { Cdf, CdfVariable, Dataset } from '../model.ts'
import { openCdfSync } from '../open.ts'
import { checkAttributes, checkEmptyGlobals, checkGlobals } from './attribute-checks.ts'
import { checkFile } from './file-checks.ts'
import type { IstpFinding, IstpOptions, IstpRule, Report, Subject } from './model.ts'
import { istpRules } from './rules.ts'
import { checkNamedStart } from './time-checks.ts'
import { checkValues, watchValues } from './value-checks.ts'
import { checkVariable } from './variable-checks.ts'

/**
 * Holds a file or a dataset against the ISTP guide. Findings come in file order, errors and warnings mixed. Never throws
 * for what is in the file: unreadable values and datasets that cannot be written are findings too.
 */
export async function checkIstp(given: Cdf | Dataset, options: IstpOptions = {}): Promise<readonly IstpFinding[]> {
  const findings: IstpFinding[] = []
  const reporter = reportTo(findings, options)
  const cdf = 'header' in given ? given : openDataset(given, reporter(null))
  if (cdf === undefined) return findings
  const subject: Subject = { cdf, options }
  const rules = mergeRules(options.rules ?? [])
  for (const { where, message } of cdf.damage) reporter(null)('error', 'file/damaged', `${where}: ${message}`, 'make the file anew')
  guard(reporter(null), () => checkGlobals(subject, rules, reporter(null)))
  guard(reporter(null), () => checkEmptyGlobals(subject, reporter(null)))
  guard(reporter(null), () => checkFile(subject, reporter(null)))
  // Times that cannot be read are found among the values.
  await checkNamedStart(subject, reporter(null)).catch(() => undefined)
  for (const variable of cdf.variables.values()) await checkOne(subject, variable, rules, reporter(variable.name))
  return findings
}

/** The checks of `values` alone, for values that were read already: `bytes` as `readBytes` gives them. */
export function checkIstpValues(variable: CdfVariable, bytes: Uint8Array, options: IstpOptions = {}): readonly IstpFinding[] {
  const watch = watchIstpValues(variable, options)
  watch.add(bytes)
  return watch.findings()
}

/** The checks of `values` alone, of values that are read for another purpose: they are shown in order, some records at a time. */
export interface IstpValueWatch {
  /** Whole records, as `readBytes` gives them. */
  readonly add: (bytes: Uint8Array) => void
  readonly findings: () => readonly IstpFinding[]
}

export function watchIstpValues(variable: CdfVariable, options: IstpOptions = {}): IstpValueWatch {
  const findings: IstpFinding[] = []
  const { add, end } = watchValues(variable, reportTo(findings, options)(variable.name))
  return {
    add,
    findings: () => {
      end()
      return findings
    },
  }
}

const reportTo =
  (findings: IstpFinding[], options: IstpOptions) =>
  (variable: string | null): Report =>
  (severity, rule, message, mend, attribute = null) => {
    const wanted = options.severity?.[rule] ?? severity
    if (wanted !== 'off') findings.push({ severity: wanted, rule, variable, attribute, message, mend })
  }

async function checkOne(subject: Subject, variable: CdfVariable, rules: readonly IstpRule[], report: Report): Promise<void> {
  guard(report, () => checkAttributes(variable, rules, report))
  guard(report, () => checkVariable(subject, variable, report))
  if (subject.options.values === false) return
  try {
    await checkValues(variable, report)
  } catch (error) {
    report('error', 'values/unreadable', `${variable.name} cannot be read: ${messageOf(error)}`, 'make the file anew')
  }
}

function openDataset(dataset: Dataset, report: Report): Cdf | undefined {
  try {
    return openCdfSync(encodeCdf(dataset))
  } catch (error) {
    report('error', 'file/not-writable', `the dataset cannot be written: ${messageOf(error)}`, 'mend the dataset')
    return undefined
  }
}

function guard(report: Report, check: () => void): void {
  try {
    check()
  } catch (error) {
    report('error', 'check/failed', `a check could not be made: ${messageOf(error)}`, 'report this file')
  }
}

const messageOf = (error: unknown): string => (error instanceof SdcError || error instanceof Error ? error.message : String(error))

/** The built-in rules with those of a mission, which replace the ones for the same attribute and place. */
function mergeRules(own: readonly IstpRule[]): readonly IstpRule[] {
  const replaced = new Set(own.map(rule => `${rule.on} ${rule.attribute}`))
  return [...istpRules.filter(rule => !replaced.has(`${rule.on} ${rule.attribute}`)), ...own]
}
