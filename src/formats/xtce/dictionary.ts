import { fail } from '#error'
import { readCsv } from '#formats/csv'
import { parseFormula } from './formula.ts'
import type { Amount, Calibration, Container, Encoding, Entry, Parameter, ParameterType, Unsupported, XtceDefinition } from './model.ts'

/** One packet of a CSV dictionary: the kind's name, its APID and its table of fields. */
export interface DictionaryPacket {
  readonly name: string
  readonly apid: number
  readonly csv: string
}

interface Row {
  readonly name: string
  readonly letter: string
  /** Digits of a type like U4321: memory order, 1 the most significant byte. */
  readonly order: string
  readonly bits: number
  readonly shape: number | 'rest' | undefined
  readonly start: number | undefined
  readonly description: string
  readonly unit: string
  readonly formula: string
  readonly states: string
  readonly line: number
}

/** Names of columns in the styles there are, without case and blanks. */
const columnNames = {
  name: ['name', 'mnemonic'],
  type: ['datatype', 'type'],
  bits: ['bitlength', 'datasize'],
  offset: ['bitoffset'],
  startByte: ['startbyte'],
  startBit: ['startbit'],
  description: ['description', 'note'],
  unit: ['units', 'unit'],
  formula: ['conversionformula'],
  states: ['states'],
} as const

type ColumnName = keyof typeof columnNames

/** Kinds of data by the words of the styles, `fill` being unsigned bits that mean nothing. */
const letters: Readonly<Record<string, string>> = { uint: 'U', int: 'I', float: 'F', str: 'S', fill: 'U', u: 'U', i: 'I', f: 'F', s: 'S' }

function readRows(packet: DictionaryPacket): readonly Row[] {
  const [head = [], ...lines] = readCsv(packet.csv)
  const plain = head.map(name => name.toLowerCase().replaceAll(/[\s_]/g, ''))
  const index = (column: ColumnName): number => plain.findIndex(name => (columnNames[column] as readonly string[]).includes(name))
  for (const column of ['name', 'type', 'bits'] as const) {
    if (index(column) < 0)
      fail('xtce/invalid', `the dictionary of ${packet.name} has no column ${columnNames[column].join(' or ')}`, { packet: packet.name })
  }
  return lines.map((cells, i) => readRow(packet.name, i + 2, column => cells[index(column)] ?? ''))
}

function readRow(packet: string, line: number, cell: (column: ColumnName) => string): Row {
  const refuse = (what: string): never => fail('xtce/invalid', `the dictionary of ${packet}, row ${line}: ${what}`, { packet, line })
  const type = /^([a-z]+)(\d*)(?:\((\w+)\))?$/i.exec(cell('type')) ?? refuse(`"${cell('type')}" is no type`)
  const number = (text: string, column: string): number =>
    /^\d+$/.test(text) ? Number(text) : refuse(`${column} is "${text}", no whole number`)
  const [, word = '', order = '', size] = type
  const shape = size === undefined ? undefined : size === 'expand' ? 'rest' : number(size, 'the array size')
  const bitOffset = cell('offset') === '' ? undefined : number(cell('offset'), 'the bit offset')
  const start =
    cell('startByte') === ''
      ? bitOffset
      : number(cell('startByte'), 'the start byte') * 8 + number(cell('startBit') || '0', 'the start bit')
  return {
    name: cell('name') || refuse('a field has no name'),
    letter: letters[word.toLowerCase()] ?? refuse(`"${word}" is no kind of data`),
    order,
    bits: number(cell('bits'), 'the size'),
    shape,
    start,
    description: cell('description'),
    unit: cell('unit'),
    formula: cell('formula'),
    states: cell('states'),
    line,
  }
}

function byteOrderOf(row: Row, packet: string): 'big' | readonly number[] {
  // Digits tell an order only where they name each byte; U12 of 12 bits just means "two bytes long".
  if (row.order.length * 8 !== row.bits) return 'big'
  const digits = Array.from(row.order, Number)
  if (digits.every((digit, i) => digit === i + 1)) return 'big'
  if (!digits.every((_, i) => digits.includes(i + 1))) {
    fail('xtce/invalid', `the dictionary of ${packet}, row ${row.line}: ${row.order} is no order of ${digits.length} bytes`, {
      packet,
      line: row.line,
    })
  }
  return digits.map(digit => digits.length - digit)
}

/** Calibration of a formula; two or more bare numbers are the coefficients of a polynomial from the constant up. */
function calibrationOf(row: Row): Calibration {
  const text = row.formula
  if (text === '') return { contexts: [] }
  const numbers = text.split(/\s+/).map(Number)
  if (numbers.length > 1 && numbers.every(value => Number.isFinite(value)))
    return { default: { kind: 'polynomial', coefficients: numbers }, contexts: [] }
  parseFormula(text)
  return { default: { kind: 'formula', text }, contexts: [] }
}

function encodingOf(row: Row, packet: string): Encoding {
  const { letter, bits } = row
  const base = { bits, byteOrder: byteOrderOf(row, packet), bitsReversed: false, calibration: calibrationOf(row) }
  if (letter === 'S') return { kind: 'string', charset: 'utf-8', box: { kind: 'fixed', value: bits } }
  if (letter === 'F') {
    if (bits !== 32 && bits !== 64)
      fail('xtce/invalid', `the dictionary of ${packet}, row ${row.line}: no float has ${bits} bits`, { packet, line: row.line })
    return { kind: 'float', coding: 'IEEE754', ...base }
  }
  if (bits > 64) return { kind: 'binary', size: { kind: 'fixed', value: bits } }
  return { kind: 'integer', coding: letter === 'I' ? 'twosComplement' : 'unsigned', ...base }
}

function typeOf(row: Row, packet: string, name: string): ParameterType {
  const encoding = encodingOf(row, packet)
  const base = { name, ...(row.description === '' ? {} : { description: row.description }), ...(row.unit === '' ? {} : { unit: row.unit }) }
  if (encoding.kind === 'binary') return { ...base, kind: 'binary', encoding }
  if (encoding.kind === 'string') return { ...base, kind: 'string', encoding }
  const whole = encoding.kind === 'integer' && encoding.calibration.default === undefined
  return whole ? { ...base, kind: 'integer', signed: row.letter === 'I', encoding } : { ...base, kind: 'float', encoding }
}

const header = [
  ['VERSION', 3],
  ['TYPE', 1],
  ['SEC_HDR_FLG', 1],
  ['PKT_APID', 11],
  ['SEQ_FLGS', 2],
  ['SRC_SEQ_CTR', 14],
  ['PKT_LEN', 16],
] as const

const headerBits = 48

/** Elements of an array that takes what is left of the packet, `after` bits standing behind it. */
const restOf = (row: Row, before: number, after: number): Amount => ({
  kind: 'dynamic',
  ref: { parameter: 'PKT_LEN', path: [], calibrated: false },
  slope: 8 / row.bits,
  intercept: (8 - (before - headerBits) - after) / row.bits,
})

interface Parts {
  readonly types: Map<string, ParameterType>
  readonly parameters: Map<string, Parameter>
  readonly containers: Map<string, Container>
  readonly unsupported: Unsupported[]
}

function addHeader(parts: Parts): void {
  for (const [name, bits] of header) {
    const encoding: Encoding = {
      kind: 'integer',
      bits,
      coding: 'unsigned',
      byteOrder: 'big',
      bitsReversed: false,
      calibration: { contexts: [] },
    }
    parts.types.set(name, { kind: 'integer', signed: false, name, encoding })
    parts.parameters.set(name, { name, type: name, aliases: [] })
  }
  const entries = header.map(([ref]) => ({ kind: 'parameter', ref }) as const)
  parts.containers.set('CCSDSPacket', { name: 'CCSDSPacket', abstract: true, entries })
}

function addPacket(parts: Parts, packet: DictionaryPacket): void {
  const rows = readRows(packet).filter(row => row.start === undefined || row.start >= headerBits)
  const total = (list: readonly Row[]): number =>
    list.reduce((sum, row) => sum + row.bits * (typeof row.shape === 'number' ? row.shape : row.shape === 'rest' ? 0 : 1), 0)
  const entries: Entry[] = []
  for (const [i, row] of rows.entries()) {
    const key = `${packet.name}.${row.name}`
    if (parts.parameters.has(key))
      fail('xtce/invalid', `the dictionary of ${packet.name}, row ${row.line}: ${row.name} is there twice`, {
        packet: packet.name,
        line: row.line,
      })
    const type = typeOf(row, packet.name, key)
    if (row.states !== '')
      parts.unsupported.push({ construct: `states ${row.states} without a table (numbers are given)`, where: key, line: row.line })
    if (row.shape === undefined) parts.types.set(key, type)
    else {
      const dimension: Amount =
        row.shape === 'rest'
          ? restOf(row, headerBits + total(rows.slice(0, i)), total(rows.slice(i + 1)))
          : { kind: 'fixed', value: row.shape }
      parts.types.set(`${key}[]`, type)
      parts.types.set(key, {
        kind: 'array',
        name: key,
        element: `${key}[]`,
        dimensions: [dimension],
        ...(type.description === undefined ? {} : { description: type.description }),
      })
    }
    parts.parameters.set(key, { name: key, type: key, aliases: [], ...(row.description === '' ? {} : { description: row.description }) })
    const location =
      row.start === undefined ? {} : { location: { from: 'containerStart', bits: { kind: 'fixed', value: row.start } } as const }
    entries.push({ kind: 'parameter', ref: key, ...location })
  }
  const criteria = {
    kind: 'value',
    ref: { parameter: 'PKT_APID', path: [], calibrated: false },
    operator: '==',
    value: String(packet.apid),
  } as const
  parts.containers.set(packet.name, { name: packet.name, abstract: false, entries, base: { container: 'CCSDSPacket', criteria } })
}

/**
 * A definition from CSV tables of fields, one per kind of packet. Two styles are read, by their column names: fields one behind
 * the other after the primary header (name, data_type, bit_length; `uint(34)` for arrays, `uint(expand)` for what is left), and
 * fields at start byte and start bit (Mnemonic, Type, Data Size, ...; U4321 names a byte order, a formula or coefficients
 * calibrate). Parameters are called packet.field. Throws `xtce/invalid`, `csv/malformed` with the row.
 */
export function parseDictionary(name: string, packets: readonly DictionaryPacket[]): XtceDefinition {
  const parts: Parts = { types: new Map(), parameters: new Map(), containers: new Map(), unsupported: [] }
  addHeader(parts)
  for (const packet of packets) addPacket(parts, packet)
  return { name, ...parts }
}
