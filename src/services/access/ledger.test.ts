import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDb } from '#services/db'
import { loadMission } from '#services/missions'
import { freshDatabase } from '#test/database'
import { addCell, addFile, addJob } from '#test/ledger'
import type { TestLedger } from '#test/ledger'
import {
  countDatasets,
  countFiles,
  findCell,
  findJob,
  hideInAttempt,
  hideInCell,
  hideInJob,
  hideInWhy,
  hideNames,
  listCells,
  listFiles,
  listJobs,
  listRefused,
  nearestNames,
  parseFileQuery,
  readFile,
  readStatus,
  searchFiles,
} from './index.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
let ledger: TestLedger

beforeAll(async () => {
  const { config } = await freshDatabase()
  const mission = await loadMission(new URL('../../../missions/mms', import.meta.url).pathname)
  ledger = { db: openDb(config), mission, archive: await mkdtemp(join(tmpdir(), 'apsis-access-')) }
})
afterAll(async () => {
  await ledger.db.destroy()
  await rm(ledger.archive, { recursive: true, force: true })
})

describe('which version is seen', () => {
  const version = fc.record({ held: fc.boolean(), public: fc.boolean() })
  test('the highest that is held and shown, whatever lies above it', async () => {
    let day = 0
    await fc.assert(
      fc.asyncProperty(fc.array(version, { minLength: 1, maxLength: 5 }), async versions => {
        const start = new Date(Date.UTC(2020, 0, ++day)).toISOString().slice(0, 10)
        const names: string[] = []
        for (const [i, v] of versions.entries()) {
          const { id, name } = await addFile(ledger, {
            product: 'mec srvy l2 epht89d',
            spacecraft: 'mms1',
            start,
            version: [2, i, 0],
            public: v.public,
          })
          names.push(name)
          if (!v.held) await ledger.db.updateTable('file').set({ state: 'retired' }).where('id', '=', id).execute()
        }
        for (const sight of ['public', 'all'] as const) {
          const best = versions.findLastIndex(v => v.held && (sight === 'all' || v.public))
          const search = { mission: 'mms', dataset: 'mms1_mec_srvy_l2_epht89d', partition: start, limit: 10 }
          const expected = best < 0 ? [] : [names[best]]
          expect((await searchFiles(ledger.db, search, sight)).map(f => f.name)).toEqual(expected)
          expect(await countFiles(ledger.db, search, sight)).toBe(expected.length)
          const query = parseFileQuery(
            ledger.mission,
            'science',
            new URLSearchParams({ instrument_id: 'mec', start_date: start, end_date: `${start}-01-00-00` }),
          )
          expect((await listFiles(ledger.db, 'mms', query, sight)).map(f => f.name)).toEqual(expected)
          const shown = versions.filter(v => v.held && (sight === 'all' || v.public)).length
          expect(await countFiles(ledger.db, { ...search, versions: true }, sight)).toBe(shown)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('counts', () => {
  test('what is hidden is in no count, list, or proposal of near names', async () => {
    const raw = await addFile(ledger, { product: 'dfg srvy l1a', spacecraft: 'mms4', start: '2026-11-20', version: [1, 0, 0] })
    const open = await addFile(ledger, {
      product: 'fgm srvy l2',
      spacecraft: 'mms4',
      start: '2026-11-20',
      version: [5, 0, 0],
      bytes: Buffer.alloc(9),
    })
    const count = async (sight: 'public' | 'all', dataset: string) =>
      (await countDatasets(ledger.db, 'mms', sight)).find(c => c.dataset === dataset)
    expect(await count('public', 'mms4_dfg_srvy_l1a')).toBeUndefined()
    expect(await count('all', 'mms4_dfg_srvy_l1a')).toMatchObject({ files: 1 })
    expect(await count('public', 'mms4_fgm_srvy_l2')).toMatchObject({ files: 1, bytes: 9, newest: Date.parse('2026-11-20') })
    expect(await nearestNames(ledger.db, 'mms', 'mms4_dfg_srvy_l1a_20261121_v1.0.0.cdf', 'public')).not.toContain(raw.name)
    expect(await nearestNames(ledger.db, 'mms', 'mms4_fgm_srvy_l2_20261121_v9.0.0.cdf', 'public')).toEqual([open.name])
    expect(await nearestNames(ledger.db, 'mms', '%_%', 'all')).toEqual([])
    expect(await readFile(ledger.db, 'mms', raw.name, 'public')).toBeUndefined()
    expect(await readFile(ledger.db, 'mms', raw.name, 'all')).toMatchObject({
      coverage: { start: '2026-11-20T00:00:00.000Z' },
      records: 1000,
    })
  })
})

describe('cells, jobs, status', () => {
  test('cells by time, product and restlessness, with the state people see; jobs with their attempts', async () => {
    const product = { product: 'fgm srvy l2', spacecraft: 'mms3' }
    const text = 'job 7 failed: cannot read mms3_dfg_srvy_l1a_20261119_v1.0.0.cdf'
    await addCell(ledger, {
      ...product,
      start: '2026-11-19',
      have: 'none',
      next: 'failed',
      reason: { kind: 'failed', text, job: 7 },
      due: now - 1,
    })
    await addCell(ledger, { ...product, start: '2026-11-20', have: 'full', next: 'none', reason: { kind: 'complete', text: 'made' } })
    const name = { dataset: 'mms3_fgm_srvy_l2', partition: '2026-11-19' }
    expect(
      (await listCells(ledger.db, { mission: 'mms', product: 'fgm srvy l2', dataset: name.dataset, limit: 9 }, now)).map(c => c.shown),
    ).toEqual(['made', 'failed'])
    const [open] = await listCells(ledger.db, { open: true, from: Date.parse('2026-11-19'), to: Date.parse('2026-11-20'), limit: 9 }, now)
    expect(open).toMatchObject({ ...name, shown: 'failed', process: 'calibrate-fgm' })
    expect(await findCell(ledger.db, 'mms', { ...name, partition: '1999-01-01' }, now)).toBeUndefined()

    const id = await addJob(ledger, {
      process: 'calibrate-fgm',
      spacecraft: 'mms3',
      start: '2026-11-19',
      state: 'failed',
      tries: 3,
      message: text,
    })
    const found = await findJob(ledger.db, id)
    expect(found?.attempts.map(a => [a.number, a.outcome, a.exitCode])).toEqual([1, 2, 3].map(n => [n, 'failed', 197]))
    expect((await listJobs(ledger.db, { mission: 'mms', states: ['failed'], limit: 5 })).map(j => j.id)).toEqual([id])
    expect(await findJob(ledger.db, id + 1000)).toBeUndefined()

    const status = await readStatus(ledger.db, ['mms', 'none'], 'public', now)
    expect(status.missions[0]).toMatchObject({
      cells: { failed: 1, made: 1 },
      madeThrough: Date.parse('2026-11-21'),
      jobs: { failed: 1, ready: 0, running: 0 },
    })
    expect(status.missions[1]).toMatchObject({ files: 0, bytes: 0, newestArrival: null, madeThrough: null })

    const { mission } = ledger
    const hidden = 'job 7 failed: cannot read a file of mms3_dfg_srvy_l1a'
    expect([
      hideInCell(mission, open ?? expect.fail(), 'public').reason.text,
      hideInCell(mission, open ?? expect.fail(), 'all').reason.text,
    ]).toEqual([hidden, text])
    expect(hideInJob(mission, found?.job ?? expect.fail(), 'public')).toMatchObject({ message: hidden, inputs: [], outputs: [] })
    const [tried] = found?.attempts ?? []
    expect(hideInAttempt(mission, tried ?? expect.fail(), 'public')).toMatchObject({ message: hidden, log: null })
    const link = { ...name, state: 'failed' as const, text, due: undefined, job: 7, alsoBlamed: 0 }
    expect(hideInWhy(mission, { mission: 'mms', chain: [link], sharedBy: 0 }, 'public').chain[0]?.text).toBe(hidden)
  })
  test('names that are public, or are no files, stay in a sentence', () => {
    const text = 'mms1_fgm_srvy_l2_20261119_v5.0.0.cdf waits for mms1_dfg_srvy_l1a 2026-11-19 (exit 1.5).'
    expect(hideNames(ledger.mission, text)).toBe(text)
    expect(hideNames(ledger.mission, 'MMS1_DEFATT_2026323_2026324.V00, mms1_dfg_srvy_l1a_20261119_v1.0.0.cdf.')).toBe(
      'MMS1_DEFATT_2026323_2026324.V00, a file of mms1_dfg_srvy_l1a.',
    )
  })
  test('refused deliveries, newest first', async () => {
    const row = { mission: null, size: 1, sha256: null, path: null, code: 'x/y', reason: 'why', actor: 'somebody' }
    for (const [name, at] of [
      ['old', now - 1],
      ['new', now],
    ] as const)
      await ledger.db
        .insertInto('quarantine')
        .values({ ...row, name, at: new Date(at) })
        .execute()
    expect((await listRefused(ledger.db, 5)).map(r => [r.name, r.at])).toEqual([
      ['new', now],
      ['old', now - 1],
    ])
  })
})
