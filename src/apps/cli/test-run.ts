import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../../../', import.meta.url))

export interface RunRequest {
  readonly name: string
  readonly paths: readonly string[]
  readonly without: readonly string[]
  readonly coverage: boolean
  readonly environment: Readonly<Record<string, string>>
}

export interface RunResult {
  readonly passed: number
  readonly failed: number
  /** Each with its file, full name and the first lines of what was wrong. */
  readonly failures: readonly string[]
  /** Full names, with their file. */
  readonly skipped: readonly string[]
}

/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/** One vitest run; its words pass through, its counts come from the report. */
export async function runVitest(request: RunRequest): Promise<RunResult> {
  const report = join(root, '.build', 'test', `${request.name.replaceAll(/\W+/g, '-')}.json`)
  await mkdir(dirname(report), { recursive: true })
  await rm(report, { force: true })
  const args = ['run', ...request.paths, '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  // a folder, or one file
  for (const path of request.without) args.push(`--exclude=${path.endsWith('.ts') ? path : `${path}/**`}`)
  if (request.coverage) args.push('--coverage', '--coverage.reportOnFailure')
  const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: root,
    env: { ...process.env, ...request.environment },
    stdio: 'inherit',
  })
  const passOn = (): boolean => child.kill('SIGTERM')
  process.once('SIGTERM', passOn)
  const [code] = (await once(child, 'exit')) as [number | null]
  process.off('SIGTERM', passOn)
  return countTests(existsSync(report) ? (JSON.parse(await readFile(report, 'utf8')) as Report) : { testResults: [] }, code === 0)
}

const maxLines = 8

/** A file that does not load, or an error outside of any test, counts as one failed test. */
export function countTests(report: Report, wellEnded: boolean): RunResult {
  let passed = 0
  const failures: string[] = []
  const skipped: string[] = []
  for (const file of report.testResults) {
    const name = relative(root, file.name)
    const before = failures.length
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed += 1
      else if (test.status === 'failed') failures.push(tellFailure(`${name}: ${test.fullName}`, test.failureMessages?.join('\n')))
      else skipped.push(`${name}: ${test.fullName}`)
    }
    if (file.status === 'failed' && failures.length === before) failures.push(tellFailure(`${name}: the file itself`, file.message))
  }
  if (!wellEnded && failures.length === 0) failures.push('an error outside of any test: what the run printed last tells it')
  return { passed, failed: failures.length, failures, skipped }
}

const tellFailure = (name: string, message = ''): string => [name, ...message.split('\n').filter(Boolean).slice(0, maxLines)].join('\n    ')
