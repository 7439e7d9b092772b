import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { applyEdit, makeSelection, regularGrid, replayEdits } from '#domain/burst'
import type { CommandMessage, StatusMessage } from '#domain/downlink'
import { loadMissions } from '#services/missions'
import { missionsFolder } from '#apps/system'
import { readBurstTables } from '#test/burst'
import { readBurstScript, type BurstScript } from './burst-script.ts'
import { improve } from './sitl.ts'
import { makeStation, passOver, readStation, recordBurst, takeCommands, writeStation, type RelayFolders, type Station } from './station.ts'

const tables = readBurstTables()
const t0 = 1_973_183_440
const script: BurstScript = {
  openHours: 1,
  budget: 8,
  sitl: {
    person: 'scientist',
    leaves: [2],
    raise: { fom: 175, cycles: 4, comment: 'crossing', tags: ['jet'] },
    add: { fom: 80, cycles: 5, comment: 'missed', tags: [] },
    comment: 'as it was',
    note: 'quiet',
  },
  loses: { spacecraft: 'mms3', playback: 1 },
  doubles: { spacecraft: 'mms1', playback: 1 },
  holdsBack: { spacecraft: 'mms2', playback: 1 },
}

describe('the scripted scientist', () => {
  const mdq = Array.from({ length: 200 }, (_, i) => (i >= 44 && i < 48 ? 90 : i >= 120 && i < 125 ? 30 : 5))
  const segment = { spacecraft: 15, comment: '', tags: [], source: 'ABS' }
  const automatic = makeSelection(regularGrid(t0, 200, 10), [
    { ...segment, start: 10, stop: 21, fom: 12 },
    { ...segment, start: 40, stop: 60, fom: 66 },
    { ...segment, start: 150, stop: 161, fom: 20 },
  ])

  test('raises and trims the best, comments, deletes the least, and adds what was missed; every edit is one that can be', () => {
    const edits = improve(automatic, mdq, script.sitl, 4)
    let now = automatic
    for (const edit of edits) {
      const { selection, refused } = applyEdit(now, edit)
      expect(refused).toBeUndefined()
      now = selection
    }
    expect(replayEdits(automatic, edits).segments).toMatchObject([
      { start: 44, stop: 47, fom: 175, comment: 'crossing', source: 'scientist(demo)' },
      { start: 120, stop: 124, fom: 80, comment: 'missed', spacecraft: 15 },
      { start: 150, stop: 161, fom: 20, comment: 'as it was' },
    ])
  })

  test('adds something where nothing was selected, and nothing where there is no room', () => {
    const none = { ...automatic, segments: [] }
    expect(improve(none, mdq, script.sitl, 4).map(({ kind }) => kind)).toEqual(['add'])
    expect(improve({ ...none, grid: regularGrid(t0, 4, 10) }, mdq.slice(0, 4), script.sitl, 4)).toEqual([])
  })
})

describe('the station', () => {
  let dir: string
  let folders: RelayFolders
  let station: Station
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'apsis-station-'))
    folders = { in: join(dir, 'in'), out: join(dir, 'out') }
    station = makeStation(tables, t0)
    await takeCommands(station, folders, t0)
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const command = (message: CommandMessage, name = 'a'): Promise<void> =>
    writeFile(join(folders.out, `${name}.json`), JSON.stringify(message))
  const order = { segment: 7, revision: 1, start: t0 + 100, end: t0 + 190, fom: 90, spacecraft: [0, 1, 2, 3], wanted: true }
  const messages = async (): Promise<readonly string[]> =>
    (await readdir(folders.in)).toSorted().map(name => name.replace(/^\d+-|\.json$/g, ''))
  const pass = (craft: number, at: number) => passOver(station, script, folders, { craft, id: 'c1', spacecraft: `mms${craft + 1}`, at })
  const obey = async (): Promise<void> => {
    for (const craft of [0, 1, 2, 3]) recordBurst(station, craft, [[t0, t0 + 1000]], t0 + 605)
    await command({ kind: 'selections', window: 'w', orders: [order] })
    expect(await takeCommands(station, folders, t0 + 700)).toBe(1)
  }

  test('records in regions, obeys commands once, and plays back within its budget, in files of consecutive buffers', async () => {
    await obey()
    expect(station.recorded).toEqual([1, 2, 3, 4].map(() => t0 + 600))
    expect(await takeCommands(station, folders, t0 + 700)).toBe(0)
    expect(await pass(3, t0 + 800)).toEqual({
      files: [{ craft: 3, from: t0 + 100, to: t0 + 180, created: t0 + 800, version: 0 }],
      buffers: 8,
      remarks: [],
    })
    expect(await messages()).toEqual(['playback', 'status'])
    // What is sent again holds at least what it held before, under a higher version.
    expect((await pass(3, t0 + 800 + 7 * 3600)).files).toMatchObject([{ from: t0 + 100, to: t0 + 180, version: 1 }])
  })

  test('loses a report, sends one twice, and keeps files to itself until the next contact', async () => {
    await obey()
    expect((await pass(2, t0 + 800)).remarks).toEqual(["the operations center's report on mms3 was lost"])
    expect(await messages()).toEqual(['playback'])
    await pass(0, t0 + 801)
    expect(await messages()).toEqual(['playback', 'playback', 'status', 'status'])
    const kept = await pass(1, t0 + 802)
    expect(kept).toMatchObject({ files: [], buffers: 8 })
    const last = (await readdir(folders.in)).toSorted().at(-1) ?? ''
    const status = JSON.parse(await readFile(join(folders.in, last), 'utf8')) as StatusMessage
    expect(status.segments).toEqual([{ segment: 7, revision: 1, held: 0, released: 0, lost: 'DERELICT', listed: false }])
    const next = await pass(1, t0 + 4000)
    expect(next).toMatchObject({ files: [{ from: t0 + 100, to: t0 + 180 }], buffers: 0 })
    expect(next.remarks).toEqual(['burst of mms2 that the station had kept came after all'])
  })

  test('goes on where it was left', async () => {
    await obey()
    await pass(0, t0 + 800)
    const path = join(dir, 'station.bin')
    expect(await readStation(path, tables, t0)).toEqual(makeStation(tables, t0))
    await writeStation(path, station)
    expect(await readStation(path, tables, t0)).toEqual(station)
  })
})

test('the script of the mission that flies is sound, and a missing one is no fault', async () => {
  const missions = await loadMissions(missionsFolder({}))
  const flown = missions.find(({ simulation }) => simulation !== undefined)
  expect(flown === undefined ? undefined : readBurstScript(flown)).toMatchObject({ sitl: { leaves: [2] } })
  const { burst: _burst, ...without } = flown!
  expect(readBurstScript(without)).toBeUndefined()
})
