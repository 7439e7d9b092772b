import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Mission, Process } from '#domain/mission'
import { findFault } from './fault.ts'
import { localExecutor } from './local.ts'
import { commandOf, removeFolder } from './order.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'apsis-order-'))
  for (const folder of ['work', 'scratch']) await mkdir(join(home, folder))
})
afterEach(() => rm(home, { recursive: true, force: true }))

describe('the command line', () => {
  const of = (program: Process['program'], builtins = {}): readonly string[] =>
    commandOf({ program } as Process, { folder: home } as Mission, builtins)

  test('files of the mission are named by their place in it, node is this one, other words stay', () => {
    expect(of({ kind: 'run', command: ['node', 'work', '--flag', 'none/such'] })).toEqual([
      process.execPath,
      join(home, 'work'),
      '--flag',
      'none/such',
    ])
  })

  test('a built-in program by its source; an unknown one is refused', () => {
    const program = { kind: 'builtin', name: 'quicklook' } as Process['program']
    expect(of(program, { quicklook: '/ql.ts' })).toEqual([process.execPath, '/ql.ts'])
    expect(() => of(program)).toThrow('there is no built-in program quicklook')
  })
})

describe('the last words', () => {
  const limits = { seconds: 30, cpuSeconds: 30, memory: 1e9, fileSize: 1e9, processes: 50 }
  const lastLine = async (script: string, log = join(home, 'program.log')): Promise<string | undefined> => {
    const executor = localExecutor({ kind: 'plain', because: 'chosen by the test' })
    const [folder, scratch, environment] = [join(home, 'work'), join(home, 'scratch'), { PATH: process.env['PATH'] ?? '' }]
    const order = {
      name: 'words',
      command: ['sh', '-c', script],
      folder,
      scratch,
      reads: [],
      writes: [],
      environment,
      log,
      limits,
      exitCodes: [],
      network: false,
    }
    return (await executor.wait(await executor.start(order), order, new AbortController().signal))?.lastLine
  }

  test.each([
    ['a line written in pieces', 'printf "a line " >&2; sleep 0.2; printf "in pieces\\n" >&2', 'a line in pieces'],
    ['a letter cut in two', 'printf "\\303" >&2; sleep 0.2; printf "\\244rger\\n" >&2', 'ärger'],
    ['at the most 500 letters', 'head -c 3000 /dev/zero | tr "\\0" x >&2', 'x'.repeat(500)],
  ])('%s', async (_what, script, wanted) => {
    expect(await lastLine(script)).toBe(wanted)
  })

  test('are heard also where the log cannot be written', async () => {
    expect(await lastLine('echo said >&2', join(home, 'none', 'program.log'))).toBe('said')
  })
})

describe('a worker looks at itself', () => {
  const context = () => ({
    staging: join(home, 'work'),
    logs: join(home, 'scratch'),
    worker: 'host:1',
    ingest: { incoming: home } as never,
  })

  test('sound, and nothing stays behind', async () => {
    expect(await findFault(context())).toBeUndefined()
    expect(existsSync(join(home, 'work', '.probe-host-1'))).toBe(false)
  })

  test('a folder that is gone, or is none, is named with what is wrong', async () => {
    await rm(join(home, 'scratch'), { recursive: true })
    expect(await findFault(context())).toMatch(/scratch on .* cannot be worked in: it is not there/)
    await writeFile(join(home, 'scratch'), '')
    expect(await findFault(context())).toContain('it is no folder')
  })
})

const mount = (...words: readonly string[]): boolean => spawnSync('mount', words, { stdio: 'ignore' }).status === 0

test.skipIf(process.getuid?.() !== 0)('a full disk is said as such', async context => {
  const full = join(home, 'full')
  await mkdir(full)
  if (!mount('-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full)) return context.skip()
  try {
    const fault = await findFault({ staging: full, logs: home, worker: 'host:1', ingest: { incoming: home } as never })
    expect(fault).toMatch(/full on .* cannot be worked in: the disk is full/)
  } finally {
    spawnSync('umount', [full])
  }
})

test('a folder that a program has closed is removed all the same', async () => {
  const closed = join(home, 'work', 'closed')
  await mkdir(join(closed, 'inner'), { recursive: true })
  await writeFile(join(closed, 'inner', 'file'), 'x')
  await chmod(join(closed, 'inner'), 0o000)
  await removeFolder(join(home, 'work'))
  expect(existsSync(join(home, 'work'))).toBe(false)
})
