import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildServer } from '#apps/server'
import { describeJob } from '#services/executor'
import { addToken } from '#services/people'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'

const cli = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url))
const day = '2026-01-01'

let home: Installation
let app: FastifyInstance
let laptop: string
let server: string
let token: string

beforeAll(async () => {
  home = await openInstallation(textMission)
  await home.deliver('ta_cnt_day_l0_20260101_v0.0.0.txt', 'a\nb\nc\n')
  await home.settle()
  const { db, ingest, mission, executor } = home
  app = buildServer({
    db,
    missions: [mission],
    store: ingest.store,
    home: { title: 'Test home', simulated: false, incoming: ingest.incoming },
    clock: () => home.now,
    describeJob: (m, work) => describeJob(executor, m, work),
  })
  server = await app.listen({ port: 0, host: '127.0.0.1' })
  token = `ada:${await addToken(db, { name: 'ada', role: 'team' }, 'test', home.now)}`
  laptop = await mkdtemp(join(tmpdir(), 'apsis-laptop-'))
  await mkdir(join(laptop, 'missions'))
  await cp(join(home.folder, 'mission'), join(laptop, 'missions', 'tally'), { recursive: true })
})
afterAll(async () => {
  await app.close()
  await home.close()
  await rm(laptop, { recursive: true, force: true })
})

let runs = 0
async function run(...words: readonly string[]): Promise<{ code: number; said: string; out: string }> {
  const out = join(laptop, `out-${++runs}`)
  const environment = {
    ...process.env,
    APSIS_MISSIONS: join(laptop, 'missions'),
    XDG_CACHE_HOME: join(laptop, 'cache'),
    APSIS_SERVER: server,
  }
  return new Promise(resolve => {
    execFile(process.execPath, [cli, 'run', ...words, '--out', out], { env: environment }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr, out }),
    )
  })
}

describe('apsis run --local', () => {
  test('makes from inputs of the data center what it made itself, and publishes nothing', async () => {
    const first = await run('count', day, '--local', '--token', token)
    expect(first).toMatchObject({ code: 0, said: expect.stringContaining('ended   made') })
    const name = 'ta_cnt_day_l1_20260101_v0.0.0.txt'
    const row = await home.db.selectFrom('file').select('path').where('name', '=', name).executeTakeFirstOrThrow()
    expect(await readFile(join(first.out, name), 'utf8')).toBe(await readFile(await home.ingest.store.localPath(row.path), 'utf8'))
    expect((await readdir(first.out)).toSorted()).toEqual(['job.json', 'program.log', name])
    expect(await home.settle()).toBe(0)
    const again = await run('count', day, '--local', '--token', token)
    expect(again.said).toContain('ta_cnt_day_l0_20260101_v0.0.0.txt (cached)')
  })

  test('bytes in the cache that are no longer what they were are fetched anew', async () => {
    await run('count', day, '--local', '--token', token)
    const files = join(laptop, 'cache', 'apsis', 'files')
    const [hash = ''] = await readdir(files)
    await writeFile(join(files, hash, 'ta_cnt_day_l0_20260101_v0.0.0.txt'), 'other\n')
    const next = await run('count', day, '--local', '--token', token)
    expect(next).toMatchObject({ code: 0, said: expect.not.stringContaining('cached') })
  })

  test('the copy of the program here is what runs; its failure is shown with its words and its folder', async () => {
    const program = join(laptop, 'missions', 'tally', 'programs', 'count.sh')
    const before = await readFile(program, 'utf8')
    await writeFile(program, 'echo "no such matrix" >&2; exit 3\n')
    const failed = await run('count', day, '--local', '--token', token)
    expect(failed).toMatchObject({ code: 1, said: expect.stringMatching(/ended {3}failed: exit 3[^]*no such matrix[^]*are in /) })
    await writeFile(program, 'echo x > other.txt\n')
    expect((await run('count', day, '--local', '--token', token)).said).toContain('ta_cnt_day_l1_20260101_v0.0.0.txt was not written')
    await writeFile(program, 'echo "instrument was off"; exit 66\n')
    expect(await run('count', day, '--local', '--token', token)).toMatchObject({
      code: 66,
      said: expect.stringContaining('instrument was off'),
    })
    await writeFile(program, before)
  })

  test.each([
    ['without --local', ['count', day], 'the data center runs its jobs by itself'],
    ['without a token for inputs that are not public', ['count', day, '--local'], 'needs a token with the role team'],
    ['with a wrong secret', ['count', day, '--local', '--token', 'ada:wrong'], '(401)'],
    ['an unknown process', ['cuont', day, '--local'], 'no mission here has a process cuont; there are count, report'],
    ['a day without a job', ['count', '2026-05-05', '--local', '--token', 'TOKEN'], 'no job of count 2026-05-05 was planned yet'],
    ['a server that is not there', ['count', day, '--local', '--server', 'http://127.0.0.1:1'], 'http://127.0.0.1:1 does not answer'],
    ['no URL', ['count', day, '--local', '--server', 'sdc'], 'sdc is no URL'],
  ])('%s is refused in one sentence', async (_what, words, said) => {
    const refused = await run(...words.map(w => (w === 'TOKEN' ? token : w)))
    expect(refused.code).not.toBe(0)
    expect(refused.said).toContain(said)
    expect(refused.said).not.toContain('    at ')
    expect(existsSync(join(refused.out, 'program.log'))).toBe(false)
  })
})
