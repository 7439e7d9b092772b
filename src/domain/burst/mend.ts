import { applyEdit, type Edit } from './edit.ts'
import type { Finding, WindowFacts } from './rule.ts'
import type { BurstTables } from './tables.ts'
import type { Selection } from './types.ts'
import { findingKey, validateSelection, type Verdict } from './validate.ts'

/** A selection after mends, with the edits that made it so. */
export interface Mended {
  readonly selection: Selection
  readonly applied: readonly { readonly key: string; readonly label: string; readonly edit: Edit }[]
  /** What validation says of the mended selection. */
  readonly verdict: Verdict
}

/** Mends of one turn bring no others without end, but a broken file may need one for every segment and rule. */
const mostMends = 10_000

/** Applies the mends of the findings that are wanted, one after the other, until none is left. */
export function mendSelection(
  tables: BurstTables,
  facts: WindowFacts,
  selection: Selection,
  isWanted: (finding: Finding) => boolean,
): Mended {
  const applied: { readonly key: string; readonly label: string; readonly edit: Edit }[] = []
  let now = selection
  for (;;) {
    const verdict = validateSelection(tables, facts, now)
    const finding = verdict.findings.find(isWanted)
    if (finding === undefined || applied.length === mostMends) return { selection: now, applied, verdict }
    const { label, edit } = finding.mend
    now = applyEdit(now, edit).selection
    applied.push({ key: findingKey(finding), label, edit })
  }
}
