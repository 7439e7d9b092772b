import { describeRule } from '#domain/partition'
import { consumersOf, datasetsOf, graphLevels, findProduct, makerOf } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import { processRows } from './process-table.ts'

/** What a sound mission contains, for a terminal: a heading, one line per product in the order in which they come to be, one per process. */
export function describeMission(mission: Mission): readonly string[] {
  const { spacecraft, instruments, products, processes } = mission
  const levels = graphLevels(mission)
  const rows = levels.flatMap((ids, level) => ids.map(id => rowOf(mission, findProduct(mission, id), level)))
  return [
    `${mission.id}: sound. ${mission.title}`,
    [
      `${spacecraft.length} spacecraft`,
      count(instruments.length, 'instrument'),
      `${count(products.length, 'product')} in ${count(datasetsOf(mission).length, 'dataset')}`,
      count(processes.length, 'process', 'processes'),
      `${count(levels.length, 'step')} from what arrives to what is made last`,
    ].join(', '),
    '',
    ...alignTable([['step', 'product', 'one per', 'format', 'made by', 'read by'], ...rows]),
    ...(processes.length === 0 ? [] : ['', ...legendOf(processRows(mission)), ...alignTable(processRows(mission))]),
  ]
}

/** What the signs mean, where any is used. */
const legendOf = (rows: readonly (readonly string[])[]): readonly string[] =>
  rows.some(row => /[?!{|]/.test(`${row[2]} ${row[3]}`))
    ? ['a|b: best first, or one each   ?: may be absent   !: its change alone starts nothing   {a b}: a set, of each what is valid']
    : []

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

function rowOf(mission: Mission, product: Product, level: number): readonly string[] {
  const per = describeRule(product.partition)
  const readers = consumersOf(mission, product.id).map(process => process.id)
  const read = readers.length > 4 ? [...readers.slice(0, 3), `and ${readers.length - 3} more`] : readers
  return [String(level), product.id, per, product.format, makerOf(mission, product.id)?.id ?? '(arrives)', read.join(', ') || '-']
}

function alignTable(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
