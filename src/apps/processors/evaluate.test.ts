import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { writeCdfFile } from '#doors/cdf-node'
import { evaluateTriggers, type Evaluation } from '#domain/burst'
import { formatUtc, tt2000FromTai1958 } from '#formats/time'
import { readBurstTables } from '#test/burst'
import { emptyFolder } from '#test/mms-flight'
import { makeJob, runJob, type JobResult } from '#test/run-job'

const program = fileURLToPath(new URL('./evaluate.ts', import.meta.url))
const folder = emptyFolder()
const t0 = 1_973_183_440
const name = 'mms_bdm_srvy_sitl_abs_20200712001020_v0.0.0.json'
const numbersOf = (cycle: number): readonly number[] =>
  Array.from({ length: 8 }, (_, k) => ((cycle * 7 + k * 13) % 90) + (cycle > 40 ? 60 : 0))
const cycles = Array.from({ length: 60 }, (_, i) => i)

async function triggersOf(id: string, variable = `${id}_trig_numbers_srvy_l1a`): Promise<string> {
  const path = join(folder, `${id}-${variable.length}.cdf`)
  await writeCdfFile(path, {
    attributes: {},
    variables: [
      { name: 'Epoch', type: 'CDF_TIME_TT2000', values: BigInt64Array.from(cycles, i => tt2000FromTai1958(t0 + 10 * i)) },
      { name: variable, type: 'CDF_UINT1', dims: [8], values: Uint8Array.from(cycles.flatMap(numbersOf)) },
    ],
  })
  return path
}

const utc = (tai: number): string => formatUtc(tt2000FromTai1958(tai))
const run = (paths: readonly string[], parameters: object = {}, from = t0): Promise<JobResult> =>
  runJob(
    [process.execPath, program],
    makeJob({
      process: 'evaluate-burst',
      start: utc(from),
      stop: utc(from + 600),
      inputs: paths.map(path => ['triggers', path] as const),
      outputs: { evaluation: name },
      parameters: { tables: 'burst.yaml', numbers: '{sc}_trig_numbers_srvy_l1a', ...parameters },
    }),
  )

test('trigger data of the spacecraft become what the domain says, whichever file is whose', async () => {
  const result = await run([await triggersOf('mms3'), await triggersOf('mms1')])
  expect(result).toMatchObject({ code: 0, stderr: '' })
  const records = cycles.map(i => ({ tai: t0 + 10 * i, numbers: numbersOf(i) }))
  const wanted = evaluateTriggers(readBurstTables(), { from: t0, to: t0 + 600 }, [records, [], records, []])
  expect(JSON.parse(await readFile(result.path(name), 'utf8')) as Evaluation).toEqual(wanted)
  expect(result.stdout).toContain('"received":"MMS1=100.00% MMS2=0.00% MMS3=100.00% MMS4=0.00%"')
})

test('a region without trigger data is no data; what cannot be used is said in one line', async () => {
  expect(await run([await triggersOf('mms1')], {}, t0 + 10_000)).toMatchObject({
    code: 66,
    stderr: expect.stringMatching(/^no trigger data of .* are in 1 files\n$/) as unknown,
  })
  expect((await run([await triggersOf('mms1', 'other')])).stderr).toMatch(
    /^mms1-5.cdf has no variable \{sc\}_trig_numbers_srvy_l1a over Epoch\n$/,
  )
  expect((await run([], { numbers: 7 })).stderr).toMatch(/^the parameter "numbers" names the variable/)
  expect((await run([], { tables: 'demo.yaml' })).stderr).toMatch(/^the burst tables have faults: /)
})
