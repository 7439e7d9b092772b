import { readFileSync, readdirSync } from 'node:fs'
import { SdcError } from '#error'
import { damage, makeRandom } from '#test/damage'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { openCdfSync, type CdfOptions } from './index.ts'

const root = sharedPath('cdf')
const files = sharedIsThere
  ? readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(f => f.endsWith('.cdf'))
      .map(f => new Uint8Array(readFileSync(`${root}/${f}`)))
      .filter(bytes => bytes.length > 300 && bytes.length < 400_000)
  : []

/** Time this process has worked: waiting for a busy machine does not count. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Reads all that can be read; anything but an expected error is thrown on. */
function readEverything(bytes: Uint8Array, options: CdfOptions): void {
  try {
    for (const variable of openCdfSync(bytes, options).variables.values()) {
      try {
        variable.readSync()
      } catch (error) {
        if (!(error instanceof SdcError)) throw error
      }
    }
  } catch (error) {
    if (!(error instanceof SdcError)) throw error
  }
}

describe.skipIf(!sharedIsThere)(`changed bytes${sharedNote}`, () => {
  // The seed is fixed so that a failure repeats; APSIS_FUZZ_SEED and APSIS_FUZZ_RUNS widen the search.
  const seed = Number(process.env['APSIS_FUZZ_SEED'] ?? 20_260_611)
  const runs = Number(process.env['APSIS_FUZZ_RUNS'] ?? 1500)

  test(`${runs} files with changed bytes are read or refused, each within 2 s`, () => {
    const random = makeRandom(seed)
    let slowest = 0
    for (let run = 0; run < runs; run++) {
      const original = files[Math.floor(random() * files.length)] as Uint8Array
      const bytes = damage(original, random, 8)
      const start = cpuMs()
      readEverything(bytes, { tolerant: run % 2 === 1, maxInflated: 2 ** 26, maxVirtual: 2 ** 24 })
      slowest = Math.max(slowest, cpuMs() - start)
    }
    expect(slowest).toBeLessThan(2000)
  })
})
