import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Mission, Process } from '#domain/mission'
import { commandOf, runProgram } from './run-program.ts'
import type { ProgramEnd, ProgramRun } from './run-program.ts'

let home: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'apsis-program-'))
  await mkdir(join(home, 'work'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

const never = new AbortController().signal
const log = (): string => join(home, 'program.log')
const run = (script: string, change: Partial<ProgramRun> = {}): Promise<ProgramEnd> =>
  runProgram({
    command: ['sh', '-c', script],
    folder: join(home, 'work'),
    environment: { PATH: process.env['PATH'] ?? '' },
    log: log(),
    seconds: 30,
    stop: never,
    ...change,
  })

/** Whether a process runs; one that ended and was not fetched by its parent is dead. */
const isAlive = async (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    text => !/^\d+ \(.*\) [ZX]/.test(text),
    () => false,
  )
const pidIn = async (name: string): Promise<number> => Number(await readFile(join(home, 'work', name), 'utf8'))

describe('how a program ended', () => {
  test.each([0, 1, 66, 75, 255])('exit code %i', async code => {
    expect(await run(`exit ${code}`)).toEqual({ exitCode: code, signal: undefined, timedOut: false, lastLine: '' })
  })

  test('a signal', async () => {
    expect(await run('echo before >&2; kill -SEGV $$')).toEqual({
      exitCode: undefined,
      signal: 'SIGSEGV',
      timedOut: false,
      lastLine: 'before',
    })
  })

  test('a command that does not exist is named', async () => {
    const end = await run('', { command: ['no-such-program', '--verbose'] })
    expect(end.exitCode).toBe(127)
    expect(end.lastLine).toContain('no-such-program')
  })

  test('a folder that does not exist: it could not be started', async () => {
    const end = await run('true', { folder: join(home, 'none') })
    expect(end).toMatchObject({ exitCode: undefined, signal: undefined, timedOut: false })
    expect(end.lastLine).toContain('sh could not be started')
  })
})

describe('what it said', () => {
  test.each([
    ['the error stream before the other', 'echo out; echo err >&2; echo later', 'err'],
    ['the other one where there were no errors', 'echo first; echo last', 'last'],
    ['the last line that is not empty', 'printf "one\\ntwo \\n\\n  \\n" >&2', 'two'],
    ['a line without an end', 'printf "no end" >&2', 'no end'],
    ['a line written in pieces', 'printf "a line " >&2; sleep 0.2; printf "in pieces\\n" >&2', 'a line in pieces'],
    ['a letter cut in two', 'printf "\\303" >&2; sleep 0.2; printf "\\244rger\\n" >&2', 'ärger'],
    ['at the most 500 letters', 'head -c 3000 /dev/zero | tr "\\0" x >&2', 'x'.repeat(500)],
  ])('the last line is %s', async (_what, script, wanted) => {
    expect((await run(script)).lastLine).toBe(wanted)
  })

  test('both streams are whole in the log when the program has ended', async () => {
    await run('i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i+1)); done; echo done >&2')
    const lines = (await readFile(log(), 'utf8')).trimEnd().split('\n')
    expect(lines).toHaveLength(20_001)
    expect(lines).toContain('line 19999')
    expect(lines).toContain('done')
  })

  test('a log that cannot be written does not end the worker', async () => {
    expect(await run('echo said >&2', { log: join(home, 'none', 'program.log') })).toMatchObject({ exitCode: 0, lastLine: 'said' })
  })
})

describe('what it is given', () => {
  test('the declared variables and no other', async () => {
    process.env['APSIS_SECRET_OF_THE_WORKER'] = 'x'
    await run('env', { environment: { PATH: '/usr/bin:/bin', APSIS_JOB: '/job.json' } })
    delete process.env['APSIS_SECRET_OF_THE_WORKER']
    const names = (await readFile(log(), 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => line.split('=')[0])
    // the shell sets PWD, and some shells these others
    expect(new Set(names.filter(n => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(n ?? '')))).toEqual(new Set(['APSIS_JOB', 'PATH']))
  })

  test('its folder, and an input stream that is at its end', async () => {
    await run('pwd; cat; echo "read to the end"')
    expect(await readFile(log(), 'utf8')).toBe(`${join(home, 'work')}\nread to the end\n`)
  })
})

describe('its end', () => {
  test('the time limit ends the whole process group', async () => {
    const end = await run('sleep 600 & echo $! > child; echo "at work" >&2; wait', { seconds: 1 })
    expect(end).toEqual({ exitCode: undefined, signal: 'SIGKILL', timedOut: true, lastLine: 'at work' })
    const child = await pidIn('child')
    await expect.poll(() => isAlive(child)).toBe(false)
  })

  test('a stop ends the whole process group', async () => {
    const stop = new AbortController()
    const ended = run('sleep 600 & echo $! > child.new; mv child.new child; wait', { stop: stop.signal })
    await expect.poll(() => existsSync(join(home, 'work', 'child'))).toBe(true)
    stop.abort()
    expect(await ended).toMatchObject({ exitCode: undefined, signal: 'SIGKILL', timedOut: false })
    const child = await pidIn('child')
    await expect.poll(() => isAlive(child)).toBe(false)
  })

  test('a stop before the start lets nothing run', async () => {
    const end = await run('sleep 600', { stop: AbortSignal.abort() })
    expect(end).toMatchObject({ signal: 'SIGKILL', timedOut: false })
  })

  test('what it left running ends with it, and is not waited for', async () => {
    const end = await run('sleep 600 & echo $! > child; exit 0')
    expect(end).toMatchObject({ exitCode: 0, timedOut: false })
    const child = await pidIn('child')
    await expect.poll(() => isAlive(child)).toBe(false)
  })

  test('a file that would fill the disk is cut off', async () => {
    const end = await run('ulimit -f; ulimit -c')
    expect(end.exitCode).toBe(0)
    const [size, core] = (await readFile(log(), 'utf8')).trim().split('\n')
    expect(Number(size)).toBeLessThanOrEqual(20_000_000_000 / 512)
    expect(core).toBe('0')
  })
})

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
