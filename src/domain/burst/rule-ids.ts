import { recordRules } from './record-edit.ts'
import { selectionRules } from './validate.ts'

/** Ids of all checks: what the tables of a mission can switch off. */
export const ruleIds: readonly string[] = [...selectionRules, ...recordRules].map(({ id }) => id)
