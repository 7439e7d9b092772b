import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseSimulation, planDeliveries, renderFile } from '#domain/sim'
import { tt2000FromUtcMs } from '#formats/time'
import { workOff } from '#services/executor'
import { makePlanner } from '#services/pipeline'
import { missionFolder, openInstallation } from '#test/installation'
import type { Installation } from '#test/installation'
import { simulatedFlight, simulationYaml } from '#test/simulation'

let home: Installation
/** Programs of our own, whose science does not hang on a comment. */
const flies = ['decommutate-fgm', 'decommutate-fpi', 'calibrate-fgm', 'moments-fpi', 'ephemeris', 'position-table', 'quicklook-summary']
const end = Date.UTC(2026, 10, 23)
const flight = simulatedFlight(7)
const files = planDeliveries(parseSimulation(simulationYaml('simulation.yaml')), { end: tt2000FromUtcMs(end), hours: 1, contacts: 1 })
  .flatMap(d => d.files)
  .filter(f => f.craft <= 0)

const contentOf = (name: string): string => {
  const file = files.find(f => f.name === name)
  if (file === undefined) throw new Error(`the flight has no ${name}`)
  return Buffer.from(renderFile(flight, file)).toString('latin1')
}

beforeAll(async () => {
  home = await openInstallation(missionFolder('mms'), { now: end, flies })
  for (const file of files) await home.deliver(file.name, renderFile(flight, file), 'simulator')
  await home.settle()
}, 600_000)
afterAll(() => home.close())

const attitude = (): string => files.find(f => f.kind === 'attitude')?.name ?? ''
const higher = (name: string, by: number): string =>
  name.replace(/V(\d+)$/, (_, v: string) => `V${String(Number(v) + by).padStart(2, '0')}`)
const verdicts = () =>
  home.db.selectFrom('verified').select(['dataset', 'outcome', 'job']).orderBy('job', 'desc').orderBy('dataset').execute()
const names = async (): Promise<readonly string[]> =>
  (await home.db.selectFrom('file').select('name').where('job', 'is not', null).orderBy('name').execute()).map(f => f.name)

test('a new attitude version remakes what reads it, and stops there where nothing in science changed; so do pictures', async () => {
  const made = await names()
  expect(made.some(n => n.startsWith('mms1_fgm_srvy_l2'))).toBe(true)
  expect(made.some(n => n.startsWith('mms1_summ_srvy_ql'))).toBe(true)
  const before = new Set((await verdicts()).map(v => v.job))

  const text = contentOf(attitude()).replace('COMMENT    nutation angle (deg),', 'COMMENT    nutation angle (degrees),')
  expect(text).not.toBe(contentOf(attitude()))
  await home.deliver(higher(attitude(), 1), text, 'simulator')
  await home.settle()
  const later = (await verdicts()).filter(v => !before.has(v.job))
  expect(new Set(later.map(v => v.outcome))).toEqual(new Set(['kept']))
  const readers = home.mission.processes.filter(p => p.inputs.some(i => i.products.includes('defatt')))
  const ran = await home.db
    .selectFrom('job')
    .select('process')
    .where(
      'id',
      'in',
      later.map(v => v.job),
    )
    .execute()
  expect(ran.every(j => readers.some(r => r.id === j.process))).toBe(true)
  expect(ran.length).toBeGreaterThan(0)
  expect(await names()).toEqual(made)

  // the same again with another date
  const dated = text.replace(/CREATION_DATE\s*=.*/, 'CREATION_DATE  = 2026-327T00:00:00')
  expect(dated).not.toBe(text)
  await home.deliver(higher(attitude(), 2), dated, 'simulator')
  expect(await home.settle()).toBe(0)
  await remakePictures(made)
}, 600_000)

/** A picture that is made again and shows the same is kept: when it was made is not drawn. */
async function remakePictures(made: readonly string[]): Promise<void> {
  const pictures = made.filter(n => n.endsWith('.png'))
  expect(pictures.length).toBeGreaterThan(0)
  const before = new Set((await verdicts()).map(v => v.job))
  home.now += 3_600_000
  const processes = home.mission.processes.map(p => (p.id === 'quicklook-summary' ? { ...p, major: p.major + 1 } : p))
  const pipeline = { ...home.pipeline, missions: [{ ...home.mission, processes }] }
  await makePlanner(pipeline).sweep()
  expect(await workOff({ ...home.executor, pipeline }, home.queue)).toBe(pictures.length)
  const later = (await verdicts()).filter(v => !before.has(v.job))
  expect(later.map(v => v.outcome)).toEqual(pictures.map(() => 'kept'))
  expect(await names()).toEqual(made)
}
