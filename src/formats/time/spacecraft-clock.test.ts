import { readFileSync } from 'node:fs'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { expect, test } from 'vitest'
import { elapsedClock, formatUtc, kernelClock, parseClockKernel, utcClock } from './index.ts'

const kernel = (system: number, ...triples: readonly string[]): string =>
  `Words before the data: SCLK01_MODULI_9 = ( 1 1 )
\\begindata
SCLK01_TIME_SYSTEM_9 = ( ${system} )
SCLK01_MODULI_9      = ( 4294967296 50000 )
SCLK01_OFFSETS_9     = ( 0 0 )
SCLK_PARTITION_START_9 = ( 0.0 )
SCLK01_COEFFICIENTS_9 = (
${triples.join('\n')}
)
\\begintext
SCLK01_MODULI_9 = ( 2 2 )
`

test('a clock of SI seconds and one of UTC seconds part at leap seconds', () => {
  // 2012-06-30, 2015-06-30 and 2016-12-31 ended with a leap second.
  const count = 5081 * 86_400
  expect(formatUtc(elapsedClock('2010-01-01T00:00:00Z')(count, 0.5), 3)).toBe('2023-11-29T23:59:57.500Z')
  expect(formatUtc(utcClock('2010-01-01T00:00:00Z')(count, 0.5), 3)).toBe('2023-11-30T00:00:00.500Z')
  expect(formatUtc(elapsedClock('2010-01-01T00:00:00Z', -2)(count), 3)).toBe('2023-11-29T23:59:55.000Z')
})

test('a kernel in TT: stretches with their rates, and the last one goes on', () => {
  const clock = kernelClock(
    parseClockKernel(kernel(2, '0 @01-JAN-2010-00:01:06.184 1.0', '50000000 @01-JAN-2010-00:17:46.184 1.5', '100000000 3.155768e8 1.D0')),
  )
  // 66.184 s of TT are ahead of UTC in 2010.
  expect(formatUtc(clock(0), 3)).toBe('2010-01-01T00:00:00.000Z')
  expect(formatUtc(clock(999, 0.5), 3)).toBe('2010-01-01T00:16:39.500Z')
  expect(formatUtc(clock(1000), 3)).toBe('2010-01-01T00:16:40.000Z')
  expect(formatUtc(clock(1010), 3)).toBe('2010-01-01T00:16:55.000Z')
  expect(clock(2003) - clock(2000)).toBe(3_000_000_000n)
  expect(clock(2000)).toBe(315_576_800_000_000_000n)
})

test('a kernel in TDB differs by its yearly wave of 1.7 ms', () => {
  const [tt, tdb] = [2, 1].map(system => kernelClock(parseClockKernel(kernel(system, '0 @01-APR-2010-00:00:00 1.0'))))
  const apart = Number(tt!(0) - tdb!(0)) / 1e9
  expect(apart).toBeGreaterThan(1.6e-3)
  expect(apart).toBeLessThan(1.66e-3)
})

test.each([
  ['words', 'there are no SCLK01_COEFFICIENTS'],
  [kernel(2, '0 0 1', '0 5 1'), 'no rising triples'],
  [kernel(2, '0 0'), 'no rising triples'],
  [kernel(2, '0 0 1').replace('4294967296 50000', '1 2 3'), '3 fields'],
  [kernel(2, '0 0 1').replace('( 0.0 )', '( 0.0 1.0 )'), 'several partitions'],
])('what is no kernel is refused with a reason %#', (text, why) => expect(() => parseClockKernel(text)).toThrow(why))

test.skipIf(!sharedIsThere)('a flight kernel: at each correlation the time that it says' + sharedNote, () => {
  const text = readFileSync(sharedPath('real', 'imap', 'datastore', 'spice', 'sclk', 'imap_sclk_0136.tsc'), 'utf8')
  const parsed = parseClockKernel(text)
  expect([parsed.spacecraft, parsed.ticksPerSecond, parsed.scale]).toEqual(['43', 50_000, 'TT'])
  expect(parsed.correlations.length).toBe(text.match(/^\s+\d+\s+@/gm)?.length)
  const clock = kernelClock(parsed)
  for (const { ticks, at } of parsed.correlations) expect(Math.abs(Number(clock(ticks / 50_000) - at))).toBeLessThan(1000)
  // 24822451300000 ticks are @24-SEP-2025-22:31:35.831485, 69.184 s ahead of UTC.
  expect(formatUtc(clock(496_449_026), 3)).toBe('2025-09-24T22:30:26.647Z')
})
