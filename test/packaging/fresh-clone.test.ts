import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'apsis-clone-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** The machine's own Node, as a stranger has it: without the runtime and the packages of this checkout. */
const path = (process.env['PATH'] ?? '')
  .split(':')
  .filter(folder => !folder.includes('node_modules'))
  .join(':')
const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { readonly version: string }

function clone(name: string): string {
  const folder = join(root, name)
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', repository, folder])
  return folder
}

function start(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { code: number | null; out: string; words: string } {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST|CI$)/.test(name))
  const { status, stdout, stderr } = spawnSync(join(folder, 'apsis'), args, {
    env: { ...Object.fromEntries(inherited), PATH: path, ...environment },
    encoding: 'utf8',
  })
  return { code: status, out: stdout, words: stderr }
}

test('a fresh clone installs from the registry, runs, and is clean again', { timeout: 600_000 }, () => {
  const folder = clone('online')
  const first = start(folder, ['--version'], { NODE_ENV: 'production' })
  expect(first).toMatchObject({ code: 0, out: `${version}\n` })
  expect(first.words).toContain('Installed.')
  expect(existsSync(join(folder, 'node_modules', 'vitest'))).toBe(true)
  expect(start(folder, ['--version'])).toEqual({ code: 0, out: `${version}\n`, words: '' })
  expect(start(folder, ['clean']).code).toBe(0)
  expect(execFileSync('git', ['status', '--porcelain', '--ignored'], { cwd: folder, encoding: 'utf8' })).toBe('')
})

test('without a network the first start ends in one sentence', { timeout: 120_000 }, () => {
  const folder = clone('offline')
  const { code, words } = start(folder, ['--version'], {
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_cache: join(root, 'cache'),
  })
  expect(code).toBe(1)
  expect(words).toMatch(
    /apsis: no network: npm could not reach its registry \(ECONNREFUSED\); only the first start needs it\. npm's log: .*install\.log\n$/,
  )
})
