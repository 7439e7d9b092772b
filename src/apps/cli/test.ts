import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { readCoverage } from './test-coverage.ts'
import type { LayerCoverage } from './test-coverage.ts'
import { findNeed } from './test-needs.ts'
import type { Need } from './test-needs.ts'
import { root, runVitest } from './test-run.ts'
import type { RunResult } from './test-run.ts'
import { coverageFloor, coverageWanted, mainRun, suites } from './test-suites.ts'
import type { Suite } from './test-suites.ts'

const say = (line: string): boolean => process.stdout.write(`${line}\n`)

export const testCommand = (): Command =>
  new Command('test')
    .description(
      'Run every test that this machine can run, and name each suite that had to be left out and why. The last line is "N passed, N failed".',
    )
    .argument('[paths...]', 'only these files or folders: no coverage, no second database')
    .option('--require-all', 'a suite left out or a test skipped counts as failure (CI=true says the same)', false)
    .option('--deep', 'random tests a hundred times as long: a million schedules of the planner, a hundred kills; hours', false)
    .addHelpText(
      'after',
      `
Examples: apsis test
          apsis test src/formats/cdf
          apsis test --deep src/services/pipeline/interleavings.test.ts
APSIS_SEED=N repeats the random tests that said they began with N.`,
    )
    .action(async (paths: readonly string[], { requireAll, deep }: { readonly requireAll: boolean; readonly deep: boolean }) => {
      process.exitCode = await runTests({ paths, requireAll, deep })
    })

interface TestOptions {
  /** Only these paths: one run, without coverage and without the other suites. */
  readonly paths: readonly string[]
  /** A suite left out, or a test skipped, counts as failure. Continuous integration sets `CI=true` for the same. */
  readonly requireAll: boolean
  /** Random tests run a hundred times as long. */
  readonly deep: boolean
}

/** Runs every suite that this machine can run, names those left out, prints the coverage and the sum. Returns the exit code. */
async function runTests(options: TestOptions): Promise<number> {
  if (options.deep) process.env['APSIS_DEEP'] = '1'
  const requireAll = options.requireAll || process.env['CI'] === 'true'
  if (options.paths.length > 0) {
    return finish([await runVitest({ name: 'some', paths: options.paths, without: [], coverage: false, environment: {} })], 0, requireAll)
  }
  const looked = suites.map(suite => ({ suite, missing: suite.needs.map(findNeed).filter(need => !need.isThere) }))
  const results = await runSuites(looked.filter(({ missing }) => missing.length === 0).map(({ suite }) => suite))
  const leftOut = looked.filter(({ missing }) => missing.length > 0)
  for (const { suite, missing } of leftOut) say(`Left out: ${suite.name}: ${missing.map(describeMissing).join(', ')}`)
  const thin = reportCoverage(await readCoverage())
  return finish(results, (requireAll ? leftOut.length : 0) + thin, requireAll)
}

const describeMissing = ({ what, cure }: Need): string => `no ${what} (${cure})`

async function runSuites(possible: readonly Suite[]): Promise<readonly RunResult[]> {
  await rm(join(root, '.coverage'), { recursive: true, force: true })
  const ownPaths = suites.flatMap(suite => (suite.how === 'within' || suite.how.environment ? [] : suite.how.run))
  const results = [await runVitest({ name: 'main', paths: mainRun, without: ownPaths, coverage: true, environment: {} })]
  for (const { name, how } of possible) {
    if (how === 'within') continue
    say(`\n${name}`)
    results.push(await runVitest({ name, paths: how.run, without: how.without ?? [], coverage: false, environment: how.environment ?? {} }))
  }
  return results
}

/** Returns how many layers lie under the floor. */
function reportCoverage(layers: readonly LayerCoverage[]): number {
  say('\nLines covered by tests')
  for (const { layer, lines, covered, percent } of layers) {
    const verdict =
      percent < coverageFloor ? `  below the floor of ${coverageFloor} %` : percent < coverageWanted ? `  wanted: ${coverageWanted} %` : ''
    say(`  ${layer.padEnd(10)}${percent.toFixed(1).padStart(6)} %  (${covered} of ${lines})${verdict}`)
  }
  if (layers.length === 0) say('  not measured: the run ended early')
  return layers.filter(({ percent }) => percent < coverageFloor).length
}

/** The last line is a contract with whoever reads the output by program. */
function finish(results: readonly RunResult[], otherFaults: number, requireAll: boolean): number {
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  const skipped = results.flatMap(result => result.skipped)
  for (const name of skipped.slice(0, 20)) say(`Skipped: ${name}`)
  for (const failure of results.flatMap(result => result.failures)) say(`Failed: ${failure}`)
  if (skipped.length > 20) say(`Skipped: and ${skipped.length - 20} more`)
  const faults = otherFaults + (requireAll ? skipped.length : 0)
  if (faults > 0)
    say(
      requireAll
        ? 'Everything had to run, and the coverage had to reach its floor: this counts as failed.'
        : 'The coverage is below its floor: this counts as failed.',
    )
  say(`${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
  return failed > 0 || faults > 0 || passed === 0 ? 1 : 0
}
