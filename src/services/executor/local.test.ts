import { mkdtempSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { executorConformance } from '#test/executor-conformance'
import { beginApart } from './begin-apart.ts'
import { chooseConfinement, describeConfinement } from './confinement.ts'
import { localExecutor } from './local.ts'
import type { ProgramOrder } from './port.ts'

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

test('programs whose starter is killed are lost, and the next one has a new starter', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'apsis-starter-'))
  const executor = localExecutor({ kind: 'plain', because: 'chosen by the test' }, beginApart)
  const order = (script: string): ProgramOrder => ({
    name: 'a-program',
    command: ['sh', '-c', script],
    folder,
    scratch: folder,
    reads: [],
    writes: [],
    environment: { PATH: process.env['PATH'] ?? '' },
    log: join(folder, 'log'),
    limits: { seconds: 60, cpuSeconds: 60, memory: 2 ** 30, fileSize: 2 ** 30, processes: 100 },
    exitCodes: [],
    network: false,
  })
  const run = async (script: string) => {
    const [one, never] = [order(script), new AbortController().signal]
    return executor.wait(await executor.start(one), one, never)
  }
  // Its parent is the starter.
  expect(await run('kill -KILL $PPID; sleep 60')).toMatchObject({ lost: expect.stringContaining('process that started it') })
  expect(await run('exit 3')).toMatchObject({ exitCode: 3 })
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
