import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { auditArchive } from './index.ts'

let home: Installation
const root = (): string => join(home.folder, 'archive')
/** A grace period that is over for whatever exists. */
const over = -60_000

beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())

test('what agrees is left alone', async () => {
  await home.deliver('ta_cnt_day_l0_20260101_v0.0.0.txt', 'a\n')
  expect(await auditArchive(home.ingest, root(), over)).toEqual({ orphans: [], lost: [], found: [], unfinished: 0 })
})

test('bytes without a row leave the archive after the grace period, and are kept', async () => {
  const path = join(root(), 'stray.txt')
  await writeFile(path, 'stray\n')
  expect((await auditArchive(home.ingest, root(), 3_600_000)).orphans).toEqual([])
  expect((await auditArchive(home.ingest, root(), over)).orphans).toEqual(['stray.txt'])
  const row = await home.db.selectFrom('quarantine').selectAll().where('name', '=', 'stray.txt').executeTakeFirstOrThrow()
  expect(row).toMatchObject({ code: 'ingest/orphan', actor: 'audit', size: 6 })
  expect(await readFile(row.path ?? '', 'utf8')).toBe('stray\n')
})

test('unfinished copies of dead processes are removed', async () => {
  await writeFile(join(home.ingest.incoming, 'half'), 'ha')
  expect((await auditArchive(home.ingest, root(), 3_600_000)).unfinished).toBe(0)
  expect((await auditArchive(home.ingest, root(), over)).unfinished).toBe(1)
})

test('a row whose bytes are gone says lost, and held again when they are back', async () => {
  const name = 'tb_cnt_day_l0_20260102_v0.0.0.txt'
  await home.deliver(name, 'precious\n')
  const { path } = await home.db.selectFrom('file').select('path').where('name', '=', name).executeTakeFirstOrThrow()
  const state = async (): Promise<string> =>
    (await home.db.selectFrom('file').select('state').where('name', '=', name).executeTakeFirstOrThrow()).state
  await rm(join(root(), path))
  expect((await auditArchive(home.ingest, root(), over)).lost).toEqual([name])
  expect(await state()).toBe('lost')
  await writeFile(join(root(), path), 'precious\n')
  expect((await auditArchive(home.ingest, root(), over)).found).toEqual([name])
  expect(await state()).toBe('held')
  await chmod(join(root(), path), 0o644)
  await writeFile(join(root(), path), 'short\n')
  expect((await auditArchive(home.ingest, root(), over)).lost).toEqual([name])
})
