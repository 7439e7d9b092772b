import { isSound, type Context, type Finding, type FindingClass, type Rule, type WindowFacts } from './rule.ts'
import { closeRules } from './rules-close.ts'
import { contentRules, presentRules } from './rules-segment.ts'
import { windowRules } from './rules-window.ts'
import { inForce, type BurstTables } from './tables.ts'
import type { Selection } from './types.ts'

const rules: readonly Rule[] = [...presentRules, ...closeRules, ...contentRules, ...windowRules]

/** Every check of a selection: its id, class and what it is about, in the order in which findings are listed. */
export const selectionRules: readonly Pick<Rule, 'id' | 'class' | 'title'>[] = rules.map(({ id, class: kind, title }) => ({
  id,
  class: kind,
  title,
}))

export interface Verdict {
  readonly findings: readonly Finding[]
  /** Checks that were not made, and why: switched off, or something is not known. */
  readonly unchecked: readonly { readonly rule: string; readonly why: string }[]
  /** The gravest class among the findings. */
  readonly worst: FindingClass | 'none'
}

/** Checks a selection against everything that is known of its window. The same in the browser and on the server. */
export function validateSelection(tables: BurstTables, facts: WindowFacts, selection: Selection): Verdict {
  const limits = inForce(tables.validation, facts.madeAt)
  const sound = selection.segments.filter(segment => isSound(selection, segment))
  const context: Context = { tables, limits, facts, selection, sound, names: new Map(), united: new Map() }
  const findings: Finding[] = []
  const unchecked: { readonly rule: string; readonly why: string }[] = []
  for (const rule of rules) {
    const found = limits.off.includes(rule.id) ? 'the mission has switched it off' : rule.check(context)
    if (typeof found === 'string') unchecked.push({ rule: rule.id, why: found })
    else for (const { segments, sentence, mend } of found) findings.push({ rule: rule.id, class: rule.class, segments, sentence, mend })
  }
  return { findings, unchecked, worst: worstOf(findings) }
}

const gravity: readonly FindingClass[] = ['error', 'orange', 'yellow']

const worstOf = (findings: readonly Pick<Finding, 'class'>[]): FindingClass | 'none' =>
  gravity.find(kind => findings.some(finding => finding.class === kind)) ?? 'none'

/** Names a finding in justifications and approvals: rule and segments, e.g. `Y1:3`. */
export const findingKey = ({ rule, segments }: Pick<Finding, 'rule' | 'segments'>): string =>
  segments.length === 0 ? rule : `${rule}:${segments.join(',')}`
