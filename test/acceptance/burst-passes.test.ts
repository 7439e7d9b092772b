import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Reason } from '#domain/plan'
import { burstFile, burstRegions, renderFile } from '#domain/sim'
import type { PlannedFile } from '#domain/sim'
import { formatDoy, formatUtc, parseUtc, tai1958FromTt2000, tt2000FromTai1958, utcMsFromTt2000 } from '#formats/time'
import { missionFolder, openInstallation } from '#test/installation'
import type { Installation } from '#test/installation'
import { mmsFlight } from '#test/mms-flight'

const { world } = mmsFlight()
const noon = tai1958FromTt2000(parseUtc('2026-11-20T12:00:00Z'))
const [region = 0] = burstRegions(world, noon, noon + 7200)[0] ?? []
/** A segment of six buffers, and its neighbour, which begins where it ends. */
const [from, to, next] = [region + 600, region + 660, region + 680]
const utc = (tai: number): string => formatUtc(tt2000FromTai1958(tai), 0)
const tag = (tai: number): string => utc(tai).replaceAll(/[-:TZ]/g, '')
const days = [from, from + 86_400].map(tai => formatDoy(tt2000FromTai1958(tai)).replace('-', '')).join('_')
const around = { craft: 0, from: from - 300, to: next + 300, created: next, late: false, contacts: [] }

/** Buffers of [first, last) in one pass. */
const pass = (first: number, last: number, version = 0): PlannedFile =>
  burstFile(world.parameters, { craft: 0, from: first, to: last, created: last, version })

describe('a burst that comes down in several passes', { shuffle: false }, () => {
  let home: Installation
  const deliver = async (file: PlannedFile): Promise<void> => {
    expect(await home.deliver(file.name, renderFile(mmsFlight(), file))).toMatchObject({ outcome: 'stored' })
    home.now += 3_600_000
    await home.settle()
  }
  const cellOf = async (dataset: string, start = from): Promise<readonly [string, string, string]> => {
    const cell = await home.db
      .selectFrom('cell')
      .selectAll()
      .where('dataset', '=', dataset)
      .where('partition', '=', tag(start))
      .executeTakeFirstOrThrow()
    return [cell.have, cell.next, (cell.reason as unknown as Reason).text]
  }
  const records = (product: string, start = from) =>
    home.db
      .selectFrom('file')
      .select(['version_text', 'records'])
      .where('product', '=', product)
      .where('partition', '=', tag(start))
      .orderBy('id')
      .execute()
      .then(rows => rows.map(r => [r.version_text, r.records]))

  beforeAll(async () => {
    const flies = ['decommutate-fgm-burst', 'calibrate-fgm-burst', 'quicklook-fgm-burst']
    home = await openInstallation(missionFolder('mms'), { now: utcMsFromTt2000(tt2000FromTai1958(next)) + 172_800_000, flies })
    const segments = [`segment,7,mms1,${utc(from)},${utc(to)},planned,,`, `segment,8,mms1,${utc(to)},${utc(next)},planned,,`]
    await home.deliver(`MMS_EVENTS_${days}.V00`, ['kind,key,spacecraft,start,stop,state,name,reason', ...segments].join('\n'))
    for (const [kind, word] of [
      ['attitude', 'DEFATT'],
      ['ephemeris', 'DEFEPH'],
    ] as const)
      await home.deliver(`MMS1_${word}_${days}.V00`, renderFile(mmsFlight(), { ...around, kind, name: '' }))
    await home.settle()
  }, 240_000)
  afterAll(() => home.close())

  test('is expected before it comes', async () => {
    expect(await cellOf('mms1_tlm_brst_l0')).toEqual([
      'none',
      'waiting',
      'Raw telemetry packets of consecutive burst buffers, played back in one pass has not arrived',
    ])
    expect(await cellOf('mms1_fgm_brst_l2')).toMatchObject(['none', 'waiting', expect.stringContaining('waits for mms1_dfg_brst_l1a')])
  })

  test('gives a first file of what came, and says that it is a part', async () => {
    await deliver(pass(from, from + 30))
    const [have, , text] = await cellOf('mms1_tlm_brst_l0')
    expect([have, text]).toEqual(['partial', `30 s of 60 s came down, in ${pass(from, from + 30).name}`])
    expect(await records('fgm brst l2')).toEqual([['5.0.0', 30 * 128]])
    expect(await cellOf('mms1_fgm_brst_l2')).toMatchObject(['partial', 'waiting', expect.stringContaining('mms1_dfg_brst_l1a')])
  }, 240_000)

  test('a neighbour that begins where it ends changes nothing of it', async () => {
    await deliver(pass(to, next))
    expect(await records('fgm brst l2')).toEqual([['5.0.0', 30 * 128]])
    expect(await records('fgm brst l2', to)).toEqual([['5.0.0', 20 * 128]])
    expect((await cellOf('mms1_fgm_brst_l2', to))[0]).toBe('full')
  }, 240_000)

  test('the rest, with a buffer that came before, makes a better version of the whole', async () => {
    await deliver(pass(from + 20, to))
    expect((await cellOf('mms1_tlm_brst_l0'))[0]).toBe('full')
    expect(await records('fgm brst l2')).toEqual([
      ['5.0.0', 30 * 128],
      ['5.1.0', 60 * 128],
    ])
    expect(await cellOf('mms1_fgm_brst_l2')).toEqual(['full', 'none', 'made from everything expected'])
    const pictures = await records('fgm brst ql')
    expect(pictures.map(([version]) => version)).toEqual(['0.0.0', '0.1.0'])
  }, 240_000)

  test('what is played back twice makes nothing new', async () => {
    await deliver(pass(from, to, 1))
    expect(await records('fgm brst l2')).toHaveLength(2)
    expect(await home.db.selectFrom('job').select('message').where('state', 'in', ['held', 'failed']).execute()).toEqual([])
  }, 240_000)
})
