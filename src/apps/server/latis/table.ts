import { fail } from '#error'

/** A column of a table. Times are UTC as text; what a unit says stands behind the name in CSV. */
export interface Column {
  readonly name: string
  readonly type: 'int' | 'real' | 'text' | 'time'
  readonly unit?: string
}

/** Values of a row as text, in the order of the columns; empty: none. */
export type Row = readonly string[]

export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** `NAME>=VALUE` of a constraint: the number that is compared (UTC milliseconds of a time), or a text that must be equal. */
export interface Condition {
  readonly column: Column
  readonly operator: string
  readonly value: number | string
}

/** A DAP-2 constraint: `a,b&c>=1&d<2`. */
export interface Constraint {
  readonly projection: readonly Column[]
  readonly conditions: readonly Condition[]
}

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '=': (a, b) => a === b,
}

/**
 * Reads a query as clients write it: operators raw or as `%3E%3D`, and `%3E=`; names in any case; a trailing `&`, a blank that was
 * written as `+`. Throws `burst/bad-question` for what is no constraint, or names no column.
 */
export function readConstraint(name: string, columns: readonly Column[], query: string): Constraint {
  const [projection = '', ...conditions] = decode(query).split('&')
  // Some clients send no projection and no `&` before the first condition.
  const first = /[<>=]/.test(projection) ? [projection] : []
  return {
    projection:
      projection === '' || first.length > 0
        ? columns
        : projection
            .split(',')
            .filter(one => one.trim() !== '')
            .map(one => columnOf(name, columns, one)),
    conditions: [...first, ...conditions].filter(one => one.trim() !== '').map(one => readCondition(name, columns, one)),
  }
}

function decode(query: string): string {
  try {
    return decodeURIComponent(query.replaceAll('+', '%20'))
  } catch {
    return fail('burst/bad-question', `"${query}" is no query: a percent sign begins two hexadecimal digits`)
  }
}

const columnOf = (name: string, columns: readonly Column[], asked: string): Column =>
  columns.find(column => column.name.toUpperCase() === asked.trim().toUpperCase()) ??
  fail('burst/bad-question', `the table ${name} has no column "${asked}"; it has ${columns.map(one => one.name).join(', ')}`)

function readCondition(name: string, columns: readonly Column[], text: string): Condition {
  const match = /^\s*(\w+)\s*(>=|<=|=|>|<)(.*)$/s.exec(text)
  if (match === null) return fail('burst/bad-question', `"${text}" is no constraint; write NAME>=VALUE`)
  const [, asked = '', operator = '', raw = ''] = match
  const column = columnOf(name, columns, asked)
  return { column, operator, value: valueOf(column, operator, raw.trim()) }
}

function valueOf(column: Column, operator: string, text: string): number | string {
  if (column.type === 'text') {
    if (operator !== '=') return fail('burst/bad-question', `${column.name} is text: it can be compared by = only`)
    return text.replace(/^"(.*)"$/, '$1')
  }
  const value = column.type === 'time' ? timeOf(text) : text === '' ? Number.NaN : Number(text)
  if (Number.isNaN(value)) fail('burst/bad-question', `"${text}" is no ${column.type === 'time' ? 'time' : 'number'}, as ${column.name} is`)
  return value
}

/** UTC milliseconds of `2020-02-15T08:21:01.000`, with a blank or `/` between too, of a day, or of `01-Mar-2015`; NaN of others. */
function timeOf(text: string): number {
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T /](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?Z?$/.exec(text)
  if (iso !== null) return Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}Z`)
  return /^\d{1,2}-[A-Za-z]{3}-\d{4}$/.test(text) ? Date.parse(`${text} UTC`) : Number.NaN
}

/** The smallest and the largest value of a column that the conditions let through; both inclusive. */
export function boundsOf({ conditions }: Constraint, name: string): { readonly low: number; readonly high: number } {
  let [low, high] = [-Infinity, Infinity]
  for (const { column, operator, value } of conditions) {
    if (column.name !== name || typeof value === 'string') continue
    if (operator !== '<' && operator !== '<=') low = Math.max(low, value)
    if (operator !== '>' && operator !== '>=') high = Math.min(high, value)
  }
  return { low, high }
}

/** Rows and columns that a constraint asks for. What is empty fits no comparison. */
export function selectTable({ name, columns, rows }: Table, { projection, conditions }: Constraint): Table {
  const tests = conditions.map(({ column, operator, value }) => {
    const at = columns.indexOf(column)
    if (typeof value === 'string') return (row: Row): boolean => row[at] === value
    const holds = operators[operator] ?? (() => false)
    return (row: Row): boolean => {
      const cell = row[at] ?? ''
      return cell !== '' && holds(column.type === 'time' ? timeOf(cell) : Number(cell), value)
    }
  })
  const at = projection.map(column => columns.indexOf(column))
  const kept = tests.length === 0 ? rows : rows.filter(row => tests.every(test => test(row)))
  return {
    name,
    columns: projection,
    rows: projection === columns ? kept : kept.map(row => at.map(i => row[i] ?? '')),
  }
}
