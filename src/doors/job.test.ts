import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SdcError } from '#error'
import { inputsOf, missionFile, noData, outputOf, readJob, tryAgain } from '#doors/job'
import { emptyFolder, missionFolder, putFile } from '#test/mms-flight'
import { makeJob, runJob } from '#test/run-job'

const folder = emptyFolder()
const job = makeJob({
  process: 'calibrate',
  start: '2026-11-20T00:00:00Z',
  stop: '2026-11-21T00:00:00Z',
  inputs: [
    ['l1a', putFile(folder, 'a.cdf', 'a')],
    ['l1a', putFile(folder, 'b.cdf', 'b')],
  ],
  outputs: { l2: 'mms1_fgm_srvy_l2_20261120_v5.0.0.cdf' },
  parameters: { calibration: 'calibration/fgm.yaml', count: 3 },
})

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return error instanceof SdcError ? error.code : String(error)
  }
  return 'nothing thrown'
}

describe('the job file', () => {
  test('is read as written', () => {
    const path = join(folder, 'job.json')
    writeFileSync(path, JSON.stringify(job))
    expect(readJob(path)).toEqual(job)
  })

  test.each([
    ['no variable', undefined],
    ['no such file', join(folder, 'absent.json')],
    ['no JSON', putFile(folder, 'torn.json', '{"format":')],
    ['another format', putFile(folder, 'other.json', '{"format":"apsis-job/9"}')],
  ])('%s is refused', (_, path) => {
    delete process.env['APSIS_JOB']
    expect(codeOf(() => readJob(path))).toBe('job/malformed')
  })

  test('inputs and outputs are found by role, files by parameter', () => {
    expect(inputsOf(job, 'l1a').map(({ name }) => name)).toEqual(['a.cdf', 'b.cdf'])
    expect(inputsOf(job, 'attitude', 'optional')).toEqual([])
    expect(outputOf(job, 'l2').version).toBe('5.0.0')
    expect(missionFile(job, 'calibration')).toBe(join(missionFolder, 'calibration/fgm.yaml'))
    expect(codeOf(() => inputsOf(job, 'attitude'))).toBe('job/no-input')
    expect(codeOf(() => outputOf(job, 'table'))).toBe('job/no-output')
    expect(codeOf(() => missionFile(job, 'count'))).toBe('job/parameter')
    expect(codeOf(() => noData('none'))).toBe('job/no-data')
    expect(codeOf(() => tryAgain('later'))).toBe('job/try-again')
  })
})

describe('a program as a process', () => {
  const inline = (body: string): [string, ...string[]] => [
    process.execPath,
    '--input-type=module-typescript',
    '-e',
    `import { runProgram, noData, tryAgain } from ${JSON.stringify(new URL('./job.ts', import.meta.url).href)}\nawait runProgram(job => { ${body} })`,
  ]

  test.each([
    ['an end', 'process.stdout.write(job.spacecraft)', 0, ''],
    ['no data', 'noData("none today")', 66, 'none today\n'],
    ['try again', 'tryAgain("licence in use")', 75, 'licence in use\n'],
  ])('%s has its code and one line', async (_, body, exit, line) => {
    const result = await runJob(inline(body), job)
    expect([result.code, result.stderr]).toEqual([exit, line])
  })

  test('an unexpected error keeps its stack', async () => {
    const result = await runJob(inline('null.x'), job)
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(/TypeError[^]*at /)
  })

  test('the wished fault of a demonstration ends with 75 for its attempts and spacecraft only', async () => {
    const parameters = { simulateFault: { spacecraft: ['mms1'], attempts: 2, message: 'the licence server did not answer' } }
    const codes = await Promise.all([1, 2, 3].map(async attempt => (await runJob(inline(''), { ...job, parameters, attempt })).code))
    expect(codes).toEqual([75, 75, 0])
    expect((await runJob(inline(''), { ...job, parameters, spacecraft: 'mms2' })).code).toBe(0)
  })

  test('a torn job file is one line, not a stack', async () => {
    const result = await runJob(inline(''), '{')
    expect(result.code).toBe(1)
    expect(result.stderr.trim().split('\n')).toHaveLength(1)
  })
})
