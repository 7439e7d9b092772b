import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareVersions, formatVersion, nextVersion, riseOf } from './index.ts'
import type { ParentVersion, VersionScheme } from './index.ts'

const xyz: VersionScheme = { id: 'xyz', parts: ['interface', 'quality', 'revision'], written: '{interface}.{quality}.{revision}' }
const nn: VersionScheme = { id: 'nn', parts: ['revision'], written: '{revision:2}' }
const twoPart: VersionScheme = { id: 'xy', parts: ['interface', 'revision'], written: '{interface}.{revision}' }

const l1a = (version: readonly number[], partition = '2026-01-01'): ParentVersion => ({
  dataset: 'mms1_dfg_srvy_l1a',
  partition,
  version,
  scheme: xyz,
})
const defatt = (version: readonly number[]): ParentVersion => ({ dataset: 'mms1_defatt', partition: '2026-01-01', version, scheme: nn })

describe('what rises when a file is remade', () => {
  test.each([
    ['nothing changed: a remake by hand', [l1a([1, 0, 0])], [l1a([1, 0, 0])], 'revision'],
    ['an input rose in revision', [l1a([1, 0, 0])], [l1a([1, 0, 1])], 'revision'],
    ['an input rose in quality', [l1a([1, 0, 0])], [l1a([1, 1, 0])], 'quality'],
    ['an input rose in interface', [l1a([1, 0, 0])], [l1a([2, 0, 0])], 'quality'],
    ['an input whose scheme has only a revision', [defatt([0])], [defatt([1])], 'revision'],
    ['an input came', [l1a([1, 0, 0])], [l1a([1, 0, 0]), defatt([0])], 'quality'],
    ['an input went', [l1a([1, 0, 0]), defatt([0])], [l1a([1, 0, 0])], 'quality'],
    ['an input was exchanged', [l1a([1, 0, 0])], [l1a([1, 0, 0], '2026-01-02')], 'quality'],
  ])('%s', (_, before, after, rise) => expect(riseOf(before, after)).toBe(rise))

  test('code raises what its release declares', () => {
    expect(riseOf([l1a([1, 0, 0])], [l1a([1, 0, 0])], 'revision')).toBe('revision')
    expect(riseOf([l1a([1, 0, 0])], [l1a([1, 0, 0])], 'quality')).toBe('quality')
    expect(riseOf([l1a([1, 0, 0])], [l1a([1, 1, 0])], 'revision')).toBe('quality')
  })
})

describe('the next version', () => {
  test.each([
    [xyz, undefined, 5, 'revision', [5, 0, 0]],
    [xyz, [5, 3, 7], 5, 'revision', [5, 3, 8]],
    [xyz, [5, 3, 7], 5, 'quality', [5, 4, 0]],
    [xyz, [5, 3, 7], 6, 'revision', [6, 0, 0]],
    [xyz, [5, 3, 7], 4, 'revision', [5, 3, 8]],
    [xyz, [5, 3, 7], 5, 'interface', [5, 4, 0]],
    [nn, undefined, 9, 'revision', [0]],
    [nn, [0], 0, 'quality', [1]],
    [twoPart, [1, 0], 1, 'quality', [1, 1]],
  ] as const)('of %o after %s, declared %i, on a rise of %s', (scheme, latest, declared, rise, expected) => {
    expect(nextVersion(scheme, latest, declared, rise)).toEqual(expected)
  })

  test('is always higher than the latest', () => {
    const scheme = fc.constantFrom(xyz, nn, twoPart)
    const rise = fc.constantFrom('interface', 'quality', 'revision')
    fc.assert(
      fc.property(scheme, fc.array(fc.nat(50), { minLength: 3, maxLength: 3 }), fc.nat(60), rise, (s, numbers, declared, r) => {
        const latest = numbers.slice(0, s.parts.length)
        expect(compareVersions(nextVersion(s, latest, declared, r as 'quality'), latest)).toBeGreaterThan(0)
      }),
    )
  })

  const schemes = fc.constantFrom(xyz, nn, twoPart)
  const changes = fc.array(
    fc.record({
      inputs: fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { maxLength: 3 }),
      code: fc.constantFrom(undefined, 'quality' as const, 'revision' as const),
      declared: fc.nat(3),
      fate: fc.constantFrom('made', 'given back'),
    }),
    { minLength: 1, maxLength: 30 },
  )

  test('a life of remakes: never at or below a sibling, no name twice, interface only by declaration', () => {
    fc.assert(
      fc.property(schemes, changes, (scheme, life) => {
        const names = new Set<string>()
        let latest: readonly number[] | undefined
        let before: readonly ParentVersion[] = []
        for (const { inputs, code, declared, fate } of life) {
          const after = inputs.map((version, i) => l1a(version, `2026-01-0${i + 1}`))
          const next = nextVersion(scheme, latest, declared, latest === undefined ? 'revision' : riseOf(before, after, code))
          if (latest !== undefined) expect(compareVersions(next, latest)).toBeGreaterThan(0)
          expect(names.has(formatVersion(scheme, next))).toBe(false)
          const at = scheme.parts.indexOf('interface')
          const [old, now] = [latest?.[at] ?? declared, next[at]]
          if (at >= 0) expect(now === old || now === declared).toBe(true)
          // A version that is given back (a failure, no change in science) may be given again.
          if (fate === 'given back') continue
          names.add(formatVersion(scheme, next))
          latest = next
          before = after
        }
      }),
    )
  })

  test('quality rises if and only if an input rose in quality or interface, the set changed, or code says so', () => {
    const triple = fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1))
    fc.assert(
      fc.property(
        triple,
        triple,
        fc.boolean(),
        fc.constantFrom(undefined, 'quality' as const, 'revision' as const),
        (a, b, grown, code) => {
          const after = [l1a(b), ...(grown ? [defatt([0])] : [])]
          const [, quality, revision] = nextVersion(xyz, [1, 4, 7], 1, riseOf([l1a(a)], after, code))
          const rises = grown || code === 'quality' || a[0] !== b[0] || a[1] !== b[1]
          expect([quality, revision]).toEqual(rises ? [5, 0] : [4, 8])
        },
      ),
    )
  })
})
