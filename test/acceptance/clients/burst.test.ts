import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSelection, selectionOfFile } from '#domain/burst'
import {
  addSelector,
  applyRecordEdits,
  closeOverdue,
  commandsFor,
  openWindow,
  submitSelection,
  takeArrivals,
  takeReport,
  takeUpload,
} from '#services/burst'
import { automaticStructure, readBurstTables } from '#test/burst'
import { clientsPython } from '#test/needs'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

const program = fileURLToPath(new URL('burst_clients.py', import.meta.url))
const tables = readBurstTables()
const mission = 'mms'
const evaluation = '2020-194T01:00:00'
/** 2020-07-11T18:30:03 UTC. */
const t0 = 1_973_183_440
const unix = (tai: number): number => tai - 378_691_200 - 37
const ground = '2020-07-11 18:40:03,2020-07-11 18:45:03,150,MP crossing (automatically generated)\n'

describe.skipIf(clientsPython === undefined)('pySPEDAS and pymms (left out: no Python environment with them)', () => {
  let site: TestSite
  let folder = ''
  let printed = ''
  let found: Record<string, unknown> = {}

  beforeAll(async () => {
    site = await openTestSite()
    folder = await mkdtemp(join(tmpdir(), 'apsis-burst-clients-'))
    const { db, clock } = site
    const { now } = clock
    await addSelector(db, mission, 'scientist', 'super-sitl', 'olga', now)
    const automatic = automaticStructure(evaluation, t0, 300)
    await openWindow(db, { mission, automatic, regions: [], openedAt: now, deadline: now + 3_600_000 }, 'BDM')
    const { grid } = selectionOfFile(automatic, 10, 4)
    const segment = { start: 40, stop: 55, fom: 120, spacecraft: 15, comment: 'BBF, then "DF"', tags: [], source: 'scientist(desk)' }
    const selection = makeSelection(grid, [segment, { ...segment, start: 100, stop: 110, fom: 45, comment: 'fill' }], { evaluation })
    await submitSelection(db, tables, { mission, evaluation, selection, justifications: { '*': 'so' }, actor: 'scientist', now })
    await closeOverdue(db, async () => tables, mission, now + 3_600_000)
    // The first segment comes down whole, the second waits.
    await commandsFor(db, tables, mission, now)
    for (const spacecraft of [0, 1, 2, 3]) {
      const held = [1, 2].map(
        id => ({ segment: id, revision: 1, held: id === 1 ? 16 : 11, released: 0, lost: 'none', listed: true }) as const,
      )
      const state = { kind: 'status', spacecraft, sequence: 1, at: t0 + 90_000, held: 27, recorded: 0, oldest: null } as const
      await takeReport(db, tables, mission, { ...state, segments: held }, now)
      const files = Array.from({ length: 16 }, (_, i) => ({ spacecraft, segment: 1, start: t0 + 400 + 10 * i }))
      await takeArrivals(db, tables, mission, files, now)
    }
    const edit = {
      act: 'modified',
      segment: 2,
      start: t0 + 1000,
      end: t0 + 1100,
      fom: 50,
      spacecraft: 15,
      source: 'scientist',
      comment: 'fill',
    } as const
    await applyRecordEdits(db, tables, { mission, edits: [edit], actor: 'scientist', now })
    const list = { name: 'gls_selections_mp-dl-unh_2026-11-23-15-00-00.csv', bytes: new TextEncoder().encode(ground) }
    await takeUpload(db, tables, { mission, ...list, actor: 'scientist', now })
    const event = { mission, reason: null, file: null, state: 'done', stop_time: new Date('2020-07-12T06:00:00Z') }
    await db
      .insertInto('mission_event')
      .values([
        { ...event, kind: 'region', name: 'sroi', key: 'a', spacecraft: 'mms1', start_time: new Date('2020-07-11T14:00:00Z') },
        { ...event, kind: 'region', name: 'sroi', key: 'a', spacecraft: 'mms2', start_time: new Date('2020-07-11T14:00:00Z') },
        { ...event, kind: 'orbit', key: '1127', spacecraft: 'mms1', start_time: new Date('2020-07-10T00:00:00Z') },
      ])
      .execute()
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    const origin = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
    const secret = Buffer.from((await site.basic('team', 'reader')).slice('Basic '.length), 'base64')
      .toString()
      .slice('reader:'.length)
    const home = { HOME: folder, MMS_DATA_DIR: folder, SPEDAS_DATA_DIR: folder, MPLBACKEND: 'Agg' }
    const run = await promisify(execFile)(clientsPython ?? '', [program, origin, 'reader', secret], {
      cwd: folder,
      env: { ...process.env, ...home },
      timeout: 240_000,
    }).catch((error: unknown) => error as { stdout: string; stderr: string })
    printed = run.stdout
    const line = /^FOUND (.*)$/m.exec(run.stdout)?.[1]
    found = JSON.parse(line ?? expect.fail(run.stderr.slice(-4000))) as Record<string, unknown>
  }, 300_000)
  afterAll(async () => {
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('pySPEDAS loads burst segments that are complete, with the ten seconds that it adds', () => {
    expect(found['segments']).toEqual([[unix(t0 + 400)], [unix(t0 + 550) + 10]])
    // Its listing names all of them, by the text with commas and quotes as it was written.
    expect(printed).toContain('2020-07-11/18:36:43 - 2020-07-11/18:39:13: BBF, then "DF" (scientist(desk))')
    expect(printed).toContain('2020-07-11/18:46:43 - 2020-07-11/18:48:23: fill (scientist(desk))')
  })

  test('pySPEDAS loads regions of interest and automated selections', () => {
    expect(found['regions']).toEqual([[Date.parse('2020-07-11T14:00:00Z') / 1000], [Date.parse('2020-07-12T06:00:00Z') / 1000]])
    expect(found['automatic']).toEqual([['abs_selections_2026-11-23-12-00-00.sav', [unix(t0), unix(t0 + 2990)]]])
  })

  test('pymms reads the segment table and the regions', () => {
    expect(found['pymms segments']).toEqual({
      datasegmentid: ['1', '2'],
      fom: ['120.0', '50.0'],
      status: ['COMPLETE+FINISHED', 'HELD+MODIFIED'],
      sourceid: ['scientist(desk)', 'scientist(desk)'],
      start_time: ['2020-07-11 18:36:43', '2020-07-11 18:46:43'],
      stop_time: ['2020-07-11 18:39:13', '2020-07-11 18:48:23'],
      obs4numbufs: ['16', '11'],
      discussion: ['BBF, then "DF"', 'fill'],
    })
    expect(found['pymms regions']).toEqual([['2020-07-11 14:00:00', '2020-07-12 06:00:00', 1127]])
  })

  test('pymms finds, fetches and reads selections of every kind', () => {
    expect(found['pymms abs']).toEqual([[33, '2020-07-11 18:31:43', expect.any(String)]])
    expect(found['pymms sitl']).toEqual([
      [120, '2020-07-11 18:36:43', 'BBF, then "DF"'],
      [45, '2020-07-11 18:46:43', 'fill'],
    ])
    expect(found['pymms ground']).toEqual([ground])
    expect(found['pymms changes']).toEqual(['bdm_sitl_changes_2026-11-23-12-00-00.sav'])
  })
})
