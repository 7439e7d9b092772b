import { readFileSync } from 'node:fs'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { formatEpoch, formatEpoch16, formatUtc, parseEpoch, parseEpoch16, parseUtc, type Tt2000 } from './index.ts'

interface Golden {
  tt2000: [string, string][]
  utc_to_tt2000: [string, string][]
  epoch: [number, string][]
  epoch16: [[number, number], string][]
}

describe.skipIf(!sharedIsThere)(`NASA's conversions${sharedNote}`, () => {
  const golden = sharedIsThere
    ? (JSON.parse(readFileSync(sharedPath('cdf', 'features', 'times.expected.json'), 'utf8')) as Golden)
    : { tt2000: [], utc_to_tt2000: [], epoch: [], epoch16: [] }

  test('TT2000 to text', () => {
    const wrong = golden.tt2000.filter(([value, text]) => formatUtc(BigInt(value) as Tt2000, 9, '') !== text)
    expect(wrong.map(([v, t]) => [v, t, formatUtc(BigInt(v) as Tt2000, 9, '')])).toEqual([])
    expect(golden.tt2000).toHaveLength(414)
  })
  test('text to TT2000', () => {
    for (const [text, value] of golden.utc_to_tt2000) expect([text, parseUtc(text)]).toEqual([text, BigInt(value)])
    expect(golden.utc_to_tt2000).toHaveLength(11)
  })
  test('EPOCH to text and back', () => {
    for (const [value, text] of golden.epoch) {
      // The library itself prints this one a millisecond low.
      if (value === 315_569_519_999_999) continue
      expect([value, formatEpoch(value, '')]).toEqual([value, text])
      if (value >= 0) expect(parseEpoch(text)).toBe(Math.floor(value))
    }
    expect(golden.epoch).toHaveLength(70)
  })
  test('EPOCH16 to text and back', () => {
    for (const [value, text] of golden.epoch16) {
      expect([value, formatEpoch16(value, '')]).toEqual([value, text])
      if (value[0] >= 0) expect(parseEpoch16(text)).toEqual(value)
    }
    expect(golden.epoch16).toHaveLength(65)
  })
})
