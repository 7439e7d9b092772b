import type { Column, Row, Table } from './table.ts'

/** A form of a table: its type, and how it is written. */
export interface Form {
  readonly type: string
  readonly print: (table: Table) => string
}

// A line break inside of a cell would be a second line to readers that work line by line.
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ')

const quote = (text: string): string => {
  const line = oneLine(text)
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line
}

/** One header line with units, quoted (RFC 4180) only where needed, no blank line, a newline at the end. */
function printCsv({ columns, rows }: Table): string {
  const head = columns.map(({ name, unit }) => (unit === undefined ? name : `${name} (${unit})`))
  return [head, ...rows].map(row => `${row.map(quote).join(',')}\n`).join('')
}

const plain = (column: Column | undefined, text: string): string | number | null =>
  text === '' ? (column?.type === 'text' ? '' : null) : column?.type === 'int' || column?.type === 'real' ? Number(text) : text

const valuesOf = ({ columns, rows }: Table): (string | number | null)[][] => rows.map(row => row.map((cell, i) => plain(columns[i], cell)))

/** `{ "NAME": [{ "COLUMN": value, … }, …] }` */
const printJson = (table: Table): string =>
  `${JSON.stringify({ [table.name]: valuesOf(table).map(row => Object.fromEntries(row.map((cell, i) => [table.columns[i]?.name ?? '', cell]))) })}\n`

/** The same with what is known of the columns, and the rows as lists. */
const printJsonData = (table: Table): string =>
  `${JSON.stringify({
    [table.name]: {
      metadata: Object.fromEntries(
        table.columns.map(({ name, unit, type }) => [name, { type, ...(unit === undefined ? {} : { units: unit }) }]),
      ),
      parameters: table.columns.map(({ name }) => name),
      data: valuesOf(table),
    },
  })}\n`

const dapTypes: Readonly<Record<Column['type'], string>> = { int: 'Int32', real: 'Float64', text: 'String', time: 'String' }

/** DAP 2.0 §7.2.3: the structure of the table. */
const printStructure = ({ name, columns }: Table): string =>
  `Dataset {\n  Sequence {\n${columns.map(column => `    ${dapTypes[column.type]} ${column.name};\n`).join('')}  } samples;\n} ${name};\n`

/** DAP 2.0 §7.2.4: what is said about each column. */
const printAttributes = ({ columns }: Table): string =>
  `Attributes {\n${columns
    .map(({ name, unit, type }) => {
      const units = unit ?? (type === 'time' ? "yyyy-MM-dd'T'HH:mm:ss UTC" : undefined)
      return `  ${name} {\n${units === undefined ? '' : `    String units "${units}";\n`}  }\n`
    })
    .join('')}}\n`

/** Cells between tabs, no header. */
const printText = ({ rows }: Table): string =>
  rows.map((row: Row) => `${row.map(cell => oneLine(cell).replaceAll('\t', ' ')).join('\t')}\n`).join('')

/** By the suffix of the table's name. */
export const forms: Readonly<Record<string, Form>> = {
  csv: { type: 'text/csv; charset=utf-8', print: printCsv },
  txt: { type: 'text/plain; charset=utf-8', print: printText },
  tab: { type: 'text/tab-separated-values; charset=utf-8', print: printText },
  json: { type: 'application/json', print: printJson },
  jsond: { type: 'application/json', print: printJsonData },
  dds: { type: 'text/plain; charset=utf-8', print: printStructure },
  das: { type: 'text/plain; charset=utf-8', print: printAttributes },
}
