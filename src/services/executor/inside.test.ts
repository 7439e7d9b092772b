import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { localExecutor } from './local.ts'
import type { ProgramEnd, ProgramOrder } from './port.ts'

const doors = fileURLToPath(new URL('../../doors/job.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'apsis-inside-'))
const executor = localExecutor({ kind: 'plain', because: 'chosen by the test' })
let count = 0

/** A program of these lines, and how it ends. */
async function run(body: string, seconds = 60, meanwhile: (handle: string) => unknown = () => undefined): Promise<ProgramEnd | undefined> {
  const own = join(folder, `${++count}`)
  mkdirSync(own)
  const job = { format: 'apsis-job/1', parameters: {}, outputs: [{ name: 'out.txt' }], attempt: 1, spacecraft: 'a' }
  writeFileSync(join(own, 'job.json'), JSON.stringify(job))
  const module = join(own, 'program.mjs')
  writeFileSync(
    module,
    `import { writeFileSync } from 'node:fs'\nimport { noData, placeOf, tryAgain } from '${doors}'\nexport default async job => {\n${body}\n}\n`,
  )
  const order: ProgramOrder = {
    name: `inside-${count}`,
    command: ['false'],
    module,
    folder: own,
    scratch: own,
    reads: [],
    writes: [],
    environment: { APSIS_JOB: join(own, 'job.json') },
    log: join(own, 'log'),
    limits: { seconds, cpuSeconds: 60, memory: 2 ** 26, fileSize: 2 ** 30, processes: 10 },
    exitCodes: [],
    network: false,
  }
  const handle = await executor.start(order)
  meanwhile(handle)
  return executor.wait(handle, order, new AbortController().signal)
}

describe('a program in a thread of its worker', () => {
  test('writes into its folder, and what it says into its log', async () => {
    const end = await run(`console.log('one'); process.stderr.write('two\\n'); writeFileSync(placeOf(job.outputs[0]), 'made')`)
    expect(end).toMatchObject({ exitCode: 0, signal: undefined, cut: undefined, lastLine: 'two' })
    expect(readFileSync(join(folder, `${count}`, 'out.txt'), 'utf8')).toBe('made')
    expect(readFileSync(join(folder, `${count}`, 'log'), 'utf8')).toBe('one\ntwo\n')
  })

  test.each<[string, string, Partial<ProgramEnd>]>([
    ['no data', `noData('nothing there')`, { exitCode: 66, lastLine: 'nothing there' }],
    ['try again', `tryAgain('later')`, { exitCode: 75, lastLine: 'later' }],
    ['an error', `throw new Error('broken')`, { exitCode: 1 }],
    ['an error that nobody waits for', `setTimeout(() => { throw new Error('astray') }); await new Promise(() => {})`, { exitCode: 1 }],
    ['the end of its thread', `process.exit(3)`, { exitCode: 3 }],
    ['too much memory', `const a = []; for (;;) a.push(new Array(1e5).fill('x' + a.length))`, { signal: 'SIGKILL', cut: 'memory' }],
  ])('ends by %s, and the next one has a thread', async (_, body, expected) => {
    expect(await run(body)).toMatchObject(expected)
    expect(await run('')).toMatchObject({ exitCode: 0 })
  })

  test('its time ends it, though it never pauses', async () => {
    expect(await run('for (;;);', 1)).toMatchObject({ signal: 'SIGKILL', cut: 'time' })
  })

  test('cancelling ends those that run and those that wait for a thread', async () => {
    const ends = await Promise.all(
      Array.from({ length: 5 }, () => run('for (;;);', 60, handle => setTimeout(() => void executor.cancel(handle), 300))),
    )
    expect(ends.map(end => end?.signal)).toEqual(Array.from({ length: 5 }, () => 'SIGKILL'))
    expect(await run('')).toMatchObject({ exitCode: 0 })
  })
})

describe('a process whose program runs inside', () => {
  let home: Installation
  beforeAll(async () => {
    const processes = `${textMission['processes.yaml']?.split('report:')[0]}`.replace(
      /program: .*/,
      'program: { builtin: tabulate, inside: true }',
    )
    home = await openInstallation({ ...textMission, 'processes.yaml': processes })
  })
  afterAll(() => home.close())

  test('makes its product, and the try says that nothing was around it', async () => {
    const module = join(folder, 'count.mjs')
    const body = `writeFileSync(placeOf(job.outputs[0]), String(readFileSync(job.inputs[0].path, 'utf8').length))`
    writeFileSync(
      module,
      `import { readFileSync, writeFileSync } from 'node:fs'\nimport { placeOf } from '${doors}'\nexport default job => ${body}\n`,
    )
    Object.assign(home.executor.builtins, { tabulate: module })
    await home.deliver('ta_cnt_day_l0_20260101_v0.0.0.txt', 'abc\n')
    await home.settle()
    const files = await home.db.selectFrom('file').select(['name', 'size']).where('job', 'is not', null).execute()
    expect(files).toEqual([{ name: 'ta_cnt_day_l1_20260101_v0.0.0.txt', size: 1 }])
    const tries = await home.db.selectFrom('attempt').select(['outcome', 'confinement']).execute()
    expect(tries).toEqual([{ outcome: 'made', confinement: 'in a thread of its worker' }])
  })
})
