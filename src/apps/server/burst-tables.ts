import type { FastifyInstance } from 'fastify'
import { printStatusTable, statusColumns, type SegmentRecord } from '#domain/burst'
import { fail } from '#error'
import { listSegments } from '#services/burst'
import { checkBasic, hasRole } from '#services/people'
import { burstTables } from './api/burst.ts'
import type { ServerParts } from './parts.ts'

/**
 * The segment status table in the form that clients of the field read: `/{mission}/sdc/public/service/latis/…` and
 * `/{mission}/sdc/sitl/latis/dap/…`, a DAP-2 constraint as query: projection first, then `&NAME<VALUE`.
 */
export function addBurstTables(app: FastifyInstance, parts: ServerParts): void {
  const answer = async (mission: string, dataset: string, query: string): Promise<string> => {
    if (dataset !== `${mission}_burst_data_segment`)
      return fail('access/no-such-file', `there is no table ${dataset} here; there is ${mission}_burst_data_segment.csv`)
    const { spacecraft } = await burstTables(parts, mission)
    return selectTable(await listSegments(parts.db, mission, { limit: 100_000 }), spacecraft.length, query)
  }
  const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')
  app.get('/:mission/sdc/public/service/latis/:table.csv', async (request, reply) => {
    const { mission, table } = request.params as { readonly mission: string; readonly table: string }
    return reply.type('text/csv').send(await answer(mission, table, queryOf(request.raw.url ?? '')))
  })
  app.get('/:mission/sdc/sitl/latis/dap/:table', async (request, reply) => {
    const actor = await checkBasic(parts.db, request.headers.authorization, parts.clock())
    if (actor === undefined) return fail('access/sign-in', 'this needs a name and a password: the name and secret of a token')
    if (!hasRole(actor, 'team')) return fail('access/no-right', `${actor.name} has the role ${actor.role}; this needs the role team`)
    const { mission, table } = request.params as { readonly mission: string; readonly table: string }
    // The login check of one client.
    if (table === 'properties.txt') return reply.type('text/plain').send('version: 1\n')
    return reply.type('text/csv').send(await answer(mission, table.replace(/\.csv$/, ''), queryOf(request.raw.url ?? '')))
  })
}

type Test = (record: Readonly<Record<string, string>>) => boolean

/** Rows and columns that a constraint asks for. Throws `burst/bad-question` for what is none. */
export function selectTable(records: readonly SegmentRecord[], spacecraft: number, query: string): string {
  const columns = statusColumns(spacecraft)
  const [projection = '', ...constraints] = decodeURIComponent(query.replaceAll('+', '%20')).split('&')
  const wanted = projection === '' ? columns : projection.split(',').map(name => columnOf(columns, name))
  const tests = constraints.filter(one => one !== '').map(one => testOf(columns, one))
  // Values are compared as the table writes them.
  const kept = records.filter(record => {
    if (tests.length === 0) return true
    const cells = cellsOf(record, columns)
    return tests.every(test => test(cells))
  })
  const table = printStatusTable(kept, spacecraft)
  if (wanted.length === columns.length) return table
  return project(
    table,
    wanted.map(name => columns.indexOf(name)),
  )
}

const columnOf = (columns: readonly string[], name: string): string =>
  columns.find(column => column === name.trim().toUpperCase()) ??
  fail('burst/bad-question', `the table has no column "${name}"; it has ${columns.join(', ')}`)

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '=': (a, b) => a === b,
}

function testOf(columns: readonly string[], text: string): Test {
  const match = /^(\w+)(>=|<=|=|>|<)(.*)$/.exec(text)
  const holds = operators[match?.[2] ?? '']
  if (match === null || holds === undefined) return fail('burst/bad-question', `"${text}" is no constraint; write NAME>=VALUE`)
  const column = columnOf(columns, match[1] ?? '')
  const value = match[3] ?? ''
  if (column.endsWith('TIME') && !column.startsWith('TAI')) {
    const wanted = Date.parse(`${value}${/\d:\d/.test(value) ? 'Z' : ' UTC'}`)
    if (Number.isNaN(wanted)) return fail('burst/bad-question', `"${value}" is no time`)
    return cells => cells[column] !== '' && holds(Date.parse(`${(cells[column] ?? '').replace(' ', 'T')}Z`), wanted)
  }
  if (Number.isFinite(Number(value)) && value !== '') return cells => holds(Number(cells[column]), Number(value))
  return cells => match[2] === '=' && cells[column] === value
}

function cellsOf(record: SegmentRecord, columns: readonly string[]): Readonly<Record<string, string>> {
  const line = printStatusTable([record], record.craft.length).split('\n')[1] ?? ''
  const cells = splitCells(line)
  return Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? '']))
}

/** Chosen columns of a table as CSV. */
const project = (table: string, at: readonly number[]): string =>
  table
    .split('\n')
    .map(line => (line === '' ? '' : at.map(i => splitCells(line, true)[i] ?? '').join(',')))
    .join('\n')

/** Cells of a line that we wrote; raw keeps the quotes. */
function splitCells(line: string, raw = false): readonly string[] {
  return [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = '']) =>
    raw || !cell.startsWith('"') ? cell : cell.slice(1, -1).replaceAll('""', '"'),
  )
}
