import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { everything, idlHeap, idlVariables } from '#test/save-values'
import {
  array,
  fieldOf,
  readSave,
  scalar,
  struct,
  toPlain,
  variableOf,
  writeSave,
  type IdlStruct,
  type IdlValue,
  type WriteOptions,
} from './index.ts'

const zlib = {
  inflateRaw: (bytes: Uint8Array, _: number, limit: number) =>
    new Uint8Array(inflateRawSync(bytes, { maxOutputLength: Math.max(1, limit) })),
  deflateRaw: (bytes: Uint8Array, level: number) => new Uint8Array(deflateRawSync(bytes, { level })),
}

describe('write, then read', () => {
  test.each([
    ['plain', {}],
    ['compressed by zlib', { compress: true, platform: zlib }],
    ['compressed without zlib', { compress: true }],
  ])('gives any variables and heap back: %s', (_, options: WriteOptions) => {
    fc.assert(
      fc.property(idlVariables, idlHeap, (variables, heap) => {
        const file = readSave(writeSave({ variables, heap }, options), { platform: options.platform ?? {} })
        expect([file.variables, file.heap, file.damage]).toEqual([variables, heap, []])
      }),
      { numRuns: 60 },
    )
  })

  test.each([{}, { compress: true, platform: zlib }])('gives every kind of record back: %o', options => {
    const file = readSave(writeSave(everything, options))
    const { records, compressed, damage, ...content } = file
    expect(content).toEqual(everything)
    expect([compressed, damage]).toEqual([options.compress === true, []])
    expect(records.map(record => record.title).join(' ')).toBe(
      'TIMESTAMP VERSION IDENTIFICATION NOTICE DESCRIPTION COMMON_VARIABLE HEAP_HEADER HEAP_DATA HEAP_DATA ' +
        'SYSTEM_VARIABLE SYSTEM_VARIABLE SYSTEM_VARIABLE VARIABLE VARIABLE COMPILED END_MARKER',
    )
  })

  test('text that is no UTF-8 is read as Latin-1, and kept', () => {
    const bytes = writeSave({ variables: [{ name: 'T', value: scalar('string', 'caf3') }] })
    bytes[bytes.lastIndexOf(0x33)] = 0xe9
    const file = readSave(bytes)
    expect(variableOf(file, 't')).toMatchObject({ values: ['café'] })
    expect(readSave(writeSave(file)).variables).toEqual(file.variables)
  })
})

describe('structures', () => {
  const points = struct({ id: array('long', [1, 2, 3], []), at: array('double', [1, 2, 3, 4, 5, 6], [2]) }, 'POINT', [3])
  const named = struct({ a: points, b: { ...points, dims: [3] } })

  test('fields of an array of structures hold the values of all', () => {
    expect(toPlain(points)).toEqual([
      { id: 1, at: [1, 2] },
      { id: 2, at: [3, 4] },
      { id: 3, at: [5, 6] },
    ])
    expect(fieldOf(points, 'ID')).toBe(points.fields[0]?.value)
  })

  test('a structure that is only named again is the one defined before', () => {
    const bytes = writeSave({ variables: [{ name: 'V', value: named }] })
    expect(readSave(predefineSecond(bytes, 'POINT')).variables).toEqual([{ name: 'V', value: named }])
  })

  test('a class of methods alone, as a parent and as an object in the heap', () => {
    const bare = { name: 'COLLECTION', parents: [] }
    const list: IdlStruct = {
      ...struct({ count: scalar('long', 0) }, 'LIST'),
      class: { name: 'LIST', parents: [{ name: 'COLLECTION', layout: { name: 'COLLECTION', tags: [], class: bare } }] },
    }
    const many: IdlStruct = { ...struct({}, 'COLLECTION', [1000]), class: bare }
    const heap = new Map<number, IdlValue>([
      [1, list],
      [2, many],
    ])
    const variables = [{ name: 'L', value: array('objref', [1, 2, 0]) }]
    const file = readSave(writeSave({ variables, heap }))
    expect([file.variables, file.heap]).toEqual([variables, heap])
    const most = writeSave({ variables: [{ name: 'M', value: { ...many, dims: [1001] } }] })
    expect(() => readSave(most)).toThrow(expect.objectContaining({ code: 'idlsave/too-large' }))
  })

  test('dimensions nest with the first one innermost', () => {
    const value = array('int', [0, 1, 2, 3, 4, 5], [2, 3])
    expect(toPlain(value)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ])
    expect(toPlain(array('complex', [1, 2], []))).toEqual([1, 2])
    expect(toPlain(array('objref', [5, 0]))).toEqual([{ heap: 5 }, null])
  })
})

/** Replaces the second definition of a named structure by a mere reference (PREDEF), as IDL writes it. */
function predefineSecond(bytes: Uint8Array, name: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  const head = '\0\0\0\t\0\0\0' + String.fromCharCode(name.length) + name
  const second = text.indexOf(head, text.indexOf(head) + 1)
  const flags = second + 8 + Math.ceil(name.length / 4) * 4
  // The second descriptor is the last thing before VARSTART.
  const end = text.indexOf('\0\0\0\x07\0\0\0\x01', flags)
  const out = Buffer.concat([bytes.subarray(0, flags), Buffer.of(0, 0, 0, 9), bytes.subarray(flags + 4, flags + 12), bytes.subarray(end)])
  const variable = text.lastIndexOf('\0\0\0\x02', text.indexOf('\0\0\0\x01V'))
  out.writeUInt32BE(out.readUInt32BE(variable + 4) - (bytes.length - out.length), variable + 4)
  return new Uint8Array(out)
}

/** Bytes from hexadecimal words, blanks and line ends between them. */
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/gu, ''), 'hex')
const word = (value: number): string => value.toString(16).padStart(8, '0')

// No file of ours is this large or old, so the bytes are made by hand as Markwardt and scipy describe them.
describe('rare forms', () => {
  const scalarLong = '00000001 58000000 00000003 00000000 00000007 0000002a'

  test('arrays described in 64 bits', () => {
    const wide = '00000001 58000000 00000003 00000014 00000012 00000000 00000004 00000000 0000000c 00000000 00000003'
    const dims = `00000001 00000000 00000000 00000000 00000003 ${'00000000 00000001'.repeat(7)} 00000007 00000001 00000002 00000003`
    const body = hex(wide + dims)
    const file = readSave(
      hex(`53520004 00000002 ${word(20 + body.length)} 00000000 00000000 ${body.toString('hex')} 00000006 ${word(0).repeat(3)}`),
    )
    expect(file.variables).toEqual([{ name: 'X', value: array('long', [1, 2, 3]) }])
  })

  test('the header of IDL 5.4 behind PROMOTE64: high word first, one word more', () => {
    const file = readSave(
      hex(
        `53520004 00000011 00000014 00000000 00000000 00000002 00000000 ${word(64)} 00000000 00000000 ${scalarLong} 00000006 ${word(0).repeat(4)}`,
      ),
    )
    expect(file.records.map(record => [record.title, record.size])).toEqual([
      ['PROMOTE64', 16],
      ['VARIABLE', 44],
      ['END_MARKER', 20],
    ])
    expect(file.variables).toEqual([{ name: 'X', value: scalar('long', 42) }])
  })

  test('bytes that IDL 8.0 counted wrongly within structures', () => {
    const bytes = Buffer.from(writeSave({ variables: [{ name: 'Y', value: struct({ x: array('byte', [55, 66]) }) }] }))
    bytes.writeInt32BE(0, bytes.indexOf(Buffer.of(55, 66)) - 4)
    expect(toPlain(variableOf(readSave(bytes), 'y'))).toEqual({ x: [55, 66] })
  })
})

describe('refusals', () => {
  test.each([
    ['too few values', { type: 'long', dims: [3], values: Int32Array.of(1) }, /X has 1 numbers or strings, its dimensions ask for 3/u],
    ['nine dimensions', array('byte', [1], [1, 1, 1, 1, 1, 1, 1, 1, 1]), /9 dimensions/u],
    ['an empty array', array('byte', [], [0]), /a dimension of 0/u],
    ['a structure without fields', struct({}), /has no fields/u],
    ['half a character', scalar('string', '\ud800'), /half a character/u],
    ['an undefined field', struct({ a: { type: 'undefined', dims: [] } }), /X\.A is undefined/u],
  ] as const)('%s cannot be written', (_, value, why) => {
    expect(() => writeSave({ variables: [{ name: 'X', value }] })).toThrow(why)
  })

  test('a name that is not there is answered with those that are', () => {
    expect(() => variableOf(everything, 'fomstr')).toThrow('there is no variable fomstr; there is FC, P')
  })
})
