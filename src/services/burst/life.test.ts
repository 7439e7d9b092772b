import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSelection, selectionOfFile, type BurstTables } from '#domain/burst'
import { SdcError } from '#error'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { openDb, type Db } from '#services/db'
import { automaticStructure, readBurstTables } from '#test/burst'
import { freshDatabase } from '#test/database'
import {
  addSelector,
  applyRecordEdits,
  approveSubmission,
  closeOverdue,
  findWindow,
  listDrafts,
  listSegments,
  listSubmissions,
  openWindow,
  saveDraft,
  submitSelection,
  type BurstWindow,
} from './index.ts'

const tables: BurstTables = readBurstTables()
const mission = 'mms'
const hour = 3_600_000
const opened = Date.parse('2020-07-12T06:00:00Z')
const deadline = opened + 10 * hour
const t0 = 1_973_183_440
let db: Db

beforeAll(async () => {
  db = openDb((await freshDatabase()).config)
  await addSelector(db, mission, 'scientist', 'sitl', 'admin', opened)
  await addSelector(db, mission, 'supervisor', 'super-sitl', 'admin', opened)
})
afterAll(() => db.destroy())

let count = 0
const freshWindow = (at = opened, until = deadline, start = t0): Promise<BurstWindow> => {
  const evaluation = `2020-194T${String(Math.floor(count / 60)).padStart(2, '0')}:${String(count++ % 60).padStart(2, '0')}:00`
  const automatic = automaticStructure(evaluation, start, 100)
  return openWindow(db, { mission, automatic, regions: [], openedAt: at, deadline: until }, 'BDM')
}

function selectionOf(window: BurstWindow, fom: number, final: boolean, stop = 55) {
  const { grid } = selectionOfFile(window.automatic, 10, 4)
  const content = { fom, spacecraft: 15, comment: 'dipolarization front', tags: [], source: 'scientist(desk)' }
  const { evaluation } = window
  return makeSelection(grid, [{ ...content, start: 40, stop }], { evaluation, final, close: (grid.starts.at(-1) ?? 0) + 100 })
}

const submit = (window: BurstWindow, fom: number, final: boolean, now = opened + hour) =>
  submitSelection(db, tables, {
    mission,
    evaluation: window.evaluation,
    selection: selectionOf(window, fom, final),
    justifications: {},
    actor: 'scientist',
    now,
  })

async function decide(window: BurstWindow, accept: boolean, now = opened + hour): Promise<unknown> {
  const waiting = (await listSubmissions(db, window.id)).find(({ state }) => state === 'awaiting-approval')
  const submission = waiting?.id ?? (await listSubmissions(db, window.id))[0]?.id ?? -1
  return approveSubmission(db, tables, { mission, submission, accept, actor: 'supervisor', reason: 'so', now })
}

/** Everything that can happen to a window, small. */
const acts: Readonly<Record<string, (window: BurstWindow) => Promise<unknown>>> = {
  draft: window => submit(window, 60, false),
  final: window => submit(window, 70, true),
  orange: window => submit(window, 210, true),
  wrong: window => submit(window, 300, true),
  accept: window => decide(window, true),
  reject: window => decide(window, false),
  deadline: () => closeOverdue(db, async () => tables, mission, deadline),
}

/** What must hold of a window whatever has happened. */
async function checkWindow(window: BurstWindow, story: string): Promise<void> {
  const now = await findWindow(db, mission, window.evaluation)
  const submissions = await listSubmissions(db, window.id)
  const accepted = submissions.filter(({ state }) => state === 'accepted')
  const segments = await listSegments(db, mission, { window: window.id })
  expect(accepted.filter(({ final }) => final).length, story).toBeLessThanOrEqual(1)
  expect(new Set(submissions.map(({ sha256 }) => sha256)).size, story).toBe(submissions.length)
  if (now.state === 'open') {
    expect([segments.length, now.decidedBy, accepted.some(({ final }) => final)], story).toEqual([0, null, false])
    return
  }
  // One selection counts: the final one, else the last accepted one, else the automated one; its segments are there once.
  const counts = accepted.find(({ final }) => final) ?? accepted[0]
  expect(now.decidedBy, story).toBe(counts?.id ?? null)
  expect(
    segments.map(({ fom }) => fom),
    story,
  ).toEqual(counts === undefined ? [33] : counts.selection.segments.map(({ fom }) => fom))
}

test('every story of three acts: what happens is allowed or refused with a reason, and one selection counts', async () => {
  const names = Object.keys(acts)
  const outcomes = new Set<string>()
  for (const first of names)
    for (const second of names)
      for (const third of names) {
        const window = await freshWindow()
        const story = [first, second, third]
        for (const name of story)
          await (acts[name] ?? expect.fail(name))(window).then(
            () => outcomes.add(`${name} done`),
            (error: unknown) => {
              expect(error, story.join()).toBeInstanceOf(SdcError)
              outcomes.add(`${name} ${(error as SdcError).code}`)
            },
          )
        await checkWindow(window, story.join())
        // The next story is not to find this one open.
        await closeOverdue(db, async () => tables, mission, deadline)
        await checkWindow(window, `${story.join()}, deadline`)
      }
  expect([...outcomes].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
    [
      'accept burst/decided',
      'accept burst/closed',
      'accept burst/no-submission',
      'accept done',
      'deadline done',
      'draft burst/closed',
      'draft done',
      'final burst/closed',
      'final done',
      'orange burst/closed',
      'orange done',
      'reject burst/closed',
      'reject burst/decided',
      'reject burst/no-submission',
      'reject done',
      'wrong burst/closed',
      'wrong done',
    ].toSorted((a, b) => (a < b ? -1 : 1)),
  )
}, 180_000)

describe('at once', () => {
  test('every pair of acts, and all of them: one selection counts', async () => {
    const names = Object.keys(acts)
    for (const first of names)
      for (const second of names) {
        const window = await freshWindow()
        await submit(window, 220, true)
        const both = await Promise.allSettled([first, second].map(name => (acts[name] ?? expect.fail(name))(window)))
        for (const one of both) if (one.status === 'rejected') expect(one.reason, `${first} ${second}`).toBeInstanceOf(SdcError)
        await checkWindow(window, `${first} and ${second}`)
        await closeOverdue(db, async () => tables, mission, deadline)
      }
    const window = await freshWindow()
    await submit(window, 220, true)
    await Promise.allSettled(Object.values(acts).flatMap(act => [act(window), act(window)]))
    await checkWindow(window, 'all')
  }, 180_000)

  test('two who save a draft under one name: one has it, the other is told', async () => {
    const window = await freshWindow()
    const save = (fom: number) =>
      saveDraft(
        db,
        mission,
        window.evaluation,
        { name: 'mine', selection: selectionOf(window, fom, false), edits: [] },
        'scientist',
        opened,
      )
    const both = await Promise.allSettled([save(60), save(70), save(80)])
    expect(both.map(({ status }) => status).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['fulfilled', 'rejected', 'rejected'])
    for (const one of both) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'burst/name-taken' })
    expect(await listDrafts(db, window)).toHaveLength(1)
  })

  test('two who add stored segments in the same place: the second is refused', async () => {
    const edit = {
      act: 'new',
      segment: -1,
      start: t0 + 90_000,
      end: t0 + 90_100,
      fom: 60,
      spacecraft: 15,
      source: 'a',
      comment: 'late',
    } as const
    const add = () => applyRecordEdits(db, tables, { mission, edits: [edit], justifyAll: 'seen', actor: 'supervisor', now: opened })
    const both = await Promise.all([add(), add()])
    expect(both.map(({ segments, open }) => [segments.length, open]).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [0, ['B-N1:0']],
      [1, []],
    ])
  })
})

describe('the clock', () => {
  test('the deadline itself is too late, a millisecond before is not', async () => {
    const window = await freshWindow()
    expect((await submit(window, 60, false, deadline - 1)).submission.state).toBe('accepted')
    await expect(submit(window, 61, false, deadline)).rejects.toThrow('closed at')
    expect(await closeOverdue(db, async () => tables, mission, deadline - 1)).not.toContainEqual(expect.objectContaining({ act: 'closed' }))
    expect(await closeOverdue(db, async () => tables, mission, deadline)).toContainEqual(expect.objectContaining({ act: 'closed' }))
    await checkWindow(window, 'at the deadline')
  })

  test('a window over a leap second has cycles of ten seconds, and what it stores names them rightly', async () => {
    const leap = Math.round(tai1958FromTt2000(parseUtc('2016-12-31T23:59:60')))
    // Cycle 40 begins ten seconds before 2017.
    const start = leap - 9 - 400
    const at = Date.parse('2017-01-01T00:00:00Z')
    const window = await freshWindow(at - 1000, at + hour, start)
    const { submission } = await submit(window, 60, true, at + 500)
    expect(submission.state).toBe('accepted')
    const [segment] = await listSegments(db, mission, { window: window.id })
    expect(segment).toMatchObject({ start: leap - 9, end: leap - 9 + 150, createdAt: leap + 1 })
    await expect(submit(window, 61, false, at + 600)).rejects.toThrow('closed at 2017-01-01T00:00:00.500Z')
  })
})
