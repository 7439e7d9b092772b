import { mkdtempSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { executorConformance } from '#test/executor-conformance'
import { beginApart } from './begin-apart.ts'
import { chooseConfinement, describeConfinement } from './confinement.ts'
import { localExecutor } from './local.ts'

const sandbox = chooseConfinement('best', tmpdir()).kind === 'bwrap'
const isRoot = process.getuid?.() === 0

executorConformance('local programs, process group and limits only', {
  open: () => localExecutor(chooseConfinement('plain', tmpdir())),
  sandbox: false,
})

executorConformance('local programs, started by a process that is kept small for it', {
  open: () => localExecutor(chooseConfinement('plain', tmpdir()), beginApart),
  sandbox: false,
})

describe.skipIf(!sandbox)(sandbox ? 'with bwrap' : 'with bwrap (left out: no bwrap that works)', () => {
  executorConformance('local programs in a sandbox', { open: () => localExecutor(chooseConfinement('bwrap', tmpdir())), sandbox: true })
})

describe.skipIf(!isRoot)(isRoot ? 'as another user' : 'as another user (left out: not root)', () => {
  executorConformance('local programs as another user', { open: () => localExecutor(chooseConfinement('user', tmpdir())), sandbox: false })
})

describe('the choice of a confinement', () => {
  test('what is chosen and does not work is refused, with the reason', () => {
    expect(() => chooseConfinement('user', tmpdir(), 'nobody-of-that-name')).toThrow(isRoot ? 'there is no user' : 'needs root')
  })

  test('the best that works, and its words', () => {
    const found = chooseConfinement('best', tmpdir())
    expect(describeConfinement(found)).toMatch(/^(sandbox \(bwrap\)|user nobody|process group and limits only)/)
  })

  test.skipIf(!isRoot)('a user that cannot reach the folder is none', () => {
    const closed = mkdtempSync(join(tmpdir(), 'apsis-closed-'))
    chmodSync(closed, 0o700)
    expect(() => chooseConfinement('user', closed)).toThrow('cannot reach')
  })
})
