import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InputWindow, ProcessInput } from '#domain/mission'
import { coveredLength, dayMs, hourMs, overlap, partitionAt } from '#domain/partition'
import { chooseFiles, reachOf } from './index.ts'
import type { FileFact } from './index.ts'

const start = Date.UTC(2026, 10, 22)
const day = partitionAt({ kind: 'day' }, start)

const file = (product: string, from: number, to: number, change: Partial<FileFact> = {}): FileFact => ({
  id: 1,
  name: `${product} ${from} ${(change.version ?? [1]).join('.')}`,
  dataset: product,
  product,
  partition: new Date(start + from * hourMs).toISOString().slice(0, 10),
  version: [1],
  science: 'x',
  covers: { start: start + from * hourMs, stop: start + to * hourMs },
  arrived: start,
  ...change,
})

const input = (window: InputWindow, ...products: readonly string[]): ProcessInput => ({
  role: 'in',
  products,
  optional: false,
  triggers: true,
  window,
})

const plain: InputWindow = { kind: 'time', before: 0, after: 0 }
const names = (files: readonly FileFact[]): readonly string[] => files.map(f => f.name)

const windows = fc.oneof(
  fc.record({ kind: fc.constant('time' as const), before: fc.nat(3 * dayMs), after: fc.nat(3 * dayMs) }),
  fc.record({ kind: fc.constant('orbits' as const), before: fc.nat(3), after: fc.nat(3) }),
  fc.record({ kind: fc.constant('nearest' as const), count: fc.integer({ min: 1, max: 4 }), within: fc.nat(3 * dayMs) }),
  fc.record({ kind: fc.constant('previous' as const), within: fc.integer({ min: 1, max: 3 * dayMs }) }),
  fc.constant({ kind: 'valid' as const }),
  fc.constant({ kind: 'set' as const }),
)

const files = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('def', 'pred'), fc.integer({ min: -80, max: 80 }), fc.integer({ min: 1, max: 60 }), fc.nat(5))
    .map(([product, from, length, version]) => file(product, from, from + length, { version: [version], partition: `${from} ${length}` })),
  { selector: f => f.name, maxLength: 12 },
)

const orbits = Array.from({ length: 9 }, (_, i) => ({ start: start + (i - 4) * 23 * hourMs, stop: start + (i - 3) * 23 * hourMs }))

describe('laws of choosing', () => {
  test('the order of candidates does not matter, and choosing from the chosen chooses the same', () => {
    fc.assert(
      fc.property(windows, files, fc.infiniteStream(fc.nat()), (window, all, random) => {
        const one = input(window, 'def', 'pred')
        const chosen = chooseFiles(one, day, all, orbits)
        const shuffled = all.map(f => ({ f, key: random.next().value })).toSorted((a, b) => a.key - b.key)
        expect(
          names(
            chooseFiles(
              one,
              day,
              shuffled.map(s => s.f),
              orbits,
            ),
          ),
        ).toEqual(names(chosen))
        expect(names(chooseFiles(one, day, chosen, orbits))).toEqual(names(chosen))
      }),
    )
  })

  test('no file lies outside of the window’s reach, and files that lie outside change nothing', () => {
    fc.assert(
      fc.property(windows, files, (window, all) => {
        const reach = reachOf(window, day, orbits)
        const chosen = chooseFiles(input(window, 'def', 'pred'), day, all, orbits)
        expect(chosen.every(f => overlap(f.covers, reach))).toBe(true)
        const near = all.filter(f => overlap(f.covers, reach))
        expect(names(chooseFiles(input(window, 'def', 'pred'), day, near, orbits))).toEqual(names(chosen))
      }),
    )
  })

  test('a set covers all that its files can, and no file in it is idle', () => {
    fc.assert(
      fc.property(files, all => {
        const one = (list: readonly FileFact[], product: string) => list.filter(f => f.product === product).map(f => f.covers)
        const chosen = chooseFiles(input({ kind: 'set' }, 'def', 'pred'), day, all)
        for (const product of ['def', 'pred']) expect(coveredLength(one(chosen, product), day)).toBe(coveredLength(one(all, product), day))
      }),
    )
  })

  test('alternatives: files of one product, and never much less than the best could cover', () => {
    fc.assert(
      fc.property(files, all => {
        const chosen = chooseFiles(input(plain, 'def', 'pred'), day, all)
        expect(new Set(chosen.map(f => f.product)).size).toBeLessThanOrEqual(1)
        const covered = (list: readonly FileFact[]) =>
          coveredLength(
            list.map(f => f.covers),
            day,
          )
        for (const product of ['def', 'pred'])
          expect(covered(chosen)).toBeGreaterThanOrEqual(covered(all.filter(f => f.product === product)) - 120_000)
      }),
    )
  })
})

describe('what each window takes', () => {
  test('the predicted file until the definitive one covers as much', () => {
    const one = input(plain, 'def', 'pred')
    const predicted = file('pred', -24, 48)
    expect(chooseFiles(one, day, [predicted])).toEqual([predicted])
    expect(chooseFiles(one, day, [predicted, file('def', 0, 12)])).toEqual([predicted])
    expect(names(chooseFiles(one, day, [predicted, file('def', 0, 12), file('def', 12, 24)]))).toEqual(['def 0 1', 'def 12 1'])
  })

  test('±days, ±orbits', () => {
    const around = [file('a', -30, -25), file('a', -20, -1), file('a', 3, 9), file('a', 25, 30)]
    expect(names(chooseFiles(input({ kind: 'time', before: dayMs, after: 0 }, 'a'), day, around))).toEqual(['a -20 1', 'a 3 1'])
    // Orbits of 23 h: those of the day begin at -92 + 23 k hours; the day touches [0, 23) and [23, 46).
    expect(reachOf({ kind: 'orbits', before: 1, after: 0 }, day, orbits)).toEqual({ start: start - 23 * hourMs, stop: start + 46 * hourMs })
    expect(reachOf({ kind: 'orbits', before: 1, after: 2 }, day, [])).toEqual({ start: day.start, stop: day.stop })
  })

  test('the nearest N, on both sides', () => {
    const around = [file('a', -60, -50), file('a', -9, -2), file('a', 25, 30), file('a', 40, 50)]
    const nearest = (count: number, within = 40 * dayMs) => names(chooseFiles(input({ kind: 'nearest', count, within }, 'a'), day, around))
    expect(nearest(1)).toEqual(['a 25 1'])
    expect(nearest(3)).toEqual(['a -9 1', 'a 25 1', 'a 40 1'])
    expect(nearest(4, 3 * hourMs)).toEqual(['a -9 1', 'a 25 1'])
  })

  test('the last one before, never its own', () => {
    const own = [file('a', -72, -48), file('a', -48, -24), file('a', 0, 24), file('a', 24, 48)]
    const previous = (within: number) => names(chooseFiles(input({ kind: 'previous', within }, 'a'), day, own))
    expect(previous(10 * dayMs)).toEqual(['a -48 1'])
    expect(previous(dayMs)).toEqual([])
  })

  test('the calibration in force: the one that begins last, then the higher version', () => {
    const all = [
      file('a', -1000, 90_000, { version: [3] }),
      file('a', -500, 90_000),
      file('a', -500, 90_000, { version: [2] }),
      file('a', 1, 90),
    ]
    expect(names(chooseFiles(input({ kind: 'valid' }, 'a'), day, all))).toEqual(['a -500 2'])
    expect(chooseFiles(input({ kind: 'valid' }, 'a'), day, [file('a', 1, 90)])).toEqual([])
  })

  test('of a set each kind the newest that cover the partition', () => {
    const all = [file('lsk', -9000, 90_000), file('lsk', -5000, 90_000), file('ck', -12, 6), file('ck', 6, 30), file('ck', -90, -60)]
    expect(names(chooseFiles(input({ kind: 'set' }, 'lsk', 'ck'), day, all))).toEqual(['lsk -5000 1', 'ck -12 1', 'ck 6 1'])
  })

  test('of bursts the very one, else those that touch it', () => {
    const burst = partitionAt({ kind: 'segment' }, start, start + 60_000)
    const near = file('a', -1, 1, { partition: 'other' })
    const same = file('a', 0, 0.01, { partition: burst.key })
    expect(chooseFiles(input(plain, 'a'), burst, [near, same])).toEqual([same])
    expect(chooseFiles(input(plain, 'a'), burst, [near])).toEqual([near])
    // The rest of the burst, which came down later, and the next one, whose first sample is this one's last.
    const part = file('a', 0.005, 0.016, { partition: 'other' })
    const next = file('a', 0.0165, 0.03, { partition: 'other' })
    expect(chooseFiles(input(plain, 'a'), burst, [near, same, part, next])).toEqual([same, part])
  })
})
