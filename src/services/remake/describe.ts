import type { CodeComparison, ComparedOutput, ComparedVariable } from './compare.ts'

/** A comparison as people read it: a sum, then what differs, per output and variable. */
export function describeComparison(c: CodeComparison): readonly string[] {
  const count = (result: ComparedOutput['result']): number => c.outputs.filter(o => o.result === result).length
  return [
    `${c.package} ${c.digest.slice(0, 12)}: ${c.runs.made} works made, ${c.runs.noData} without data, ${c.runs.failed} failed`,
    ...c.failures.map(f => `  failed: ${f}`),
    `outputs: ${count('bits')} equal to the bit, ${count('content')} equal in content, ${count('differs')} different, ${count('new')} without a published one`,
    ...c.outputs.filter(o => o.result === 'differs').flatMap(describeOutput),
  ]
}

const describeOutput = (o: ComparedOutput): readonly string[] => [
  '',
  `${o.name} beside ${o.base}`,
  ...(o.attributes.length === 0 ? [] : [`  attributes: ${o.attributes.join(', ')}`]),
  ...(o.variables.length === 0 ? [] : [row('variable', 'state', 'records', 'changed', 'only old', 'only new', 'median', 'largest')]),
  ...o.variables.map(describeVariable),
]

const describeVariable = (v: ComparedVariable): string =>
  row(
    v.name,
    v.state,
    String(v.compared),
    String(v.changedRecords),
    String(v.onlyBefore),
    String(v.onlyAfter),
    size(v.median),
    size(v.largest),
  )

const size = (n: number | null): string => (n === null ? '-' : n.toPrecision(3))

const row = (name: string, ...cells: readonly string[]): string => `  ${name.padEnd(34)} ${cells.map(c => c.padStart(9)).join(' ')}`
