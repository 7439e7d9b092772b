import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addFile, addJob } from '#test/ledger'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
let dir: string
let job: number
let team: string
const done: unknown[] = []

beforeAll(async () => {
  const note = (act: string) => async (id: number, by: unknown) => done.push([act, id, by])
  site = await openTestSite({ jobActs: { cancel: note('cancel'), retry: note('retry') } })
  dir = await mkdtemp(join(tmpdir(), 'apsis-jobs-'))
  const l1a = await addFile(site, { product: 'dfg srvy l1a', spacecraft: 'mms1', start: '2026-11-21', version: [1, 0, 0] })
  const inputs = [{ role: 'l1a', file: l1a.id, name: l1a.name }]
  job = await addJob(site, { process: 'calibrate-fgm', spacecraft: 'mms1', start: '2026-11-21', state: 'running', inputs })
  await site.db.deleteFrom('attempt').where('job', '=', job).execute()
  await writeFile(join(dir, '1.log'), 'reading\nno such matrix\n')
  await writeFile(join(dir, '2.log'), 'reading again\n')
  const at = new Date(site.clock.now)
  const detail = JSON.stringify({ host: 'node7', command: ['idl', 'calibrate.pro'], limits: { seconds: 600 }, cut: 'memory' })
  const common = { job, worker: 'node7:12', started_at: at, executor: 'local', confinement: 'sandbox (bwrap)' }
  const failed = { outcome: 'failed' as const, exit_code: 3, message: 'exit 3: no such matrix', ended_at: at, detail }
  await site.db
    .insertInto('attempt')
    .values([
      { ...common, ...failed, number: 1, token: 'a', log: join(dir, '1.log'), job_file: JSON.stringify({ format: 'apsis-job/1' }) },
      { ...common, number: 2, token: 'b', log: join(dir, '2.log') },
    ] as never)
    .execute()
  team = await site.basic('team')
})
afterAll(async () => {
  await site.close()
  await rm(dir, { recursive: true, force: true })
})

const get = (url: string, authorization?: string) => site.app.inject({ url, headers: authorization === undefined ? {} : { authorization } })

describe('the log of a job', () => {
  test('of each try, for the team', async () => {
    expect((await get(`/api/v1/jobs/${job}/log?try=1`, team)).body).toBe('reading\nno such matrix\n')
    expect((await get(`/api/v1/jobs/${job}/log`, team)).body).toMatch(/^reading again\n/)
    expect((await get(`/api/v1/jobs/${job}/log`)).statusCode).toBe(401)
    expect((await get(`/api/v1/jobs/${job}/log?try=9`, team)).statusCode).toBe(404)
    expect((await get(`/api/v1/jobs/${job}/log?tri=1`, team)).statusCode).toBe(400)
  })

  test('can be followed until the try ends', async () => {
    const answer = get(`/api/v1/jobs/${job}/log?follow=true`, team)
    await appendFile(join(dir, '2.log'), 'half way\n')
    await new Promise(resolve => setTimeout(resolve, 300))
    await appendFile(join(dir, '2.log'), 'done\n')
    await site.db
      .updateTable('attempt')
      .set({ ended_at: new Date(site.clock.now), outcome: 'made' })
      .where('token', '=', 'b')
      .execute()
    expect((await answer).body).toBe('reading again\nhalf way\ndone\n')
  })
})

test('the triage bundle holds what is needed to find a cause, in a zip that others read', async () => {
  const answer = await get(`/api/v1/jobs/${job}/triage.zip`, team)
  expect(answer.statusCode).toBe(200)
  const path = join(dir, 'triage.zip')
  await writeFile(path, answer.rawPayload)
  const read = (name: string): string =>
    execFileSync(
      'python3',
      ['-c', `import zipfile,sys; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]).decode())`, path, `job-${job}/${name}`],
      { encoding: 'utf8' },
    )
  const summary = read('README.txt')
  for (const words of [
    'exit 3: no such matrix',
    'mms1_dfg_srvy_l1a_20261121_v1.0.0.cdf',
    'idl calibrate.pro',
    'seconds 600',
    'ended by memory',
    'sandbox (bwrap)',
    'node7',
    'apsis run calibrate-fgm 2026-11-21 --local',
  ])
    expect(summary).toContain(words)
  expect(read('try-1/log-tail.txt')).toContain('no such matrix')
  expect(JSON.parse(read('try-1/job-file.json'))).toEqual({ format: 'apsis-job/1' })
  expect((await get(`/api/v1/jobs/${job}/triage.zip`)).statusCode).toBe(401)
  expect((await get('/api/v1/jobs/999999/triage.zip', team)).statusCode).toBe(404)
})

test.each([
  ['cancel', 'cancelled'],
  ['retry', 'ready'],
])('to %s is for operators, and says who and why', async (act, state) => {
  const post = (authorization: string | undefined, id: number = job) =>
    site.app.inject({
      method: 'POST',
      url: `/api/v1/jobs/${id}/${act}`,
      payload: { reason: 'wrong table' },
      headers: authorization === undefined ? {} : { authorization },
    })
  expect((await post(undefined)).statusCode).toBe(401)
  expect((await post(team)).statusCode).toBe(403)
  const operator = await site.basic('operator', `${act}-ada`)
  expect((await post(operator, 999_999)).statusCode).toBe(404)
  expect((await post(operator)).json()).toEqual({ job, state })
  expect(done.at(-1)).toEqual([act, job, { actor: `${act}-ada`, reason: 'wrong table' }])
})

test('the page of the job links to log and bundle, and names the confinement', async () => {
  const page = (await site.app.inject({ url: `/ops/job/${job}`, headers: { authorization: team, accept: 'text/html' } })).body
  expect(page).toContain(`/api/v1/jobs/${job}/log?try=1`)
  expect(page).toContain(`/api/v1/jobs/${job}/triage.zip`)
  expect(page).toContain('Confinement: sandbox (bwrap)')
})
