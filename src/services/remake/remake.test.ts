import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCdfFile } from '#doors/cdf-node'
import { codeStore, findRelease, listReleases, openOrigin, productionOf, promoteRelease, registerRelease, rollBack } from '#services/code'
import type { Release } from '#services/code'
import { withTx } from '#services/db'
import { listActs } from '#services/people'
import { listCampaigns, proposeForCode } from '#services/pipeline'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { checkRemake, compareRelease, stageRelease } from './index.ts'

const door = fileURLToPath(new URL('../../doors/cdf-node.ts', import.meta.url))

/** Writes a CDF of the numbers in the raw lines, times a gain. `salt` makes it differ from run to run, in provenance only. */
const program = (gain: number, salt = 'job.generationTime'): string => `
import { readFileSync } from 'node:fs'
import { writeCdfFile } from '${door}'
const job = JSON.parse(readFileSync(process.env.APSIS_JOB, 'utf8'))
const numbers = readFileSync(job.inputs[0].path, 'utf8').trim().split('\\n').map(Number)
const start = BigInt(Date.parse(job.partition.start) - Date.UTC(2000, 0, 1, 12)) * 1_000_000n
await writeCdfFile(job.outputs[0].name, {
  attributes: { Generation_date: String(${salt}), Data_version: job.outputs[0].version },
  variables: [
    { name: 'Epoch', type: 'CDF_TIME_TT2000', values: numbers.map((_, i) => start + BigInt(i) * 1_000_000_000n) },
    { name: 'counts', type: 'CDF_REAL8', values: numbers, attributes: { DEPEND_0: 'Epoch' } },
    { name: 'value', type: 'CDF_REAL8', values: numbers.map(n => n * ${gain}), attributes: { DEPEND_0: 'Epoch' } },
  ],
})
`

const cdfMission = (more = '', text = program(1)) => ({
  ...textMission,
  'products.yaml': (textMission['products.yaml'] ?? '').replace(
    /(cnt day l1:\n {2}title: Counts\n) {2}format: text\n {2}ext: txt/,
    '$1  format: cdf',
  ),
  'processes.yaml': `count:
  title: Counts as CDF
  inputs: { raw: cnt day l0 }
  outputs: { counts: cnt day l1 }
  program: { run: [node, programs/count.mjs] }
${more}`,
  'programs/count.mjs': text,
})

let home: Installation
beforeAll(async () => {
  home = await openInstallation(cdfMission())
})
afterAll(() => home.close())

const raw = (day: string, version = '0.0.0'): string => `ta_cnt_day_l0_${day.replaceAll('-', '')}_v${version}.txt`
const newestOf = (day: string, at = home) =>
  at.db
    .selectFrom('file')
    .selectAll()
    .where('dataset', '=', 'ta_cnt_day_l1')
    .where('partition', '=', day)
    .where('latest', '=', true)
    .executeTakeFirstOrThrow()

async function valuesOf(day: string): Promise<readonly number[]> {
  const cdf = await openCdfFile(await home.ingest.store.localPath((await newestOf(day)).path))
  const data = await cdf.variables.get('value')?.read()
  await cdf.close()
  return [...((data?.values ?? []) as Float64Array)]
}

/** The mission's folder with another gain, registered by Ada. */
async function register(gain: number, rise: 'quality' | 'revision' = 'quality'): Promise<Release> {
  const folder = join(home.folder, `gain-${gain}`)
  await cp(join(home.folder, 'mission'), folder, { recursive: true })
  await writeFile(join(folder, 'programs/count.mjs'), program(gain))
  const tree = await home.executor.code.put(folder)
  const registration = { package: 'tally', tree, source: 'a test', rise, note: '', actor: 'Ada' }
  return withTx(home.db, tx => registerRelease(tx, registration, home.now))
}

async function stage(release: Release): Promise<readonly string[]> {
  const outcomes: string[] = []
  const scope = { mission: 'tally', limit: 10 }
  for await (const r of stageRelease(home.executor, release, scope, 'Ada')) outcomes.push(`${r.outcome} ${r.partition}`)
  return outcomes
}

const promote = (release: Release, actor: string): Promise<void> =>
  withTx(home.db, async tx => promoteRelease(tx, await findRelease(tx, 'tally', release.digest), { actor, reason: 'better' }, home.now))

test('a release is registered, staged, compared, promoted by a second person, and rolled back', async () => {
  await home.deliver(raw('2026-01-01'), '1\n2\n3\n')
  await home.deliver(raw('2026-01-02'), '4\n5\n')
  await home.settle()
  const files = await home.db.selectFrom('file').select('id').execute()

  const release = await register(2)
  expect((await register(2)).digest).toBe(release.digest)
  await expect(promote(release, 'Bea')).rejects.toThrow('no report')
  expect(await stage(release)).toEqual(['made 2026-01-02', 'made 2026-01-01'])
  expect(await home.db.selectFrom('file').select('id').execute()).toEqual(files)
  await expect(promote(release, 'Bea')).rejects.toThrow('no report')

  const report = await compareRelease(home.executor, release, 'Ada')
  expect(report).toMatchObject({ runs: { made: 2, noData: 0, failed: 0 }, failures: [] })
  expect(report.outputs).toMatchObject(
    ['01', '02'].map(day => ({
      base: `ta_cnt_day_l1_202601${day}_v0.0.0.cdf`,
      result: 'differs',
      attributes: [],
      variables: [{ name: 'value', state: 'changed', attributes: [] }],
    })),
  )
  expect(report.outputs[0]?.variables[0]).toMatchObject({ compared: 3, changedRecords: 3, largest: 3, median: 2 })

  await expect(promote(release, 'Ada')).rejects.toThrow('somebody else')
  await promote(release, 'Bea')
  expect((await productionOf(home.db, 'tally'))?.digest).toBe(release.digest)
  // nothing is remade by itself
  await home.planner.sweep()
  expect(await home.settle()).toBe(0)

  // but proposed
  const proposal = await proposeForCode(home.pipeline, 'tally', 'Bea')
  expect(proposal).toMatchObject({ works: 2, forecast: { jobs: 2 } })
  expect((await listCampaigns(home.db))[0]).toMatchObject({ state: 'proposed', cause: { kind: 'code', digest: release.digest } })

  // what comes anew runs with it, and its quality rises
  await home.deliver(raw('2026-01-01', '0.0.1'), '1\n2\n3\n4\n')
  await home.settle()
  expect(await valuesOf('2026-01-01')).toEqual([2, 4, 6, 8])
  expect((await newestOf('2026-01-01')).version_text).toBe('0.1.0')

  expect((await proposeForCode(home.pipeline, 'tally', 'Bea'))?.works).toBe(1)

  const back = await withTx(home.db, tx => rollBack(tx, 'tally', { actor: 'Ada', reason: 'spikes' }, home.now))
  expect(back.to).toBeUndefined()
  await home.deliver(raw('2026-01-02', '0.0.1'), '4\n5\n6\n')
  await home.settle()
  expect(await valuesOf('2026-01-02')).toEqual([4, 5, 6])

  const other = await register(3)
  await stage(other)
  await compareRelease(home.executor, other, 'Ada')
  await promote(other, 'Bea')
  expect((await listReleases(home.db, 'tally')).map(r => r.state).toSorted()).toEqual(['production', 'retired'])
  expect((await listActs(home.db, 1))[0]).toMatchObject({ actor: 'Bea', act: 'code.production' })
})

test('a file is remade to the bit from its record, whatever became of the mission folder', async () => {
  const own = await openInstallation(cdfMission())
  await own.deliver(raw('2026-02-01'), '1\n2\n')
  await own.settle()
  const { name, job } = await newestOf('2026-02-01', own)
  expect(await checkRemake(own.executor, 'tally', name)).toMatchObject({ result: 'bits', kept: true, environment: [] })
  await writeFile(join(own.folder, 'mission/programs/count.mjs'), program(7))
  expect(await checkRemake(own.executor, 'tally', name)).toMatchObject({ result: 'bits', kept: true })

  const attempt = await own.db
    .selectFrom('attempt')
    .selectAll()
    .where('job', '=', job ?? 0)
    .executeTakeFirstOrThrow()
  const environment = await own.db
    .selectFrom('environment')
    .selectAll()
    .where('fingerprint', '=', attempt.environment ?? '')
    .executeTakeFirstOrThrow()
  expect(environment.detail).toMatchObject({ interpreter: `node ${process.version}`, locale: 'C.UTF-8', timezone: 'UTC' })
  expect(attempt.job_file).toMatchObject({ inputs: [{ role: 'raw', name: raw('2026-02-01') }], outputs: [{ name }] })
  expect(attempt.recipe).toMatch(/^[0-9a-f]{64}$/)

  // what was delivered has no record, and says so
  await expect(checkRemake(own.executor, 'tally', raw('2026-02-01'))).rejects.toThrow('was delivered by sender')
  // code that was tampered with is not believed, by a process that opens the store anew
  const stored = join(own.folder, 'code', attempt.code ?? '', 'programs/count.mjs')
  await writeFile(`${stored}.x`, 'x')
  await expect(checkRemake({ ...own.executor, code: codeStore(join(own.folder, 'code')) }, 'tally', name)).rejects.toThrow(
    'is not what it was registered as',
  )
  await own.close()
})

describe('a program that is not deterministic', () => {
  const made = async (more: string): Promise<{ readonly at: Installation; readonly name: string }> => {
    const at = await openInstallation(cdfMission(more, program(1, 'process.hrtime.bigint()')))
    await at.deliver(raw('2026-03-01'), '1\n2\n')
    await at.settle()
    return { at, name: (await newestOf('2026-03-01', at)).name }
  }

  test('breaks its promise where it does not say so', async () => {
    const { at, name } = await made('')
    expect(await checkRemake(at.executor, 'tally', name)).toMatchObject({ promised: 'bits', result: 'content', kept: false })
    await at.close()
  })

  test('keeps it by content where it does', async () => {
    const { at, name } = await made('  deterministic: false\n')
    expect(await checkRemake(at.executor, 'tally', name)).toMatchObject({ promised: 'content', result: 'content', kept: true })
    await at.close()
  })
})

describe('where code comes from', () => {
  test('programs in the store use the modules of Apsis by their names', async () => {
    const folder = join(home.folder, 'uses-apsis')
    await mkdir(folder)
    await writeFile(join(folder, 'say.ts'), "import { parseUtc } from '#formats/time'\nconsole.log(parseUtc('2000-01-01T12:00:00Z'))\n")
    const { code } = home.executor
    const { digest } = await code.put(folder)
    expect(execFileSync(process.execPath, [join(await code.folderOf(digest), 'say.ts')]).toString()).toBe('64184000000n\n')
  })

  test('a commit of a git repository gives the digest of the same folder', async () => {
    const repository = join(home.folder, 'repository')
    await mkdir(join(repository, 'l2'), { recursive: true })
    await writeFile(join(repository, 'l2/run.sh'), 'echo one\n')
    const git = (...words: string[]): void =>
      void execFileSync('git', ['-C', repository, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...words])
    git('init', '-q')
    git('add', '.')
    git('commit', '-qm', 'one')
    git('tag', 'v1')
    const { code } = home.executor
    const folder = await openOrigin(join(repository, 'l2'), '.', '')
    const { digest } = await code.put(folder.folder)
    await writeFile(join(repository, 'l2/run.sh'), 'echo two\n')
    const tag = await openOrigin('v1', repository, 'l2')
    expect((await code.put(tag.folder)).digest).toBe(digest)
    expect(tag.source).toMatch(/^git [0-9a-f]{12} \(v1\) l2$/)
    await tag.close()
    expect(await readFile(join(await code.folderOf(digest), 'run.sh'), 'utf8')).toBe('echo one\n')
    await expect(openOrigin('v2', repository, '')).rejects.toThrow('neither a folder nor a commit')
  })
})

describe('a release with rules of its own', () => {
  /** The mission's programs under another name, and rules that say how to run them. */
  async function bring(at: Installation, processes: string): Promise<Release> {
    const folder = join(at.folder, `rules-${processes.length}`)
    await mkdir(join(folder, 'programs'), { recursive: true })
    await writeFile(join(folder, 'programs/renamed.mjs'), program(1).replace('n * 1', 'n * job.parameters.gain'))
    await writeFile(join(folder, 'processes.yaml'), processes)
    const tree = await at.executor.code.put(folder)
    const registration = { package: 'tally', tree, source: 'a test', rise: 'revision' as const, note: '', actor: 'Ada' }
    return withTx(at.db, tx => registerRelease(tx, registration, at.now))
  }
  const rules = (more: string): string =>
    `count:\n  title: C\n  inputs: { raw: cnt day l0 }\n  outputs: { counts: cnt day l1 }\n  program: { run: [node, programs/renamed.mjs] }\n${more}`
  const tryOut = async (at: Installation, release: Release): Promise<readonly (string | undefined)[]> => {
    const told: (string | undefined)[] = []
    for await (const r of stageRelease(at.executor, release, { mission: 'tally', limit: 1 }, 'Ada')) told.push(r.outcome, r.message)
    return told
  }

  test('runs as it says, in staging and in production, and is remade so', async () => {
    const at = await openInstallation(cdfMission())
    await at.deliver(raw('2026-04-01'), '1\n2\n')
    await at.settle()
    const release = await bring(at, rules('  parameters: { gain: 5 }\n'))
    expect(await tryOut(at, release)).toEqual(['made', undefined])
    const { outputs } = await compareRelease(at.executor, release, 'Ada')
    expect(outputs).toMatchObject([{ result: 'differs', variables: [{ name: 'value', changedRecords: 2, largest: 8 }] }])
    await withTx(at.db, async tx =>
      promoteRelease(tx, await findRelease(tx, 'tally', release.digest), { actor: 'Bob', reason: 'better' }, at.now),
    )
    await at.deliver(raw('2026-04-02'), '3\n4\n')
    await at.settle()
    const { name } = await newestOf('2026-04-02', at)
    const attempt = await at.db
      .selectFrom('attempt')
      .select(['outcome', 'job_file'])
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(attempt).toMatchObject({ outcome: 'made', job_file: { parameters: { gain: 5 } } })
    expect(await checkRemake(at.executor, 'tally', name)).toMatchObject({ result: 'bits', kept: true })

    const other = await bring(at, rules('').replace('cnt day l0', 'cnt day l2'))
    await expect(tryOut(at, other)).rejects.toThrow('other inputs or outputs')
    const faulty = await bring(at, rules('  limit: 1\n'))
    await expect(tryOut(at, faulty)).rejects.toThrow('has no key "limit" (nearest is "limits")')
    await at.close()
  })
})
