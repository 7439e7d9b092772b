import { expect, test } from 'vitest'
import { sumCoverage } from './test-coverage.ts'
import { countTests, root } from './test-run.ts'

const outcome = (status: string): { status: string; fullName: string } => ({ status, fullName: `it is ${status}` })
const file = (name: string, status: string, ...states: readonly string[]) => ({
  name: root + name,
  status,
  assertionResults: states.map(outcome),
})

const outside = 'an error outside of any test: what the run printed last tells it'

test.each([
  ['all well', [file('a', 'passed', 'passed', 'passed')], true, { passed: 2, failures: [], skipped: [] }],
  ['one failed', [file('a', 'failed', 'passed', 'failed')], false, { passed: 1, failures: ['a: it is failed'], skipped: [] }],
  [
    'a file that does not load',
    [file('a', 'failed'), file('b', 'passed', 'passed')],
    false,
    { passed: 1, failures: ['a: the file itself'], skipped: [] },
  ],
  ['an error outside of any test', [file('a', 'passed', 'passed')], false, { passed: 1, failures: [outside], skipped: [] }],
  ['no report at all', [], false, { passed: 0, failures: [outside], skipped: [] }],
  [
    'skipped by name',
    [file('a', 'passed', 'pending', 'todo')],
    true,
    { passed: 0, failures: [], skipped: ['a: it is pending', 'a: it is todo'] },
  ],
])('%s', (_what, testResults, wellEnded, result) => {
  expect(countTests({ testResults }, wellEnded)).toEqual({ ...result, failed: result.failures.length })
})

test('what was wrong is told in its first lines', () => {
  const long = Array.from({ length: 30 }, (_, line) => `line ${line}`).join('\n')
  const { failures } = countTests(
    { testResults: [{ ...file('a', 'failed'), assertionResults: [{ status: 'failed', fullName: 'it', failureMessages: [long] }] }] },
    false,
  )
  expect(failures).toHaveLength(1)
  expect(failures[0]).toMatch(/^a: it\n {4}line 0\n[^]*line 7$/)
})

test('coverage is summed by layer over its files alone', () => {
  const lines = (total: number, covered: number) => ({ lines: { total, covered } })
  const summary = {
    total: lines(1000, 1),
    '/w/src/formats/a.ts': lines(30, 27),
    '/w/src/formats/b/c.ts': lines(70, 69),
    '/w/src/formatsx/c.ts': lines(70, 0),
    '/w/src/domain/a.ts': lines(0, 0),
  }
  expect(sumCoverage(summary, '/w/')).toEqual([
    { layer: 'formats', lines: 100, covered: 96, percent: 96 },
    { layer: 'domain', lines: 0, covered: 0, percent: 100 },
    { layer: 'services', lines: 0, covered: 0, percent: 100 },
  ])
})
