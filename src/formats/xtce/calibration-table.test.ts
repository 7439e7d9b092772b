import { definition, entry, kind, parameter } from '#test/xtce'
import { expect, test } from 'vitest'
import {
  applyCalibrations,
  collectProblems,
  compileXtce,
  decodePacket,
  describeDecodeProblem,
  parseXtce,
  readCalibrationTable,
} from './index.ts'

const head = 'index,packetName,mnemonic,convertAs,segNumber,lowValue,highValue,c0,c1,c2'
const parsed = parseXtce(definition('', parameter('A', 'U8') + parameter('B', 'U8'), kind('Kind', 7, entry('A') + entry('B'))))

test('polynomials, whole and by segment, calibrate one parameter and not the others of its type', () => {
  const rows = readCalibrationTable(
    `${head}\n0,K,a,SEGMENTED_POLY,1,0,9,1,2,0\n1,K,a,SEGMENTED_POLY,2,10,20,0,0,1\n2,OTHER,b,UNSEGMENTED_POLY,1,0,0,5,0,0`,
  )
  const applied = applyCalibrations(parsed, rows, row => (row.packet === 'K' ? row.parameter.toUpperCase() : undefined))
  const read = (A: number) => decodePacket(compileXtce(applied), Uint8Array.of(0, 7, 0xc0, 0, 0, 1, A, 3)).engineering
  expect([read(3)['A'], read(10)['A'], read(30)['A'], read(3)['B']]).toEqual([7, 100, 30, 3])
  const whole = applyCalibrations(parsed, readCalibrationTable(`${head}\n0,K,B,UNSEGMENTED_POLY,1,0,0,5,2,0`), row => row.parameter)
  expect(decodePacket(compileXtce(whole), Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 1, 3)).engineering).toMatchObject({ A: 1, B: 11 })
})

test.each([
  ['a,b\n1,2', 'has no convertAs in row 2'],
  [`${head}\n0,K,A,TABLE,1,0,0,1,1,1`, 'converts as TABLE in row 2'],
  [`${head}\n0,K,A,SEGMENTED_POLY,1,low,0,1,1,1`, '"low" for a number in row 2'],
])('a table %j is refused: %s', (csv, message) => {
  expect(() => readCalibrationTable(csv)).toThrow(message)
})

test('rows about nothing are refused', () => {
  const rows = readCalibrationTable(`${head}\n0,K,C,UNSEGMENTED_POLY,1,0,0,5,2,0`)
  expect(() => applyCalibrations(parsed, rows, row => row.parameter)).toThrow('about C, which the definition does not have')
  const texts = parseXtce(
    definition(
      '<BinaryParameterType name="T"><BinaryDataEncoding><SizeInBits><FixedValue>8</FixedValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>',
      parameter('C', 'T'),
      '',
    ),
  )
  expect(() => applyCalibrations(texts, rows, row => row.parameter)).toThrow('about C, which is no number')
})

test('problems are gathered once per kind, with a sentence each', () => {
  const collector = collectProblems()
  collector.add(4, { problem: 'spare', container: 'K', size: 16 })
  collector.add(5, { problem: 'spare', container: 'K', size: 3 })
  collector.add(6, { problem: 'short', container: 'K', parameter: 'P', need: 32, have: 4 })
  collector.add(7, { problem: 'bad-size', container: 'K', parameter: 'P', need: -8, have: 4 })
  collector.add(8, { problem: 'unknown-kind', container: 'Trunk' })
  expect(collector.groups().map(({ problem, first, packets }) => `${first} ${packets} ${describeDecodeProblem(problem)}`)).toEqual([
    '4 2 K: the definition says nothing about the last 2 octets',
    '6 1 K: P needs 4 octets, 4 bits are left',
    '7 1 K: the size of P comes out as -8 bits',
    '8 1 Trunk: no container of the definition fits',
  ])
})
