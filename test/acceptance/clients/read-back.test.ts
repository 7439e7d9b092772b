import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { sharedIsThere, sharedPath } from '#test/shared'
import { clientsPython } from '#test/needs'

const program = fileURLToPath(new URL('../../../src/doors/cdf-read-back.ts', import.meta.url))

describe.skipIf(!sharedIsThere || clientsPython === undefined)(
  'cdflib and pycdfpp (left out: no Python environment with them, or no reference data)',
  () => {
    test('read every file that we write of the corpus', () => {
      const run = spawnSync(process.execPath, [program, clientsPython ?? '', sharedPath('cdf')], { encoding: 'utf8', maxBuffer: 1 << 26 })
      expect(run.stdout + run.stderr).not.toMatch(/Traceback/)
      expect(run.status, `${run.stdout.slice(-2000)}\n${run.stderr.slice(-2000)}`).toBe(0)
    }, 600_000)
  },
)
