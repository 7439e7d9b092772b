import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { openHome } from '#apps/home'
import { newRecord } from '#domain/burst'
import { freshDatabase } from '#test/database'
import { openSystem, runSteward } from './index.ts'

test('the relay of config.yaml turns by itself', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'apsis-relay-'))
  const folders = { in: join(dir, 'reports'), out: join(dir, 'commands') }
  const home = await openHome(join(dir, 'home'), 'real')
  await writeFile(join(home.dir, 'config.yaml'), `relay: { mms: { in: ${folders.in}, out: ${folders.out}, every: 1 } }\n`)
  const { config } = await freshDatabase()
  const system = await openSystem({ home, config, log: pino({ level: 'silent' }), supervise: false, environment: {} })
  const content = { fom: 50, source: 'scientist', comment: '', parameterSet: '', createdAt: 1_973_183_440 }
  const { id: _id, ...record } = newRecord({ id: 0, start: 1_973_183_440, end: 1_973_183_490, ...content }, [6, 6, 6, 6])
  await system.db
    .insertInto('burst_segment')
    .values({ mission: 'mms', start_tai: record.start, end_tai: record.end, record: JSON.stringify(record) })
    .execute()
  await mkdir(folders.in)
  await writeFile(join(folders.in, 'torn.json'), '{')
  const stop = new AbortController()
  const running = runSteward(system, stop.signal)
  try {
    const patience = { timeout: 60_000, interval: 100 }
    await expect.poll(() => readdir(folders.out).catch(() => []), patience).toEqual([expect.stringMatching(/-selections\.json$/)])
    await expect.poll(() => readdir(join(folders.in, 'refused')).catch(() => []), patience).toEqual(['torn.json', 'torn.json.reason.txt'])
  } finally {
    stop.abort()
    await running
    await system.close()
    await rm(dir, { recursive: true, force: true })
  }
}, 120_000)
