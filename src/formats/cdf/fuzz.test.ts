import { readFileSync, readdirSync } from 'node:fs'
import { SdcError } from '#error'
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

/** A reproducible stream of numbers in [0, 1) (mulberry32). */
function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const NASTY = [0, 1, 0x7f, 0x80, 0xff]

/** A few changed bytes, a field of nasty ones, or a cut. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const whole = bytes.slice()
  const at = (): number => Math.floor(random() * whole.length)
  const kind = random()
  if (kind < 0.15) return whole.subarray(0, at())
  if (kind < 0.6) for (let i = 0; i < 1 + random() * 4; i++) whole[at()] = Math.floor(random() * 256)
  else {
    const start = at() & ~3
    whole.fill(NASTY[Math.floor(random() * NASTY.length)] ?? 0, start, start + (random() < 0.5 ? 4 : 8))
  }
  return whole
}

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
      const bytes = mutate(original, random)
      const start = cpuMs()
      readEverything(bytes, { tolerant: run % 2 === 1, maxInflated: 2 ** 26, maxVirtual: 2 ** 24 })
      slowest = Math.max(slowest, cpuMs() - start)
    }
    expect(slowest).toBeLessThan(2000)
  })
})
