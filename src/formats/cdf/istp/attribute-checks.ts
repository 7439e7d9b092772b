import type { CdfVariable } from '../model.ts'
import { isTime } from '../types.ts'
import { entryText, varTypeOf, type IstpRule, type IstpRuleName, type Report, type Subject } from './model.ts'

/** Applies the rules about global attributes. */
export function checkGlobals(subject: Subject, rules: readonly IstpRule[], report: Report): void {
  for (const rule of rules) {
    if (rule.on !== 'file') continue
    const entries = subject.cdf.attributes.get(rule.attribute) ?? []
    checkTexts(rule, entries.map(entryText), `global attribute ${rule.attribute}`, `global/${rule.attribute}`, report)
    if (rule.maxEntries !== undefined && entries.length > rule.maxEntries)
      report(
        'warning',
        `global/${rule.attribute}`,
        `global attribute ${rule.attribute} has ${entries.length} entries; ${rule.maxEntries} are allowed`,
        rule.mend,
        rule.attribute,
      )
  }
}

/** Global entries without any bytes, which NASA's library refuses. */
export function checkEmptyGlobals(subject: Subject, report: Report): void {
  for (const [name, entries] of subject.cdf.attributes)
    for (const { entry, elements } of entries)
      if (elements === 0)
        report('error', 'entries/empty', `entry ${entry} of global attribute ${name} has no bytes at all`, 'write one blank', name)
}

/** Applies the rules about attributes of one variable. */
export function checkAttributes(variable: CdfVariable, rules: readonly IstpRule[], report: Report): void {
  for (const rule of rules) {
    if (rule.on !== 'variable' || !concerns(rule, variable)) continue
    const entry = variable.attributes.get(rule.attribute)
    const other = rule.or?.some(name => entryText(variable.attributes.get(name)) !== '')
    if (entry === undefined && other === true) continue
    checkTexts(
      rule,
      entry === undefined ? [] : [entryText(entry)],
      `${rule.attribute} of ${variable.name}`,
      `variable/${rule.attribute}`,
      report,
    )
  }
}

function concerns(rule: IstpRule, variable: CdfVariable): boolean {
  if (rule.varTypes !== undefined && !rule.varTypes.includes(varTypeOf(variable))) return false
  if (rule.recordVarying !== undefined && rule.recordVarying !== variable.recordVarying) return false
  return rule.times === undefined || rule.times === isTime(variable.type)
}

type RuleId = Extract<IstpRuleName, `${'global' | 'variable'}/${string}`>

function checkTexts(rule: IstpRule, texts: readonly string[], what: string, id: RuleId, report: Report): void {
  const given = rule.blankAllowed === true ? texts : texts.filter(text => text.trim() !== '')
  if (given.length === 0) {
    if (rule.presence === 'optional') return
    const state = texts.length === 0 ? 'is missing' : 'is empty'
    report(rule.presence === 'required' ? 'error' : 'warning', id, `${what} ${state}`, rule.mend, rule.attribute)
    return
  }
  for (const text of given) checkForm(rule, text, what, id, report)
}

function checkForm(rule: IstpRule, text: string, what: string, id: RuleId, report: Report): void {
  const tell = (problem: string): void => report('warning', `${id}/form`, `${what} ${problem}: "${text}"`, rule.mend, rule.attribute)
  if (rule.maxLength !== undefined && text.length > rule.maxLength) tell(`has ${text.length} characters; ${rule.maxLength} are allowed`)
  if (rule.oneOf !== undefined && !isOneOf(rule.oneOf, text)) tell('is none of the listed values')
  if (rule.pattern !== undefined && !new RegExp(rule.pattern, 'u').test(text)) tell('does not have the form asked for')
}

function isOneOf(list: readonly string[], text: string): boolean {
  const head = (text.split('>')[0] ?? '').trim().toLowerCase()
  return list.some(item => item.toLowerCase() === head || item.toLowerCase() === text.trim().toLowerCase())
}
