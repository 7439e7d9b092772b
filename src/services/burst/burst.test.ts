import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { accountFor, findingKey, makeSelection, printStatusTable, type Selection } from '#domain/burst'
import type { FomStructure } from '#domain/burst/files'
import { openDb, type Db } from '#services/db'
import { loadMission } from '#services/missions'
import { listLetters } from '#services/mail'
import { listActs } from '#services/people'
import { automaticStructure, readBurstTables } from '#test/burst'
import { freshDatabase } from '#test/database'
import {
  actOnStored,
  addSelector,
  approveSubmission,
  closeOverdue,
  compareDraft,
  findWindow,
  listDrafts,
  listDuty,
  listSegments,
  listSubmissions,
  listWindows,
  loadBurstTables,
  openWindow,
  readDraft,
  saveDraft,
  setDuty,
  submitSelection,
  windowFacts,
  type NewSubmission,
} from './index.ts'

const tables = readBurstTables()
const mission = 'mms'
const hour = 3_600_000
const opened = Date.parse('2020-07-12T06:00:00Z')
const deadline = opened + 30 * hour
const t0 = 1_973_183_440
let db: Db
let count = 0
let evaluation = ''

beforeAll(async () => {
  db = openDb((await freshDatabase()).config)
  await addSelector(db, mission, 'scientist', 'sitl', 'admin', opened)
  await addSelector(db, mission, 'supervisor', 'super-sitl', 'admin', opened)
})
afterAll(() => db.destroy())

const automatic = (name: string): FomStructure => ({
  ...automaticStructure(name, t0, 300),
  oldestavailableburstdata: `MMS1=${t0} MMS2=${t0} MMS3=${t0} MMS4=${t0}`,
})

beforeEach(async () => {
  evaluation = `2020-194T0${Math.floor(count / 60)}:${String(count++ % 60).padStart(2, '0')}:00`
  const regions = [0, 1, 2, 3].map(spacecraft => ({ spacecraft, start: t0, stop: t0 + 2500 }))
  await openWindow(db, { mission, automatic: automatic(evaluation), regions, openedAt: opened, deadline }, 'BDM')
})

async function grid(): Promise<Selection['grid']> {
  return (await windowFacts(db, tables, await findWindow(db, mission, evaluation))).automatic!.grid
}

async function selectionWith(
  fom: number,
  more: { readonly final?: boolean; readonly close?: number; readonly stop?: number } = {},
): Promise<Selection> {
  const segment = {
    start: 40,
    stop: more.stop ?? 55,
    fom,
    spacecraft: 15,
    comment: 'dipolarization front',
    tags: ['dipolarization-front'],
    source: 'scientist(desk)',
  }
  return makeSelection(await grid(), [segment, { ...segment, start: 100, stop: 125, fom: 45 }], {
    evaluation,
    final: more.final ?? false,
    close: more.close ?? t0 + 2600,
  })
}

const sent = async (selection: Selection, more: Partial<NewSubmission> = {}): Promise<NewSubmission> => ({
  mission,
  evaluation,
  selection,
  justifications: {},
  actor: 'scientist',
  now: opened + hour,
  ...more,
})

test('tables are those of the mission’s folder', async () => {
  const mms = await loadMission(fileURLToPath(new URL('../../../missions/mms', import.meta.url)))
  expect(await loadBurstTables(mms)).toEqual(tables)
  const { burst: _burst, ...without } = mms
  await expect(loadBurstTables(without)).rejects.toThrow('the mission mms selects no burst')
})

describe('a window', () => {
  test('is opened once, however often its evaluation comes', async () => {
    const again = await openWindow(db, { mission, automatic: automatic(evaluation), regions: [], openedAt: opened, deadline }, 'BDM')
    expect(again).toEqual(await findWindow(db, mission, evaluation))
    expect(again).toMatchObject({ state: 'open', decidedBy: null, regions: expect.arrayContaining([]) as unknown })
    expect((await listWindows(db, mission, 500)).filter(window => window.evaluation === evaluation)).toHaveLength(1)
    await expect(findWindow(db, mission, 'never')).rejects.toThrow('mms has no window of the evaluation never')
  })

  test('drafts have names, are never changed, and show what they change', async () => {
    const selection = await selectionWith(120)
    await saveDraft(db, mission, evaluation, { name: 'first', selection, edits: [] }, 'scientist', opened)
    await expect(saveDraft(db, mission, evaluation, { name: 'first', selection, edits: [] }, 'scientist', opened)).rejects.toThrow(
      'drafts are never changed',
    )
    await saveDraft(db, mission, evaluation, { name: 'better', selection: await selectionWith(130), edits: [] }, 'scientist', opened)
    const window = await findWindow(db, mission, evaluation)
    expect((await listDrafts(db, window)).map(({ name }) => name)).toEqual(['better', 'first'])
    expect((await readDraft(db, tables, window, 'first')).selection).toEqual(selection)
    expect(await compareDraft(db, tables, window, 'first')).toMatchObject({
      added: [{ start: 40 }, { start: 100 }],
      removed: [{ start: 10 }],
    })
    expect((await compareDraft(db, tables, window, 'better', 'first')).changed.map(change => change.in)).toEqual([['fom']])
  })
})

describe('a submission', () => {
  test('the same again is the same, also at once and from two sides', async () => {
    const one = await sent(await selectionWith(120))
    const all = await Promise.all([1, 2, 3, 4].map(() => submitSelection(db, tables, one)))
    expect(new Set(all.map(({ submission }) => submission.id)).size).toBe(1)
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1)
    expect(all[0]?.submission).toMatchObject({ state: 'accepted', final: false, actor: 'scientist' })
  })

  test('of two final ones at once, one closes the window and the other is told so', async () => {
    const both = await Promise.allSettled(
      [120, 130].map(async fom => submitSelection(db, tables, await sent(await selectionWith(fom, { final: true })))),
    )
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const window = await findWindow(db, mission, evaluation)
    expect(window).toMatchObject({ state: 'closed', closedAt: opened + hour })
    expect((await listSubmissions(db, window.id)).filter(({ state }) => state === 'accepted')).toHaveLength(1)
    const segments = await listSegments(db, mission, { window: window.id })
    expect(segments.map(({ start, end }) => [start, end])).toEqual([
      [t0 + 400, t0 + 550],
      [t0 + 1000, t0 + 1250],
    ])
    expect(accountFor(segments)).toMatchObject({ chosen: (16 + 26) * 4, pending: (16 + 26) * 4 })
  })

  test('errors refuse it, with the verdict in the same answer', async () => {
    const { submission, open } = await submitSelection(db, tables, await sent(await selectionWith(300)))
    expect(submission.state).toBe('refused')
    expect(open).toEqual(expect.arrayContaining([expect.objectContaining({ key: 'E1:1', needs: 'mend' })]))
    expect(submission.verdict.worst).toBe('error')
  })

  test('yellow needs a justification', async () => {
    const selection = await selectionWith(120, { stop: 75 })
    const without = await submitSelection(db, tables, await sent(selection))
    expect(without.submission.state).toBe('refused')
    expect(without.open.map(({ key, needs }) => [key, needs])).toEqual([['Y1:1', 'justification']])
    const key = findingKey(without.submission.verdict.findings[0]!)
    const having = await submitSelection(db, tables, await sent(selection, { justifications: { [key]: 'one long front' } }))
    expect(having).toMatchObject({ submission: { state: 'accepted' }, open: [], isNew: true })
  })

  test('orange waits for a Super-SITL, and nobody else can decide', async () => {
    const { submission, open } = await submitSelection(db, tables, await sent(await selectionWith(210, { final: true })))
    expect(submission.state).toBe('awaiting-approval')
    expect(open.map(({ key, needs }) => [key, needs])).toEqual([['O1:1', 'approval']])
    const act = { mission, submission: submission.id, accept: true, reason: 'calibration', now: opened + 2 * hour }
    await expect(approveSubmission(db, tables, { ...act, actor: 'scientist' })).rejects.toThrow('scientist is no Super-SITL')
    expect(await approveSubmission(db, tables, { ...act, actor: 'supervisor' })).toMatchObject({
      state: 'accepted',
      decidedBy: 'supervisor',
    })
    await expect(approveSubmission(db, tables, { ...act, actor: 'supervisor', accept: false })).rejects.toThrow(
      'is accepted: there is nothing to decide',
    )
    expect(await findWindow(db, mission, evaluation)).toMatchObject({ state: 'closed', decidedBy: submission.id })
  })

  test('a Super-SITL who submits has approved', async () => {
    const { submission } = await submitSelection(
      db,
      tables,
      await sent(await selectionWith(210), { actor: 'supervisor', onBehalf: 'student' }),
    )
    expect(submission).toMatchObject({ state: 'accepted', actor: 'supervisor', onBehalf: 'student' })
  })

  test('strangers are refused, and everything that happened is in the audit', async () => {
    await expect(submitSelection(db, tables, await sent(await selectionWith(120), { actor: 'mallory' }))).rejects.toThrow(
      'mallory is no Scientist-in-the-Loop of mms',
    )
    await submitSelection(db, tables, await sent(await selectionWith(120, { final: true })))
    const acts = (await listActs(db, 500)).filter(({ object }) => object.endsWith(evaluation)).map(({ act }) => act)
    expect(acts).toEqual(['burst.close', 'burst.submit', 'burst.open'])
  })
})

describe('the deadline', () => {
  test('is warned of, then the automated selection stands; once, also for two at once', async () => {
    const own = async (now: number): Promise<readonly string[]> =>
      (await Promise.all([1, 2].map(() => closeOverdue(db, async () => tables, mission, now))))
        .flat()
        .filter(one => one.evaluation === evaluation)
        .map(({ act, sentence }) => `${act}: ${sentence}`)
    expect(await own(opened + hour)).toEqual([])
    expect(await own(deadline - 23 * hour)).toEqual([
      `warned: ${evaluation} closes in 23.0 h; without a final submission the automated selection will stand`,
    ])
    expect(await own(deadline - 22 * hour)).toEqual([])
    expect(await own(deadline - 1)).toHaveLength(1)
    expect(await own(deadline)).toEqual([`closed: the deadline of ${evaluation} has come: the automated selection stands, 1 segments`])
    expect(await own(deadline + hour)).toEqual([])
    const window = await findWindow(db, mission, evaluation)
    expect((await listSegments(db, mission, { window: window.id })).map(({ source, fom }) => [source, fom])).toEqual([['ABS', 33]])
    await expect(submitSelection(db, tables, await sent(await selectionWith(120), { now: deadline }))).rejects.toThrow(
      'closed at 2020-07-13T12:00:00.000Z',
    )
  })

  test('the last accepted submission counts, though it was a draft', async () => {
    await submitSelection(db, tables, await sent(await selectionWith(120)))
    await submitSelection(db, tables, await sent(await selectionWith(140)))
    await submitSelection(db, tables, await sent(await selectionWith(300)))
    await closeOverdue(db, async () => tables, mission, deadline)
    const window = await findWindow(db, mission, evaluation)
    expect((await listSegments(db, mission, { window: window.id })).map(({ fom }) => fom)).toEqual([140, 45])
    expect(window.decidedBy).not.toBeNull()
  })
})

describe('letters', () => {
  test('of deadlines to who is on duty and on deck, of what waits for approval also to every Super-SITL', async () => {
    const at = opened - 400 * 24 * hour
    const evaluated = '2019-158T00:00:00'
    await addSelector(db, mission, 'dora', 'sitl', 'admin', at, 'dora@example.org')
    await addSelector(db, mission, 'deke', 'sitl', 'admin', at, 'deke@example.org')
    await addSelector(db, mission, 'sue', 'super-sitl', 'admin', at, 'sue@example.org')
    await expect(addSelector(db, mission, 'dora', 'sitl', 'admin', at, 'dora at home')).rejects.toThrow('"dora at home" is no address')
    const week = { from: at, to: at + 7 * 24 * hour }
    await setDuty(db, mission, { person: 'dora', place: 'duty', ...week }, 'sue', at)
    await setDuty(db, mission, { person: 'deke', place: 'deck', ...week }, 'sue', at)
    await openWindow(db, { mission, automatic: automatic(evaluated), regions: [], openedAt: at, deadline: at + 10 * hour }, 'BDM')
    const orange = makeSelection(
      await grid(),
      [{ start: 40, stop: 55, fom: 210, spacecraft: 15, comment: 'calibration', tags: [], source: 'dora(desk)' }],
      { evaluation: evaluated },
    )
    const { submission } = await submitSelection(db, tables, await sent(orange, { evaluation: evaluated, actor: 'dora', now: at + hour }))
    for (const after of [5, 10, 11]) await closeOverdue(db, async () => tables, mission, at + after * hour)
    const letters = (await listLetters(db, mission, 500)).filter(({ body, subject }) => `${subject} ${body}`.includes(evaluated))
    expect(letters.toReversed().map(({ recipients, subject, body }) => [recipients.join(' '), subject, body.split('\n')[0]])).toEqual([
      [
        'sue@example.org dora@example.org deke@example.org',
        `MMS burst submission ${submission.id} of dora waits for approval`,
        `Submission ${submission.id} of dora for the window ${evaluated} waits for a Super-SITL, because:`,
      ],
      [
        'dora@example.org deke@example.org',
        `MMS burst window ${evaluated} closes at 2019-06-08T16:00:00 UTC`,
        `${evaluated} closes in 5.0 h; without a final submission the automated selection will stand (submission ${submission.id} waits for approval and does not count).`,
      ],
      [
        'dora@example.org deke@example.org',
        `MMS burst window ${evaluated} closed at its deadline`,
        `the deadline of ${evaluated} has come: the automated selection stands, 1 segments (submission ${submission.id} waits for approval and does not count).`,
      ],
    ])
    expect(letters.at(-1)?.body).toContain(`  O1:1: segment 1 (`)
  })
})

test('duty and deck', async () => {
  const week = { from: opened, to: opened + 7 * 24 * hour }
  await setDuty(db, mission, { person: 'scientist', place: 'duty', ...week }, 'supervisor', opened)
  await setDuty(db, mission, { person: 'supervisor', place: 'deck', ...week }, 'supervisor', opened)
  expect((await listDuty(db, mission, opened)).map(({ person, place }) => `${person} ${place}`)).toEqual([
    'scientist duty',
    'supervisor deck',
  ])
  expect(await listDuty(db, mission, week.to)).toEqual([])
  await expect(setDuty(db, mission, { person: 'nobody', place: 'duty', ...week }, 'supervisor', opened)).rejects.toThrow(
    'nobody is no Scientist-in-the-Loop',
  )
})

test('stored segments take events and are listed as the table', async () => {
  await submitSelection(db, tables, await sent(await selectionWith(120, { final: true })))
  const window = await findWindow(db, mission, evaluation)
  const [first] = await listSegments(db, mission, { window: window.id })
  const id = first!.id
  await actOnStored(db, mission, id, { at: t0 + 90_000, by: 'POC', act: { kind: 'hold', held: [16, 16, 16, 16] } })
  await actOnStored(db, mission, id, { at: t0 + 90_001, by: 'supervisor', act: { kind: 'delete' } })
  await expect(actOnStored(db, mission, id, { at: t0 + 90_002, by: 'supervisor', act: { kind: 'delete' } })).rejects.toThrow(
    'is finished (deleted)',
  )
  expect((await listSegments(db, mission, { window: window.id, pending: true })).map(record => record.id)).not.toContain(id)
  const lines = printStatusTable(await listSegments(db, mission, { window: window.id }), 4).split('\n')
  expect(lines[1]).toContain(`${id},${t0 + 400},${t0 + 550},Simulated 2 ; parm_set: tail,0,0,0,DELETED+FINISHED`)
})
