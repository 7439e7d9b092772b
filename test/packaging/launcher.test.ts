import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'apsis-launcher-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A checkout with the launcher and a program that only tells how it was called; a machine whose tools are those of `bin`. */
let checkout = ''
let bin = ''
let folders = 0

const systemTools = [
  'sh',
  'awk',
  'chmod',
  'cat',
  'cmp',
  'cp',
  'cut',
  'date',
  'df',
  'dirname',
  'du',
  'flock',
  'grep',
  'head',
  'id',
  'mkdir',
  'mv',
  'readlink',
  'rm',
  'sed',
  'sleep',
  'tail',
  'uname',
]
const which = (name: string): string => execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim()

const addTool = (name: string, ...lines: readonly string[]): void => {
  rmSync(join(bin, name), { force: true })
  writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
}

/** Stands for an old machine's Node: tells its version, runs nothing. */
const addOldNode = (version: string): void => addTool('node', `[ "$1" = --version ] && echo ${version} && exit`, 'exit 9')
const addThisNode = (): void => addTool('node', `exec '${process.execPath}' "$@"`)

/** An npm that notes what it is asked and makes what the real one would. */
const addNpm = (): void =>
  addTool(
    'npm',
    `echo "$*" >> '${checkout}/asked'`,
    'case $1 in',
    'ci) mkdir -p "$3/node_modules" ;;',
    `install) mkdir -p "$3/node_modules/.bin"; printf '#!/bin/sh\\nexec "${process.execPath}" "$@"\\n' > "$3/node_modules/.bin/node"; chmod +x "$3/node_modules/.bin/node" ;;`,
    'esac',
  )

beforeEach(() => {
  checkout = join(root, String((folders += 1)), 'a checkout')
  bin = join(checkout, '..', 'bin')
  mkdirSync(join(checkout, 'src', 'apps', 'cli'), { recursive: true })
  mkdirSync(bin)
  copyFileSync(join(repository, 'apsis'), join(checkout, 'apsis'))
  writeFileSync(join(checkout, 'package-lock.json'), '{}')
  writeFileSync(join(checkout, 'src', 'apps', 'cli', 'main.ts'), 'console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]))')
  for (const tool of systemTools) symlinkSync(which(tool), join(bin, tool))
  addThisNode()
  addNpm()
})

interface Run {
  readonly code: number | null
  readonly out: string
  readonly words: string
}

async function run(
  args: readonly string[],
  options: { readonly cwd?: string; readonly program?: string; readonly uid?: number; readonly signalOn?: string } = {},
): Promise<Run> {
  const child = spawn(options.program ?? join(checkout, 'apsis'), args, {
    cwd: options.cwd ?? checkout,
    env: { PATH: bin, HOME: root },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  })
  if (options.signalOn !== undefined) {
    const awaited = options.signalOn
    child.stderr.on('data', (words: Buffer) => {
      if (words.includes(awaited)) child.kill('SIGTERM')
    })
  }
  const [out, words, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, out, words }
}

const asked = (): readonly string[] => readFileSync(join(checkout, 'asked'), 'utf8').trim().split('\n')

test('installs with words, once; through a link, from any folder, with any arguments', async () => {
  const link = join(checkout, '..', 'link')
  symlinkSync(join(checkout, 'apsis'), link)
  const first = await run(['demo', 'a b', '--x=$HOME'], { cwd: '/', program: link })
  expect(first).toMatchObject({ code: 0, out: '["/","demo","a b","--x=$HOME"]\n' })
  expect(first.words).toContain(`Apsis installs what it needs, once, into ${checkout}:`)
  expect(first.words).toMatch(/node_modules\/ +about \d+ MB[^]*To remove it: \.\/apsis clean/)
  expect(asked()).toEqual([expect.stringMatching(/^ci .*--ignore-scripts/)])
  expect(await run(['status'])).toEqual({ code: 0, out: `["${checkout}","status"]\n`, words: '' })
  writeFileSync(join(checkout, 'package-lock.json'), '{ "changed": true }')
  expect((await run([])).code).toBe(0)
  expect(asked()).toHaveLength(2)
})

test('an older Node brings its successor into the folder', async () => {
  addOldNode('v20.20.2')
  const { code, out, words } = await run(['status'])
  expect({ code, out }).toEqual({ code: 0, out: `["${checkout}","status"]\n` })
  expect(words).toMatch(/Node 24\.21\.0 +\.runtime\/ +about \d+ MB \(this machine's own is 20\.20\.2\)/)
  expect(asked()[0]).toMatch(/^install --prefix .*node-linux-(x64|arm64)@24\.21\.0 .*--ignore-scripts/)
  expect((await run(['status'])).words).toBe('')
})

test.each([
  ['v24.15.0', true],
  ['v25.0.0', true],
  ['v24.14.9', false],
])('Node %s is taken as it is: %s', async (version, taken) => {
  addTool('node', `[ "$1" = --version ] && echo ${version} && exit`, `exec '${process.execPath}' "$@"`)
  expect((await run([])).code).toBe(0)
  expect(asked().some(line => line.startsWith('install'))).toBe(!taken)
})

test.each<[string, () => void, RegExp]>([
  ['Node is missing', () => rmSync(join(bin, 'node')), /^apsis: Node is missing: install Node 20 or newer/],
  ['Node is too old', () => addOldNode('v18.19.0'), /^apsis: Node 18\.19\.0 is too old: Node 20 or newer/],
  ['Node does not start', () => addTool('node', 'exit 1'), /^apsis: the node on the PATH \(.*\) does not start/],
  ['npm is missing', () => rmSync(join(bin, 'npm')), /^apsis: npm is missing: install it/],
  [
    'the system is unknown',
    () => {
      addOldNode('v22.0.0')
      addTool('uname', 'case $1 in -s) echo FreeBSD ;; *) echo riscv64 ;; esac')
    },
    /^apsis: this system \(FreeBSD riscv64, Node v22\.0\.0\) is not supported: Linux on x64 or arm64/,
  ],
  [
    'the disk is full',
    () => addTool('df', 'echo head; echo /dev/x 100 100 20480 99% /'),
    /apsis: the disk is full: \d+ MB are needed in .*, 20 MB are free$/m,
  ],
  [
    'the disk fills meanwhile',
    () => addTool('npm', 'echo "npm error code ENOSPC"; exit 228'),
    /apsis: the disk is full: npm could not write/,
  ],
  [
    'there is no network',
    () => addTool('npm', 'echo "npm error code EAI_AGAIN"; exit 1'),
    /apsis: no network: npm could not reach its registry \(EAI_AGAIN\).*install\.log/,
  ],
  [
    'npm may not write',
    () => addTool('npm', 'echo "npm error Error: EACCES: permission denied, mkdir x"; exit 1'),
    /apsis: npm may not write: .*permission denied/,
  ],
  [
    'npm fails otherwise',
    () => addTool('npm', 'echo "npm error code EUSAGE"; echo "npm error out of step"; echo; echo log; exit 1'),
    /apsis: npm failed \(EUSAGE\): .*install\.log/,
  ],
])('one sentence and an exit code when %s', async (_what, spoil, sentence) => {
  spoil()
  const { code, out, words } = await run(['demo'])
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(words).toMatch(sentence)
  expect(
    words
      .trim()
      .split('\n')
      .filter(line => line.startsWith('apsis: ')),
  ).toHaveLength(1)
  expect(existsSync(join(checkout, 'node_modules', '.stamp'))).toBe(false)
})

test('two at the same moment: one installs, the other waits for it', async () => {
  addTool('npm', `echo "$*" >> '${checkout}/asked'`, 'sleep 2', 'mkdir -p "$3/node_modules"')
  const runs = await Promise.all([run(['a']), run(['b'])])
  expect(runs.map(({ code }) => code)).toEqual([0, 0])
  expect(asked()).toHaveLength(1)
  expect(runs.filter(({ words }) => words.includes('another apsis is installing here: waiting for it'))).toHaveLength(1)
})

test('an installation that is interrupted is begun anew at the next start', async () => {
  addTool('npm', 'mkdir -p "$3/node_modules"', 'exec sleep 100')
  const { code, words } = await run([], { signalOn: ' s\n' })
  expect(code).toBe(130)
  expect(words).toContain('stopped in the middle of the installation; the next start begins it anew')
  addNpm()
  expect((await run([])).code).toBe(0)
})

// Permissions bind root only when it starts the launcher as someone else.
test('a folder that may not be written is named', async () => {
  execFileSync('chmod', ['-R', 'a+rX', root])
  execFileSync('chmod', ['a-w', checkout])
  const { code, words } = await run([], process.getuid?.() === 0 ? { uid: 65_534 } : {})
  execFileSync('chmod', ['u+w', checkout])
  expect(code).toBe(1)
  expect(words).toMatch(/^apsis: .*a checkout is read-only for \w+: the first start installs about \d+ MB there$/m)
})

test('clean says what goes and how much, and never touches var or a folder without the demo’s mark', async () => {
  addOldNode('v20.20.2')
  await run([])
  for (const folder of ['demo-home', 'var', '.build']) mkdirSync(join(checkout, folder))
  writeFileSync(join(checkout, 'var', 'home.json'), '{ "kind": "demo" }')
  const kept = await run(['clean'])
  expect(kept.code).toBe(0)
  expect(kept.out).toMatch(/Removing:\n +\d+ MB {2}.*\.runtime\n +\d+ MB {2}.*node_modules\n +\d+ MB {2}.*\.build\nKept: .*var\n$/)
  expect(kept.words).toContain("demo-home stays: it does not bear the demo's mark")
  writeFileSync(join(checkout, 'demo-home', 'home.json'), '{\n  "kind": "demo",\n  "format": 1\n}\n')
  const dry = await run(['clean', '--dry-run'])
  expect(dry.out).toMatch(/Would remove:\n +\d+ MB {2}.*demo-home\n/)
  expect(existsSync(join(checkout, 'demo-home'))).toBe(true)
  await run(['clean'])
  expect(['.runtime', 'node_modules', '.build', 'demo-home', 'var'].filter(name => existsSync(join(checkout, name)))).toEqual(['var'])
  expect((await run(['clean'])).out).toBe('Nothing to remove.\n')
  expect(await run(['clean', '--everything'])).toMatchObject({
    code: 1,
    words: expect.stringContaining("clean does not know '--everything'"),
  })
  expect((await run(['clean', '--help'])).out).toContain('Never touches ./var')
})

test('neither clean nor renewed packages while a home is in use; a stale lock is no hindrance', async () => {
  await run([])
  const home = join(checkout, 'demo-home')
  mkdirSync(home)
  writeFileSync(join(home, 'home.json'), '{ "kind": "demo" }')
  const started = readFileSync('/proc/self/stat', 'utf8').replace(/.*\) /, '').split(' ')[19]
  const setLock = (start: string | undefined): void =>
    writeFileSync(join(home, 'home.lock'), JSON.stringify({ pid: process.pid, started: start }, undefined, 2))
  setLock(started)
  const refusal = { code: 1, words: `apsis: process ${process.pid} is running from ${home}: stop it first\n` }
  expect(await run(['clean'])).toMatchObject(refusal)
  expect((await run([])).code).toBe(0)
  writeFileSync(join(checkout, 'package-lock.json'), '{ "changed": true }')
  expect(await run([])).toMatchObject(refusal)
  setLock('1')
  expect((await run([])).code).toBe(0)
  expect((await run(['clean'])).code).toBe(0)
  expect(existsSync(home)).toBe(false)
})
