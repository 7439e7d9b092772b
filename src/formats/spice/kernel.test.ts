import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SdcError } from '#error'
import { formatUtc } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { readKernel } from './index.ts'

const real = (...path: readonly string[]): Uint8Array => readFileSync(sharedPath('real', 'imap', ...path))

describe.skipIf(!sharedIsThere)(`real kernels${sharedNote}`, () => {
  test.each([
    [['spice', 'imap_spk_demo.bsp'], { kind: 'SPK', binary: true, bodies: [-43] }],
    [['spice', 'sim_1yr_imap_pointing_frame.bc'], { kind: 'CK', binary: true, spans: undefined }],
    [['datastore', 'spice', 'ck', 'imap_dps_2025_359_2026_076_001.ah.bc'], { kind: 'CK', binary: true, spans: undefined }],
    [['spice', 'naif0012.tls'], { kind: 'LSK', binary: false }],
    [['spice', 'imap_sclk_0000.tsc'], { kind: 'SCLK', binary: false }],
    [['datastore', 'spice', 'sclk', 'imap_sclk_0136.tsc'], { kind: 'SCLK', binary: false }],
    [['spice', 'imap_science_0001.tf'], { kind: 'FK', binary: false }],
    [['datastore', 'spice', 'pck', 'pck00011.tpc'], { kind: 'PCK', binary: false }],
    [['datastore', 'spice', 'mk', 'metakernel.txt'], { kind: 'MK', binary: false }],
    // A text under the name of an attitude kernel (PROVENANCE.md).
    [['datastore', 'spice', 'ck', 'imap_2025_302_2025_303_001.ah.bc'], { kind: 'SCLK', binary: false }],
  ])('%j', (path, told) => expect(readKernel(real(...path))).toMatchObject(told))

  test('the ephemeris is one stretch of 40 segments, from where to where the summaries of the file say', () => {
    const { spans } = readKernel(real('spice', 'imap_spk_demo.bsp'))
    // First and last double of the file's own summaries: 797938332.4 and 874022415.7 s of ephemeris time.
    expect(spans?.[0]?.start).toBe(797_938_332_397_722_000n)
    expect(spans).toHaveLength(1)
    expect(spans?.at(-1)?.stop).toBe(874_022_415_650_191_000n)
    expect(formatUtc((spans?.[0]?.start ?? 0n) as Tt2000)).toMatch(/^2025-04-14T21:31:03/)
  })

  test('any damage is refused or read, never more than that', () => {
    const sound = real('spice', 'imap_spk_demo.bsp').slice(0, 6000)
    fc.assert(
      fc.property(fc.nat(sound.length), fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { maxLength: 12 }), (length, hits) => {
        const bytes = sound.slice(0, length)
        for (const [at, value] of hits) if (at < bytes.length) bytes[at] = value
        try {
          readKernel(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(SdcError)
        }
      }),
    )
  })
})

test.each([
  ['a page', '<html></html>', 'spice/not-a-kernel'],
  ['a beginning', 'DAF/SPK ', 'spice/corrupt'],
])('%s is refused', (_, text, code) => expect(() => readKernel(Buffer.from(text))).toThrow(expect.objectContaining({ code }) as Error))
