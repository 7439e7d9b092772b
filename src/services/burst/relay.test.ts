import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accountFor, formatStatus, newRecord } from '#domain/burst'
import {
  commandPoc,
  contactPoc,
  makePoc,
  memorySettings,
  parseMessage,
  recordInPoc,
  reportPoc,
  type PocMessage,
  type SimulatedPoc,
} from '#domain/downlink'
import { openDb, type Db } from '#services/db'
import { readBurstTables } from '#test/burst'
import { freshDatabase } from '#test/database'
import { actOnStored, commandsFor, listSegments, relayByFolder, takeArrivals, takeReport } from './index.ts'

const tables = readBurstTables()
const mission = 'mms'
const t0 = 1_973_183_440
const utc = Date.parse('2020-07-12T06:00:00Z')
let db: Db

beforeEach(async () => {
  db = openDb((await freshDatabase()).config)
})
afterEach(() => db.destroy())

async function addSegment(start: number, buffers: number, fom: number): Promise<number> {
  const segment = {
    id: 0,
    start: t0 + start,
    end: t0 + start + 10 * (buffers - 1),
    fom,
    source: 's',
    createdAt: t0,
    parameterSet: '',
    comment: '',
  }
  const { id: _id, ...record } = newRecord(segment, [buffers, buffers, buffers, 0])
  const row = await db
    .insertInto('burst_segment')
    .values({ mission, start_tai: segment.start, end_tai: segment.end, record: JSON.stringify(record) })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

/** As messages travel. */
function over<T extends PocMessage>(message: T): T {
  const read = parseMessage(JSON.parse(JSON.stringify(message)))
  if ('wrong' in read) throw new Error(read.wrong)
  return read as T
}

async function obey(poc: SimulatedPoc, now: number, loses = false): Promise<number> {
  const commands = await commandsFor(db, tables, mission, utc)
  if (!loses) for (const command of commands) commandPoc(poc, over(command), now)
  return commands.length
}
async function report(poc: SimulatedPoc, now: number): Promise<void> {
  for (const craft of [0, 1, 2, 3]) await takeReport(db, tables, mission, over(reportPoc(poc, craft, now)), utc)
}
async function play(poc: SimulatedPoc, now: number, isLost: (start: number) => boolean): Promise<void> {
  for (const craft of [0, 1, 2, 3]) {
    const { files } = over(contactPoc(poc, craft, 'c', now, 20))
    const came = files.filter(({ start }) => !isLost(start)).map(file => ({ spacecraft: craft, ...file }))
    await takeArrivals(db, tables, mission, [...came, ...came.slice(0, 2)], utc)
  }
}

test('segments are ordered, held, played back, lost, sent again and complete, through a database and as messages', async () => {
  const poc = makePoc(memorySettings(tables, t0), 4)
  for (const craft of [0, 1, 2]) recordInPoc(poc, craft, t0, t0 + 3000)
  const ids = [await addSegment(0, 12, 120), await addSegment(500, 15, 60), await addSegment(9000, 5, 30), await addSegment(1000, 5, 90)]
  const states = async (): Promise<readonly string[]> =>
    (await listSegments(db, mission)).toSorted((a, b) => a.id - b.id).map(({ status }) => formatStatus(status))

  await obey(poc, t0 + 4000, true)
  expect(await obey(poc, t0 + 4000)).toBe(1)
  await report(poc, t0 + 4001)
  expect(await states()).toEqual(['HELD', 'HELD', 'DERELICT+FINISHED', 'HELD'])
  expect((await listSegments(db, mission)).find(({ id }) => id === ids[0])).toMatchObject({
    inPlaylist: true,
    craft: [{ held: 12 }, { held: 12 }, { held: 12 }, { held: 0 }],
  })

  await actOnStored(db, mission, ids[3]!, { at: t0 + 4002, by: 'supervisor', act: { kind: 'delete' } })
  await actOnStored(db, mission, ids[1]!, { at: t0 + 4003, by: 'supervisor', act: { kind: 'modify', fom: 200, comment: 'better' } })
  expect(await obey(poc, t0 + 4100)).toBe(3)
  expect(poc.orders.get(ids[1]!)).toMatchObject({ revision: 2, fom: 200 })
  expect(new Set(poc.memories[0]!.holdings.keys())).toEqual(new Set([ids[0], ids[1]]))

  // The first contacts lose every third file.
  await play(poc, t0 + 5000, start => (start / 10) % 3 === 0)
  expect(await states()).toEqual(['HELD', 'HELD+MODIFIED', 'DERELICT+FINISHED', 'DELETED+FINISHED'])
  for (let round = 1; round < 4; round++) {
    await report(poc, t0 + 5000 + round * 30_000)
    await obey(poc, t0 + 5000 + round * 30_000)
    await play(poc, t0 + 5001 + round * 30_000, () => false)
  }
  expect(await states()).toEqual(['COMPLETE+FINISHED', 'COMPLETE+FINISHED', 'DERELICT+FINISHED', 'DELETED+FINISHED'])
  expect(accountFor(await listSegments(db, mission))).toMatchObject({
    chosen: 37 * 3,
    received: 27 * 3,
    derelict: 15,
    withdrawn: 15,
    pending: 0,
  })

  // Everything is known on both sides in the end, and nothing is held.
  await report(poc, t0 + 200_000)
  await obey(poc, t0 + 200_000)
  await report(poc, t0 + 200_001)
  expect(await obey(poc, t0 + 200_001)).toBe(0)
  expect(poc.memories.map(({ holdings }) => holdings.size)).toEqual([0, 0, 0, 0])
  expect(await db.selectFrom('burst_order').select('segment').where('settled', '=', false).execute()).toEqual([])
})

test('an old report after a new one is void, and two relays at once order once', async () => {
  const poc = makePoc(memorySettings(tables, t0), 4)
  for (const craft of [0, 1, 2]) recordInPoc(poc, craft, t0, t0 + 3000)
  const id = await addSegment(2000, 6, 77)
  const both = await Promise.all([commandsFor(db, tables, mission, utc), commandsFor(db, tables, mission, utc)])
  expect(both[0]).toEqual(both[1])
  for (const craft of [0, 1, 2]) poc.sequence[craft] = 1000
  const early = reportPoc(poc, 0, t0 + 300_000)
  for (const command of both[0] ?? []) commandPoc(poc, command, t0 + 300_001)
  await takeReport(db, tables, mission, reportPoc(poc, 0, t0 + 300_002), utc)
  await takeReport(db, tables, mission, early, utc)
  expect((await listSegments(db, mission)).find(one => one.id === id)).toMatchObject({
    craft: [{ held: 6 }, { held: 0 }, { held: 0 }, { held: 0 }],
  })
})

test('by folders: reports are taken or refused with the reason, commands appear whole', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'apsis-relay-'))
  const folders = { in: join(dir, 'in'), out: join(dir, 'out') }
  try {
    const poc = makePoc(memorySettings(tables, t0), 4)
    for (const craft of [0, 1, 2]) recordInPoc(poc, craft, t0, t0 + 3000)
    const id = await addSegment(0, 6, 77)
    expect(await relayByFolder(db, tables, mission, folders, utc)).toEqual({ taken: 0, refused: [], sent: 1 })
    const [name = ''] = await readdir(folders.out)
    expect(name).toBe('2020-07-12T06-00-00-000Z-0000-selections.json')
    expect(await relayByFolder(db, tables, mission, folders, utc + 30_000)).toEqual({ taken: 0, refused: [], sent: 0 })
    const command = parseMessage(JSON.parse(await readFile(join(folders.out, name), 'utf8')))
    await rm(join(folders.out, name))
    if ('wrong' in command || command.kind !== 'selections') throw new Error('no command')
    commandPoc(poc, command, t0 + 4000)
    await writeFile(join(folders.in, '1.json'), JSON.stringify(reportPoc(poc, 0, t0 + 4001)))
    await writeFile(join(folders.in, '2.json'), '{"kind":"status"')
    await writeFile(join(folders.in, '3.json'), JSON.stringify(command))
    const turn = await relayByFolder(db, tables, mission, folders, utc + 60_000)
    expect(turn).toMatchObject({
      taken: 1,
      sent: 1,
      refused: ['2.json: it is no JSON', expect.stringContaining('3.json: a selections goes to')],
    })
    expect(await readdir(join(folders.in, 'taken'))).toEqual(['1.json'])
    expect((await readdir(join(folders.in, 'refused'))).sort()).toEqual(['2.json', '2.json.reason.txt', '3.json', '3.json.reason.txt'])
    expect((await listSegments(db, mission)).find(one => one.id === id)).toMatchObject({ craft: [{ held: 6 }, {}, {}, {}] })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
