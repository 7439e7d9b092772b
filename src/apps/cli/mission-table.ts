import { describeRule } from '#domain/partition'
import { consumersOf, datasetsOf, graphLevels, findProduct, makerOf } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import { glanceRows } from './mission-glance.ts'
import { processRows } from './process-table.ts'

/** So many products are read in one look. */
const fewProducts = 40

/**
 * What a sound mission contains, for a terminal: a heading, one line per product in the order in which they come to be, one per process. Of
 * many products a table by instrument, unless `all` of it is asked for.
 */
export function describeMission(mission: Mission, all = false): readonly string[] {
  const { products, processes } = mission
  const levels = graphLevels(mission)
  const heading = headingOf(mission, levels.length)
  if (!all && products.length > fewProducts)
    return [
      ...heading,
      ...alignTable(glanceRows(mission)),
      '',
      'Every product and process, with inputs, windows and rules: apsis mission check --all',
    ]
  const rows = levels.flatMap((ids, level) => ids.map(id => rowOf(mission, findProduct(mission, id), level)))
  return [
    ...heading,
    ...alignTable([['step', 'product', 'one per', 'format', 'made by', 'read by'], ...rows]),
    ...(processes.length === 0 ? [] : ['', ...legendOf(processRows(mission)), ...alignTable(processRows(mission))]),
  ]
}

function headingOf(mission: Mission, steps: number): readonly string[] {
  const { spacecraft, instruments, products, processes } = mission
  return [
    `${mission.id}: sound. ${mission.title}`,
    [
      `${spacecraft.length} spacecraft`,
      count(instruments.length, 'instrument'),
      `${count(products.length, 'product')} in ${count(datasetsOf(mission).length, 'dataset')}`,
      count(processes.length, 'process', 'processes'),
      `${count(steps, 'step')} from what arrives to what is made last`,
    ].join(', '),
    '',
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
