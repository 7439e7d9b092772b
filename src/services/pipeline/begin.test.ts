import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimant, openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { cancelJob, closedTokens, endedTries, noteHandle, startAttempt } from './index.ts'

let home: Installation
let days = 0
let job: number

beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())
beforeEach(async () => {
  job = await order()
})

async function order(): Promise<number> {
  const day = new Date(Date.UTC(2026, 0, 1 + days++)).toISOString().slice(0, 10)
  await home.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`, 'a\n')
  await home.planner.follow()
  return (await home.db.selectFrom('job').select('id').where('partition', '=', day).executeTakeFirstOrThrow()).id
}

const jobRow = () => home.db.selectFrom('job').selectAll().where('id', '=', job).executeTakeFirstOrThrow()
const outcomes = async () =>
  (await home.db.selectFrom('attempt').select('outcome').where('job', '=', job).orderBy('number').execute()).map(a => a.outcome)

describe('tries whose worker is lost', () => {
  test('are bounded apart: beyond the bound the job fails, says so, and gives its version back', async () => {
    const settled: string[] = []
    const terms = () => ({ holds: {}, losses: 2 })
    const take = (token: string) =>
      startAttempt(home.pipeline, job, claimant('doomed', token, { terms, settle: async () => settled.push(token) }))
    for (const token of ['a', 'b', 'c']) expect(await take(token)).toMatchObject({ token })
    expect(await take('d')).toBeUndefined()
    expect(settled).toEqual(['d'])
    expect(await outcomes()).toEqual(['lost', 'lost', 'lost'])
    expect(await jobRow()).toMatchObject({ state: 'failed', uncounted: 3, message: expect.stringContaining('lost more than 2 times') })
    expect(await home.db.selectFrom('reserved_version').select('job').where('job', '=', job).execute()).toEqual([])
  })
})

describe('a program that runs outside of its worker', () => {
  const cluster = { executor: 'slurm', lasting: true }

  test('is taken over, same try, new token; who started it can do nothing more', async () => {
    const first = await startAttempt(home.pipeline, job, claimant('first', 'a', cluster))
    if (first === undefined) throw new Error('the job is to be run')
    expect(await noteHandle(home.pipeline, first, 'slurm:7')).toBe(true)
    const second = await startAttempt(home.pipeline, job, claimant('second', 'b', cluster))
    expect(second).toMatchObject({ number: 1, token: 'b', handle: 'slurm:7' })
    expect(await noteHandle(home.pipeline, first, 'slurm:8')).toBe(false)
    expect(await closedTokens(home.pipeline, ['a', 'b'])).toEqual(['a'])
    expect(await outcomes()).toEqual([null])
  })

  test('is a stray once its try is over without it, whether or not its handle was noted', async () => {
    const first = await startAttempt(home.pipeline, job, claimant('first', 'x', cluster))
    if (first === undefined) throw new Error('the job is to be run')
    const tries = [1, 2].map(number => ({ job, number }))
    expect(await endedTries(home.pipeline, tries)).toEqual([])
    // Its worker died before it could note the handle: the next one begins another try.
    expect(await startAttempt(home.pipeline, job, claimant('second', 'y', cluster))).toMatchObject({ number: 2, handle: undefined })
    expect(await endedTries(home.pipeline, tries)).toEqual([{ job, number: 1 }])
    await cancelJob(home.pipeline, job, { actor: 'operator', reason: '' })
    expect(await endedTries(home.pipeline, tries)).toEqual(tries)
    expect(await endedTries(home.pipeline, [{ job: 999_999, number: 1 }])).toEqual([])
  })

  test('is not taken over by a worker that cannot reach it', async () => {
    const first = await startAttempt(home.pipeline, job, claimant('first', 'p', cluster))
    if (first === undefined) throw new Error('the job is to be run')
    await noteHandle(home.pipeline, first, 'slurm:11')
    expect(await startAttempt(home.pipeline, job, claimant('local', 'q'))).toMatchObject({ number: 2, handle: undefined })
    expect(await endedTries(home.pipeline, [{ job, number: 1 }])).toHaveLength(1)
  })
})

describe('what is scarce', () => {
  /** A licence by name, one name per test. */
  const scarce = (token: string, name: string, amount: number, capacity = 2) =>
    claimant('worker', token, { terms: () => ({ holds: { [name]: amount }, losses: 10 }), capacity: { [name]: capacity } })

  test('is held by one and lacked by the other, which waits and says for what', async () => {
    const held = await startAttempt(home.pipeline, job, scarce('a', 'idl', 2))
    expect(held).toBeDefined()
    const other = await order()
    expect(await startAttempt(home.pipeline, other, scarce('b', 'idl', 1))).toBeUndefined()
    const waiting = await home.db.selectFrom('job').select(['state', 'message']).where('id', '=', other).executeTakeFirstOrThrow()
    expect(waiting).toEqual({ state: 'ready', message: '1 of idl, of which 2 of 2 are held' })
    const cell = await home.db
      .selectFrom('cell')
      .select(['next', 'reason'])
      .where(sql`reason->>'job'`, '=', String(other))
      .execute()
    expect(cell).toMatchObject([{ next: 'ready', reason: { text: `job ${other} waits for 1 of idl, of which 2 of 2 are held` } }])
    await cancelJob(home.pipeline, job, { actor: 'Ada', reason: '' })
    expect(await startAttempt(home.pipeline, other, scarce('c', 'idl', 1))).toBeDefined()
    await cancelJob(home.pipeline, other, { actor: 'Ada', reason: '' })
  })

  test('more than there will ever be is said as such', async () => {
    expect(await startAttempt(home.pipeline, job, scarce('d', 'matlab', 3))).toBeUndefined()
    expect((await jobRow()).message).toContain('that is more than there will ever be here')
  })

  test('what has no number is not counted', async () => {
    expect(await startAttempt(home.pipeline, job, { ...scarce('e', 'spice', 5), capacity: {} })).toBeDefined()
    expect(await home.db.selectFrom('holding').select('job').where('job', '=', job).execute()).toEqual([])
  })

  test('many who ask at once never get more than there is', async () => {
    const jobs = [job]
    for (let i = 0; i < 7; i++) jobs.push(await order())
    const taken = await Promise.all(jobs.map((id, i) => startAttempt(home.pipeline, id, scarce(`many-${i}`, 'seat', 1, 3))))
    expect(taken.filter(a => a !== undefined)).toHaveLength(3)
  })
})

test('a job that is over cannot be cancelled, one that is not there neither', async () => {
  await cancelJob(home.pipeline, job, { actor: 'Ada', reason: 'twice' })
  await expect(cancelJob(home.pipeline, job, { actor: 'Ada', reason: 'twice' })).rejects.toThrow('is over (cancelled)')
  await expect(cancelJob(home.pipeline, 999_999, { actor: 'Ada', reason: '' })).rejects.toThrow('there is no job 999999')
  expect(
    (await home.db.selectFrom('audit').selectAll().where('act', '=', 'job.cancel').where('object', '=', String(job)).execute())[0],
  ).toMatchObject({
    actor: 'Ada',
    detail: { reason: 'twice' },
  })
})
