import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, formatVersion, parseVersion, versionPattern } from './index.ts'
import type { VersionScheme } from './index.ts'

const xyz: VersionScheme = { id: 'xyz', parts: ['interface', 'quality', 'revision'], written: '{interface}.{quality}.{revision}' }
const nn: VersionScheme = { id: 'nn', parts: ['revision'], written: '{revision:2}' }
const imap: VersionScheme = { id: 'imap', parts: ['interface', 'revision'], written: '{interface:3}[.{revision:4}]' }
const wrapped: VersionScheme = { id: 'w', parts: ['revision', 'interface'], written: 'r{interface}+({revision})' }

test.each([
  [xyz, '5.87.0', [5, 87, 0]],
  [xyz, '4.18.0', [4, 18, 0]],
  [nn, '00', [0]],
  [nn, '01', [1]],
  [nn, '123', [123]],
  [imap, '001', [1, 0]],
  [imap, '001.0001', [1, 1]],
  [imap, '000', [0, 0]],
  [wrapped, 'r3+(7)', [7, 3]],
])('%o reads and writes %s', (scheme, text, version) => {
  expect(parseVersion(scheme, text)).toEqual(version)
  expect(formatVersion(scheme, version)).toBe(text)
  expect(new RegExp(`^(?:${versionPattern(scheme)})$`).test(text)).toBe(true)
})

test.each([
  [xyz, '5.87'],
  [xyz, '5.87.0.1'],
  [xyz, '5.x.0'],
  [xyz, ''],
  [nn, '1'],
  [imap, '1'],
  [imap, '001.1'],
  [imap, '001.'],
  [wrapped, 'r3+7'],
])('%o does not read %s', (scheme, text) => {
  expect(parseVersion(scheme, text)).toBeUndefined()
  expect(new RegExp(`^(?:${versionPattern(scheme)})$`).test(text)).toBe(false)
})

test('a version of another length is refused', () => {
  expect(() => formatVersion(xyz, [1, 2])).toThrow('scheme xyz has 3 parts, the version has 2')
})

describe('order', () => {
  test('is by number, not by text', () => {
    expect(compareVersions([5, 9, 0], [5, 10, 0])).toBeLessThan(0)
    expect(compareVersions([5, 219, 0], [5, 87, 0])).toBeGreaterThan(0)
    expect(compareVersions([1, 0], [1])).toBe(0)
    expect(compareVersions([1], [1, 1])).toBeLessThan(0)
  })

  const version = fc.array(fc.nat({ max: 300 }), { minLength: 3, maxLength: 3 })
  test('is total: antisymmetric and transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0)
        const sorted = [a, b, c].sort(compareVersions)
        expect(compareVersions(sorted[0] ?? [], sorted[2] ?? [])).toBeLessThanOrEqual(0)
      }),
    )
  })

  test.each([xyz, imap])('what %o writes it reads', scheme => {
    const version = fc.array(fc.nat({ max: 99_999 }), { minLength: scheme.parts.length, maxLength: scheme.parts.length })
    fc.assert(
      fc.property(version, v => {
        expect(parseVersion(scheme, formatVersion(scheme, v))).toEqual(v)
      }),
    )
  })
})
