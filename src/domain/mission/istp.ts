import { isIstpRuleName } from '#formats/cdf'
import type { IstpRule, IstpRuleName, IstpSeverity } from '#formats/cdf'
import { readRecord } from './record.ts'
import { addFault, choiceOf, entriesOf, isTextSpot, textOf } from './sheet.ts'
import type { Spot } from './sheet.ts'
import { istpLevels } from './types.ts'
import type { IstpPolicy } from './types.ts'

/** What a mission that says nothing has. */
export const noIstp: IstpPolicy = { level: 'off', rules: [], severity: {} }

/** `istp: require`, or a map of `policy`, `rules` and `severity`; what it does not say it has from `base`, rules add up. */
export function readIstp(spot: Spot | undefined, what: string, base: IstpPolicy): IstpPolicy {
  if (spot === undefined) return base
  if (isTextSpot(spot)) return { ...base, level: choiceOf(spot, what, istpLevels) ?? base.level }
  const one = readRecord(spot, what, ['policy', 'rules', 'severity'])
  const severity = one.at('severity')
  return {
    level: one.choice('policy', istpLevels, base.level) ?? base.level,
    rules: [...base.rules, ...one.items('rules').flatMap(item => readRule(item) ?? [])],
    severity: { ...base.severity, ...(severity === undefined ? {} : readSeverity(severity, what)) },
  }
}

function readSeverity(spot: Spot, what: string): IstpPolicy['severity'] {
  const weights: Partial<Record<IstpRuleName, IstpSeverity | 'off'>> = {}
  for (const { key, keySpot, value } of entriesOf(spot, `severity of ${what}`)) {
    const weight = choiceOf(value, `the severity of ${key}`, ['error', 'warning', 'off'])
    if (!isIstpRuleName(key)) addFault(keySpot, `no check is called "${key}"`, 'apsis cdf check FILE names the checks, e.g. global/DOI')
    else if (weight !== undefined) weights[key] = weight
  }
  return weights
}

const ruleKeys = 'attribute on presence or var-types record-varying times one-of pattern max-length max-entries blank-allowed mend'.split(
  ' ',
)
const varTypes = ['data', 'support_data', 'metadata', 'ignore_data'] as const

/** One rule, in the words of {@link IstpRule} with hyphens. */
function readRule(spot: Spot): IstpRule | undefined {
  const what = 'the ISTP rule'
  const one = readRecord(spot, what, ruleKeys)
  const on = one.choice('on', ['file', 'variable'])
  const presence = one.choice('presence', ['required', 'recommended', 'optional'], 'required')
  if (on === undefined || presence === undefined) return undefined
  const given = <Key extends keyof IstpRule>(key: string, name: Key, value: () => IstpRule[Key]): Partial<IstpRule> =>
    one.at(key) === undefined ? {} : { [name]: value() }
  return {
    attribute: one.text('attribute'),
    on,
    presence,
    mend: one.text('mend'),
    ...given('or', 'or', () => one.texts('or')),
    ...given('var-types', 'varTypes', () => one.items('var-types').flatMap(item => choiceOf(item, `var-types of ${what}`, varTypes) ?? [])),
    ...given('record-varying', 'recordVarying', () => one.boolean('record-varying', true)),
    ...given('times', 'times', () => one.boolean('times', true)),
    ...given('one-of', 'oneOf', () => one.texts('one-of')),
    ...given('pattern', 'pattern', () => patternOf(one.at('pattern') ?? spot, what)),
    ...given('max-length', 'maxLength', () => one.integer('max-length', 1, 1)),
    ...given('max-entries', 'maxEntries', () => one.integer('max-entries', 1, 1)),
    ...given('blank-allowed', 'blankAllowed', () => one.boolean('blank-allowed', true)),
  }
}

function patternOf(spot: Spot, what: string): string {
  const text = textOf(spot, `pattern of ${what}`)
  try {
    return new RegExp(text, 'u').source
  } catch (error) {
    addFault(spot, `pattern of ${what} is no regular expression: ${error instanceof Error ? error.message : text}`)
    return ''
  }
}
