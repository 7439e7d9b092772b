import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { datasetId } from '#domain/mission'
import type { Product } from '#domain/mission'
import { shownState } from '#domain/plan'
import type { Reason } from '#domain/plan'
import { burstFile, parseSimulation, planDeliveries, renderFile } from '#domain/sim'
import { formatDoy, tai1958FromTt2000, tt2000FromUtcMs } from '#formats/time'
import { missionFolder, openInstallation } from '#test/installation'
import type { Installation } from '#test/installation'
import { mmsFlight } from '#test/mms-flight'

const hour = 3_600_000
const end = Date.UTC(2026, 10, 23)
const begin = end - 12 * hour
const folder = missionFolder('mms')
const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19)
const doyTime = (ms: number): string => formatDoy(tt2000FromUtcMs(ms), 3, '/')
const doy = (ms: number): string => formatDoy(tt2000FromUtcMs(ms), 0).slice(0, 8).replace('-', '')

/** Two bursts, a region of interest and an orbit of the day; the composition analyzer is off for all of it. */
// Buffers begin at multiples of ten seconds of TAI, which is 37 s ahead.
const bursts = [begin + 6 * hour + 3000, begin + 7 * hour + 3000]
const eventList = [
  '# Bursts and modes',
  'kind,key,spacecraft,start,stop,state,name,reason',
  ...bursts.map((at, i) => `segment,b${i},mms1,${utc(at)}Z,${utc(at + 120_000)}Z,done,,`),
  `mode,m1,mms1,${utc(begin - 48 * hour)}Z,${utc(end + 24 * hour)}Z,done,hpca off,high voltage`,
].join('\n')
const orbits = [
  'start_time_utc,end_time_utc,event_type,sc_id,source,description,discussion,start_orbit,end_orbit,tag,id',
  `${utc(begin + 8 * hour)}.000,${utc(begin + 20 * hour)}.000,SROI,MMS1,POC,,,10,10,,1`,
  `${utc(begin - 4 * hour)}.000,${utc(begin + 20 * hour)}.000,orbit,MMS1,Timeline,,,10,10,,2`,
  `${utc(begin + 5 * hour)}.000,${utc(begin + 5 * hour)}.000,apogee,MMS1,Timeline,,,10,10,,4`,
].join('\n')
const timeline = `<?xml version="1.0"?>
<timeline><starttime>${doyTime(begin)}</starttime><stoptime>${doyTime(end)}</stoptime>
 <node id="Maneuver Plans (FDOA-11)"><node id="Maneuver - Spacecraft 1">
  <event><starttime>${doyTime(begin + 5 * hour)}</starttime><stoptime>${doyTime(begin + 6 * hour)}</stoptime></event>
 </node></node>
</timeline>`

describe('half a simulated day of one spacecraft through the whole table', () => {
  let home: Installation

  beforeAll(async () => {
    home = await openInstallation(folder, { now: end + 2 * 24 * hour })
    const days = `${doy(begin)}_${doy(end)}`
    const simulation = parseSimulation(parse(readFileSync(join(folder, 'simulation.yaml'), 'utf8')))
    const files = planDeliveries(simulation, { end: tt2000FromUtcMs(end), hours: 12, contacts: 3 }).flatMap(d => d.files)
    for (const file of files.filter(f => f.craft === 0 || f.kind === 'contacts')) {
      const contacts = file.contacts.filter(c => c.craft === 0)
      await home.deliver(file.name, renderFile(mmsFlight(), { ...file, contacts }))
    }
    for (const at of bursts) {
      const from = Math.round(tai1958FromTt2000(tt2000FromUtcMs(at)))
      const file = burstFile(simulation, { craft: 0, from, to: from + 120, created: from })
      await home.deliver(file.name, renderFile(mmsFlight(), file))
    }
    await home.deliver(`MMS_EVENTS_${days}.V00`, eventList)
    await home.deliver(`mms_orbits_${days}_v00.csv`, orbits)
    await home.deliver(`mms_timeline_${days}_v00.xml`, timeline)
    for (const kind of ['fgm', 'edp', 'fpi', 'hpca']) await home.deliver(`mms1_${kind}-cal_20150313_v1.0.0.txt`, `${kind}\n`)
    for (const kernel of ['leapseconds', 'geomagnetic-indices', 'solar-wind-indices'])
      await home.deliver(`mms_${kernel}_20150313_v1.0.0.txt`, `${kernel}\n`)
    await home.settle()
    // The clock's jobs have their moments later.
    home.now += 24 * hour
    await home.planner.audit()
    await home.settle()
    home.now += 24 * hour
    await home.planner.audit()
    await home.settle()
  }, 1_500_000)
  afterAll(() => home.close())

  const cellsOf = (product: Product) =>
    home.db.selectFrom('cell').selectAll().where('dataset', '=', datasetId(product, 'mms1')).orderBy('partition').execute()

  test('no job failed', async () => {
    const failed = await home.db
      .selectFrom('job')
      .select(['process', 'partition', 'message'])
      .where('state', 'not in', ['made', 'no-data'])
      .execute()
    expect(failed).toEqual([])
  })

  test('every product that a process makes was made, or says by a typed reason why not', async () => {
    const made = home.mission.processes.flatMap(p => p.outputs.map(o => o.product))
    const states: Record<string, number> = {}
    const unexplained: string[] = []
    const never = new Set<string>()
    for (const product of home.mission.products.filter(p => made.includes(p.id) && p.spacecraft.includes('mms1'))) {
      const cells = await cellsOf(product)
      if (!cells.some(c => c.have === 'full' || c.have === 'partial')) never.add(product.instrument)
      for (const cell of cells) {
        const reason = cell.reason as unknown as Reason
        const shown = shownState({ have: cell.have, next: cell.next, due: cell.due_at ?? undefined, reason }, home.now)
        states[shown] = (states[shown] ?? 0) + 1
        if (!['made', 'partial', 'not expected', 'no data'].includes(shown))
          unexplained.push(`${cell.dataset} ${cell.partition}: ${shown}: ${reason.text}`)
      }
    }
    expect(unexplained).toEqual([])
    expect(states['not expected']).toBeGreaterThan(10)
    expect(states['made']).toBeGreaterThan(200)
    expect([...never]).toEqual(['hpca'])
  })

  test('what an instrument that is off would have made is not expected, with the reason', async () => {
    const l2 = home.mission.products.find(p => p.id === 'hpca srvy l2 ion')
    const [cell] = l2 === undefined ? [] : await cellsOf(l2)
    expect(cell?.reason).toMatchObject({ kind: 'off', text: expect.stringContaining('hpca of mms1 was off (high voltage)') as string })
  })

  test('partitions of orbit, region and burst are those of the lists, and no others', async () => {
    const keys = async (product: string): Promise<readonly string[]> =>
      (await home.db.selectFrom('cell').select('partition').where('product', '=', product).execute()).map(c => c.partition)
    expect(await keys('summ srvy ql sroi')).toEqual([utc(begin + 8 * hour).replace(/[-:T]/g, '')])
    expect(await keys('summ srvy ql orbit')).toEqual([utc(begin - 4 * hour).replace(/[-:T]/g, '')])
    expect((await keys('fgm brst l2')).toSorted()).toEqual(bursts.map(at => utc(at).replace(/[-:T]/g, '')))
    expect(await keys('summ srvy l3 mission')).toEqual(['mission'])
  })

  test('types of events that nothing is planned by are a finding of the list', async () => {
    const list = await home.db.selectFrom('file').select('findings').where('product', '=', 'orbits').executeTakeFirstOrThrow()
    expect(list.findings).toEqual(['1 events of type apogee are not used: nothing here is planned by them'])
  })
})
