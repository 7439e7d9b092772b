import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { automaticStructure, readBurstTables } from '#test/burst'
import { addFile } from '#test/ledger'
import { makeSelection, selectionOfFile } from '#domain/burst'
import {
  addSelector,
  approveSubmission,
  closeOverdue,
  listSegments,
  openWindow,
  saveDraft,
  submitSelection,
  takeArrivals,
  takeReport,
} from '#services/burst'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'
import { newsSchemas } from './news.ts'

let site: TestSite
let origin = ''

beforeAll(async () => {
  site = await openTestSite()
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
})
afterAll(() => site.close())

interface Stream {
  /** The next so many files: event number and name. */
  take(count: number): Promise<readonly (readonly [number, string])[]>
  /** The next so many acts of burst selection. */
  acts(count: number): Promise<readonly Record<string, unknown>[]>
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>
  leave(): void
}

async function listen(headers: Record<string, string> = {}): Promise<Stream> {
  const halt = new AbortController()
  const answer = await fetch(`${origin}/api/v1/live`, { headers, signal: halt.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const heard: (readonly [number, string])[] = []
  const acts: Record<string, unknown>[] = []
  let wake: () => void = () => undefined
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of answer.body ?? expect.fail('no body')) {
      const blocks = (rest + Buffer.from(chunk).toString()).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const match = /^id: (\d+)\nevent: file\ndata: (.*)$/.exec(block)
        const told = /\nevent: burst\ndata: (.*)$/.exec(block)
        if (told !== null) acts.push(newsSchemas.burst.parse(JSON.parse(told[1] ?? '')))
        if (match !== null) heard.push([Number(match[1]), (JSON.parse(match[2] ?? '') as { name: string }).name])
      }
      wake()
    }
  }
  const ended = read().catch(() => undefined)
  const take = async (count: number): Promise<readonly (readonly [number, string])[]> => {
    while (heard.length < count) await new Promise<void>(resolve => (wake = resolve))
    return heard.splice(0, count)
  }
  const takeActs = async (count: number): Promise<readonly Record<string, unknown>[]> => {
    while (acts.length < count) await new Promise<void>(resolve => (wake = resolve))
    return acts.splice(0)
  }
  return { take, acts: takeActs, ended, leave: () => halt.abort() }
}

const add = (product: string, day: number): Promise<{ name: string }> =>
  addFile(site, { product, spacecraft: 'mms1', start: `2026-10-${String(day).padStart(2, '0')}`, version: [1, 0, 0] })

test('files as they come, with their event numbers; hidden ones for the team alone; who comes back misses nothing', async () => {
  const [anybody, team] = await Promise.all([listen(), listen({ authorization: await site.basic('team') })])
  const one = await add('fgm srvy l2', 1)
  const hidden = await add('dfg srvy l1a', 1)
  const two = await add('fgm srvy l2', 2)
  const heard = await anybody.take(2)
  expect(heard.map(([, name]) => name)).toEqual([one.name, two.name])
  expect((await team.take(3)).map(([, name]) => name)).toEqual([one.name, hidden.name, two.name])
  anybody.leave()
  const three = await add('fgm srvy l2', 3)
  const again = await listen({ 'last-event-id': String(heard[0]?.[0]) })
  const four = await add('fgm srvy l2', 4)
  const missed = await again.take(3)
  expect(missed.map(([, name]) => name)).toEqual([two.name, three.name, four.name])
  expect(missed[0]?.[0]).toBe(heard[1]?.[0])
  team.leave()
  again.leave()
})

test('acts of burst selection, as they are typed, for the team alone', async () => {
  const [anybody, team] = await Promise.all([listen(), listen({ authorization: await site.basic('team', 'listener') })])
  const tables = readBurstTables()
  const [mission, evaluation, other] = ['mms', '2026-327T08:00:00', '2026-327T20:00:00']
  const now = site.clock.now
  const automatic = automaticStructure(evaluation, 2_174_000_000, 200)
  const hours = 3_600_000
  await addSelector(site.db, mission, 'scientist', 'sitl', 'olga', now)
  await addSelector(site.db, mission, 'supervisor', 'super-sitl', 'olga', now)
  await openWindow(site.db, { mission, automatic, regions: [], openedAt: now, deadline: now + 30 * hours }, 'BDM')
  const { grid } = selectionOfFile(automatic, 10, 4)
  const content = { fom: 210, spacecraft: 1, comment: 'calibration', tags: [], source: 'scientist(desk)' }
  const selection = makeSelection(grid, [{ ...content, start: 40, stop: 55 }], { evaluation, close: 2_174_003_000, final: true })
  await saveDraft(site.db, mission, evaluation, { name: 'one', selection, edits: [] }, 'scientist', now)
  const sent = { mission, evaluation, selection, justifications: {}, actor: 'scientist', now }
  const { submission } = await submitSelection(site.db, tables, sent)
  const decision = { mission, submission: submission.id, accept: true, actor: 'supervisor', reason: 'asked for', now }
  await approveSubmission(site.db, tables, decision)
  const [segment] = await listSegments(site.db, mission)
  const id = segment?.id ?? 0
  // Asking for commands makes the order; the report shows that it is held, the file that it is whole.
  const held = { segment: id, revision: 1, held: 16, released: 0, lost: 'none', listed: true } as const
  const status = { kind: 'status', spacecraft: 0, sequence: 1, at: 2_174_010_000, held: 16, recorded: 0, oldest: null } as const
  await takeReport(site.db, tables, mission, { ...status, segments: [held] }, now)
  const files = Array.from({ length: 16 }, (_, i) => ({ spacecraft: 0, segment: id, start: 2_174_000_400 + 10 * i }))
  await takeArrivals(site.db, tables, mission, files, now)
  await openWindow(
    site.db,
    { mission, automatic: { ...automatic, metadataevaltime: other }, regions: [], openedAt: now, deadline: now + 2 * hours },
    'BDM',
  )
  await closeOverdue(site.db, async () => tables, mission, now + 1.5 * hours)
  await closeOverdue(site.db, async () => tables, mission, now + 2 * hours)
  const short = (await team.acts(14)).map(({ act, evaluation: of, after, state }) => [
    act,
    of ?? after,
    ...(state === undefined ? [] : [state]),
  ])
  expect(short).toEqual([
    ['window-opened', evaluation],
    ['draft-saved', evaluation],
    ['submission-received', evaluation, 'awaiting-approval'],
    ['submission-approved', evaluation],
    ['window-closed', evaluation],
    ['segment-changed', 'NEW'],
    ['report-taken', undefined],
    ['segment-changed', 'HELD'],
    ['files-arrived', undefined],
    ['segment-changed', 'COMPLETE+FINISHED'],
    ['window-opened', other],
    ['window-warned', other],
    ['window-closed', other],
    ['segment-changed', 'NEW'],
  ])
  const file = await add('fgm srvy l2', 9)
  expect((await anybody.take(1)).map(([, name]) => name)).toEqual([file.name])
  expect(await anybody.acts(0)).toEqual([])
  anybody.leave()
  team.leave()
})

test('closing the server ends the streams', async () => {
  const other = await openTestSite()
  await other.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = other.app.server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/live`)
  const text = answer.text()
  await other.close()
  expect(await text).toBe('retry: 3000\n\n')
})
