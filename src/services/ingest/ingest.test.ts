import { mkdir, readFile, readdir, rename, stat, writeFile, open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { localStore } from '#services/store'
import { withTx } from '#services/db'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { dropFolder, identifyFile, ingestFile, landBytes, verifyFile } from './index.ts'
import type { Identity } from './index.ts'

let home: Installation
let number = 0

beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())

const nextName = (): string =>
  `ta_cnt_day_l0_${new Date(Date.UTC(2026, 3, 1 + number++)).toISOString().slice(0, 10).replaceAll('-', '')}_v0.0.0.txt`
const rowOf = (name: string) => home.db.selectFrom('file').selectAll().where('name', '=', name).executeTakeFirst()
const archived = (path: string): string => join(home.folder, 'archive', path)

describe('a sound file', () => {
  test('is stored, recorded and told of once', async () => {
    const name = nextName()
    expect(await home.deliver(name, 'hello\n', 'swri')).toMatchObject({ outcome: 'stored', mission: 'tally', name })
    const row = await rowOf(name)
    expect(row).toMatchObject({ actor: 'swri', size: 6, state: 'held', latest: true, public: false, kind: 'telemetry', records: 1 })
    expect(await readFile(archived(row?.path ?? ''), 'utf8')).toBe('hello\n')
    expect((await stat(archived(row?.path ?? ''))).mode & 0o222).toBe(0)
    const events = await home.db
      .selectFrom('event')
      .select('kind')
      .where('file', '=', row?.id ?? 0)
      .execute()
    expect(events).toEqual([{ kind: 'file' }])
  })

  test('taken twice changes nothing', async () => {
    const name = nextName()
    await home.deliver(name, 'same\n')
    const last = await home.db.selectFrom('event_counter').select('last').executeTakeFirst()
    expect(await home.deliver(name, 'same\n')).toMatchObject({ outcome: 'present', name })
    expect(await home.db.selectFrom('event_counter').select('last').executeTakeFirst()).toEqual(last)
  })

  test('with other bytes under the same name is refused, the first copy stays', async () => {
    const name = nextName()
    await home.deliver(name, 'first\n')
    const again = await home.deliver(name, 'second\n')
    expect(again).toMatchObject({ outcome: 'quarantined', code: 'ingest/name-taken' })
    expect(again.outcome === 'quarantined' && again.reason).toMatch(
      /held already with other bytes \(sha256 [0-9a-f]{12}…\); a correction needs a higher version/,
    )
    expect(await readFile(archived((await rowOf(name))?.path ?? ''), 'utf8')).toBe('first\n')
    const kept = await home.db.selectFrom('quarantine').selectAll().where('name', '=', name).execute()
    expect(await readFile(kept[0]?.path ?? '', 'utf8')).toBe('second\n')
  })

  test('four senders at once: one row, nobody fails', async () => {
    const name = nextName()
    const path = join(home.folder, 'deliveries', name)
    await writeFile(path, 'race\n')
    const outcomes = await Promise.all(['a', 'b', 'c', 'd'].map(actor => ingestFile(home.ingest, path, { actor })))
    expect(outcomes.map(o => o.outcome).toSorted()).toEqual(['present', 'present', 'present', 'stored'])
    expect(await readdir(home.ingest.incoming)).toEqual([])
  })
})

describe('a file that cannot be taken', () => {
  test.each([
    ['README.txt', 'x', 'ingest/unknown-name', 'fits no name of mission tally'],
    ['ta_cnt_day_l0_20261341_v0.0.0.txt', 'x', 'ingest/unknown-name', 'fits no name'],
    ['tc_cnt_day_l0_20260101_v0.0.0.txt', 'x', 'ingest/unknown-name', 'fits no name of mission tally'],
    ['tb_cnt_day_l0_20260101_v0.0.0.txt', '', 'ingest/empty', 'empty'],
    ['tb_cnt_day_l0_20260102_v0.0.0.txt', 'a\u0000b', 'ingest/not-text', 'octet 1 is NUL'],
  ])('%s goes to quarantine: %s', async (name, content, code, reason) => {
    const outcome = await home.deliver(name, content)
    expect(outcome).toMatchObject({ outcome: 'quarantined', code })
    expect(outcome.outcome === 'quarantined' && outcome.reason).toContain(reason)
    await home.deliver(name, content)
    expect(await home.db.selectFrom('quarantine').selectAll().where('name', '=', name).execute()).toHaveLength(1)
    expect(await readdir(home.ingest.incoming)).toEqual([])
  })
})

describe('a crash between store and ledger', () => {
  const leaveOrphan = async (identity: Identity, path: string): Promise<void> => {
    const landed = await landBytes(path, home.ingest.incoming)
    const { file } = await verifyFile(home.ingest, identity, landed, { actor: 'crashed' })
    await home.ingest.store.put(file.path, landed.temporary, landed.sha256)
  }

  test('leaves an orphan that the next ingest of the same bytes adopts', async () => {
    const name = nextName()
    const path = join(home.folder, 'deliveries', name)
    await writeFile(path, 'orphan\n')
    const identity = await identifyFile(home.db, home.ingest.missions, path, name)
    if ('reason' in identity) throw new Error(identity.reason)
    await leaveOrphan(identity, path)
    expect(await rowOf(name)).toBeUndefined()
    expect(await ingestFile(home.ingest, path, { actor: 'again' })).toMatchObject({ outcome: 'stored' })
    expect(await rowOf(name)).toMatchObject({ actor: 'again' })
  })

  test('other bytes do not replace the orphan: they are refused', async () => {
    const name = nextName()
    const path = join(home.folder, 'deliveries', name)
    await writeFile(path, 'one\n')
    const identity = await identifyFile(home.db, home.ingest.missions, path, name)
    if ('reason' in identity) throw new Error(identity.reason)
    await leaveOrphan(identity, path)
    expect(await home.deliver(name, 'two\n')).toMatchObject({ outcome: 'quarantined', code: 'store/taken' })
  })

  test('an event number is given back when the transaction is rolled back', async () => {
    const { appendEvents } = await import('#services/catalog')
    const { last } = await home.db.selectFrom('event_counter').select('last').executeTakeFirstOrThrow()
    await withTx(home.db, async tx => {
      await appendEvents(tx, home.now, [{ kind: 'policy', mission: 'tally', file: null, actor: 'x' }])
      throw new Error('rolled back')
    }).catch(() => undefined)
    const name = nextName()
    await home.deliver(name, 'x\n')
    const event = await home.db.selectFrom('event').select('sequence').orderBy('sequence', 'desc').limit(1).executeTakeFirst()
    expect(event?.sequence).toBe(last + 1)
  })
})

describe('the drop folder', () => {
  test('takes a file at the second look, by its sender, and removes it', async () => {
    const drop = dropFolder(home.ingest, join(home.folder, 'drop'))
    const name = nextName()
    await mkdir(join(home.folder, 'drop/umich'), { recursive: true })
    await writeFile(join(home.folder, 'drop/umich', name), 'dropped\n')
    expect(await drop.poll()).toEqual([])
    expect(await drop.poll()).toMatchObject([{ outcome: 'stored', name }])
    expect(await rowOf(name)).toMatchObject({ actor: 'umich' })
    expect(await readdir(join(home.folder, 'drop/umich'))).toEqual([])
  })

  test('leaves what grows, what is open, and what is named as unfinished', async () => {
    const folder = join(home.folder, 'drop')
    const drop = dropFolder(home.ingest, folder)
    const name = nextName()
    const handle = await open(join(folder, name), 'w')
    await handle.write('first ')
    await writeFile(join(folder, `${name}.part`), 'x')
    await writeFile(join(folder, `.${name}`), 'x')
    await drop.poll()
    expect(await drop.poll()).toEqual([])
    await handle.write('second\n')
    await handle.close()
    expect(await drop.poll()).toEqual([])
    expect(await drop.poll()).toMatchObject([{ outcome: 'stored', name }])
    await rename(join(folder, `${name}.part`), join(folder, `${name}.tmp`))
    expect(await drop.poll()).toEqual([])
  })

  test('a file that cannot be taken in now stays, and keeps no other from coming in', async () => {
    const folder = join(home.folder, 'drop')
    const name = nextName()
    await writeFile(join(folder, 'aaa-nonsense.bin'), 'x')
    await writeFile(join(folder, name), 'good\n')
    const hindered = dropFolder({ ...home.ingest, quarantine: join(home.folder, 'no-such-folder') }, folder)
    await hindered.poll()
    expect(await hindered.poll()).toMatchObject([{ outcome: 'stored', name }])
    expect(await readdir(folder)).toContain('aaa-nonsense.bin')
    expect(await readdir(folder)).not.toContain(name)
    expect(await readdir(home.ingest.incoming)).toEqual([])
    const drop = dropFolder(home.ingest, folder)
    await drop.poll()
    expect(await drop.poll()).toMatchObject([{ outcome: 'quarantined', name: 'aaa-nonsense.bin' }])
  })

  test('a name as long as a name can be goes to quarantine', async () => {
    const name = `${'long'.repeat(62)}.bin`
    expect(await home.deliver(name, 'x')).toMatchObject({ outcome: 'quarantined', name })
    const [row] = await home.db.selectFrom('quarantine').select('path').where('name', '=', name).execute()
    expect(await readFile(row?.path ?? '', 'utf8')).toBe('x')
  })

  test('a refused file leaves the folder too: it is kept in quarantine', async () => {
    const folder = join(home.folder, 'drop')
    const drop = dropFolder(home.ingest, folder)
    await writeFile(join(folder, 'nonsense.bin'), 'x')
    await drop.poll()
    expect(await drop.poll()).toMatchObject([{ outcome: 'quarantined', code: 'ingest/unknown-name' }])
    expect(await readdir(folder)).not.toContain('nonsense.bin')
  })
})

describe('the local store', () => {
  test('refuses keys that leave it, and says what is absent', async () => {
    const store = localStore(join(home.folder, 'archive'))
    await expect(store.stat('../secret')).rejects.toMatchObject({ code: 'store/bad-key' })
    await expect(store.read('tally/none')).rejects.toMatchObject({ code: 'store/absent' })
    expect(await store.stat('tally/none')).toBeUndefined()
  })

  test('reads ranges and removes', async () => {
    const store = localStore(join(home.folder, 'archive'))
    const file = join(home.ingest.incoming, 'part')
    await writeFile(file, '0123456789')
    expect(await store.put('tally/range', file, 'unused')).toBe('stored')
    const chunks: Buffer[] = []
    for await (const chunk of await store.read('tally/range', { start: 2, end: 5 })) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe('234')
    await store.remove('tally/range')
    expect(await store.stat('tally/range')).toBeUndefined()
  })
})

describe('the home of a simulated mission', () => {
  test('takes what its spacecraft send, and nothing else', async () => {
    const simulated = { ...home.ingest, simulated: true }
    const [name, other] = [nextName(), nextName()]
    for (const each of [name, other]) await writeFile(join(home.folder, 'deliveries', each), 'x\n')
    expect(await ingestFile(simulated, join(home.folder, 'deliveries', name), { actor: 'simulator' })).toMatchObject({ outcome: 'stored' })
    expect(await rowOf(name)).toMatchObject({ simulated: true })
    const refused = await ingestFile(simulated, join(home.folder, 'deliveries', other), { actor: 'somebody' })
    expect(refused).toMatchObject({ outcome: 'quarantined', code: 'ingest/real-file' })
    expect(refused.outcome === 'quarantined' && refused.reason).toContain('real and simulated files never mix')
  })
})
