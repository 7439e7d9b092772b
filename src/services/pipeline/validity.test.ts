import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeCdf } from '#formats/cdf'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

// Counting takes a calibration in force and a set of kernels, and writes down what it was given.
const files = {
  ...textMission,
  'mission.yaml': `${textMission['mission.yaml']
    ?.replace('names:', "names:\n  dated: { template: '{sc}_{product}_{start:yyyymmdd}_v{version}.{ext}', version: xyz, key: product }")
    .replace('directories:', "directories:\n  dated: '{sc}/{product}'")
    .replace('datasets:', "datasets:\n  dated: '{sc}_{product}'")}`,
  'products.yaml': `${textMission['products.yaml']}
gains: { title: Gains, kind: calibration, names: dated, instrument: cnt, format: text, ext: txt, partition: validity, validity: { from: Valid_from, to: valid to } }
offsets: { title: Offsets, kind: calibration, names: dated, instrument: cnt, format: cdf, partition: validity, validity: { from: Valid_from, to: Valid_to, table: tables/validity.csv } }
orbit: { title: Ephemeris, kind: ancillary, names: dated, instrument: cnt, format: spice, ext: bsp, partition: validity }
leapseconds: { title: Leap seconds, kind: ancillary, names: dated, instrument: cnt, format: spice, ext: tls, partition: validity }
clock: { title: Clock, kind: ancillary, names: dated, instrument: cnt, format: spice, ext: tsc, partition: validity }
attitude: { title: Attitude, kind: ancillary, names: dated, instrument: cnt, format: spice, ext: bc, partition: validity }
`,
  'processes.yaml': `${textMission['processes.yaml']?.replace(
    'inputs: { raw: cnt day l0 }',
    `inputs:
    raw: cnt day l0
    gains: { product: gains, choose: valid, optional: true }
    offsets: { product: offsets, choose: valid, optional: true }
    kernels: { set: [orbit, leapseconds, clock, attitude], optional: true }`,
  )}`,
  'tables/validity.csv': `# in force by the word of the team
file,from,to
ta_offsets_20200101_v*.cdf,2025-06-01,2025-07-01
`,
  'programs/count.sh': `out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)\necho x > "$out"\n`,
}

let home: Installation

beforeAll(async () => {
  home = await openInstallation(files)
})
afterAll(() => home.close())

/** Names of what a day's job is given under a role, the start and version of each name. */
async function given(day: string, role: string): Promise<readonly string[]> {
  await home.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`, `${day}\n`)
  await home.settle()
  const [job] = await home.db.selectFrom('job').select('inputs').where('process', '=', 'count').where('partition', '=', day).execute()
  return job?.inputs.filter(i => i.role === role).map(i => i.name.replace(/^ta_/, '').replace(/_v.*$/, '')) ?? []
}

describe('what is in force', () => {
  beforeAll(async () => {
    // The name of each says 2020; what it says itself is what counts.
    await home.deliver('ta_gains_20200101_v1.0.0.txt', 'Valid_from = 2025-03-01\n1.0\n')
    await home.deliver('ta_gains_20200102_v1.0.0.txt', '# Valid_from: 2025-03-10T12:00:00\n# valid to: 2025-03-20\n1.1\n')
    await home.deliver('ta_gains_20200103_v1.0.0.txt', 'nothing is said here\n')
    const epoch = { name: 'Epoch', type: 'CDF_TIME_TT2000', values: BigInt64Array.of(0n) } as const
    const offsets = (attributes: Record<string, string>) => encodeCdf({ attributes, variables: [epoch] })
    await home.deliver('ta_offsets_20200101_v1.0.0.cdf', offsets({ Valid_from: '2025-01-01' }))
    await home.deliver('ta_offsets_20200102_v1.0.0.cdf', offsets({ Valid_from: '2025-03-01', Valid_to: '2025-04-01' }))
  })

  test.each([
    ['2025-02-01', 'gains', ['gains_20200103']],
    ['2025-03-05', 'gains', ['gains_20200101']],
    ['2025-03-10', 'gains', ['gains_20200101']],
    ['2025-03-11', 'gains', ['gains_20200102']],
    ['2025-03-20', 'gains', ['gains_20200101']],
    ['2025-03-02', 'offsets', ['offsets_20200102']],
    // The table goes before what the file says.
    ['2025-01-05', 'offsets', []],
    ['2025-06-05', 'offsets', ['offsets_20200101']],
    ['2025-07-01', 'offsets', []],
  ])('on %s the %s', async (day, role, names) => expect(await given(day, role)).toEqual(names))

  test('what cannot be valid is refused with the reason', async () => {
    expect(await home.deliver('ta_gains_20200104_v1.0.0.txt', 'Valid_from = soon\n')).toMatchObject({
      outcome: 'quarantined',
      reason: expect.stringContaining('"soon" is no time') as string,
    })
    expect(await home.deliver('ta_gains_20200105_v1.0.0.txt', 'Valid_from = 2025-02-01\nvalid to = 2025-01-01\n')).toMatchObject({
      outcome: 'quarantined',
      reason: expect.stringContaining('not after') as string,
    })
  })
})

describe.skipIf(!sharedIsThere)(`real kernels as a set${sharedNote}`, () => {
  const real = (name: string): Uint8Array => readFileSync(sharedPath('real', 'imap', 'spice', name))

  beforeAll(async () => {
    for (const [name, from] of [
      ['ta_orbit_20200101_v1.0.0.bsp', 'imap_spk_demo.bsp'],
      ['ta_leapseconds_20200101_v1.0.0.tls', 'naif0012.tls'],
      ['ta_clock_20200101_v1.0.0.tsc', 'imap_sclk_0000.tsc'],
      ['ta_attitude_20200101_v1.0.0.bc', 'sim_1yr_imap_pointing_frame.bc'],
    ] as const)
      expect(await home.deliver(name, real(from))).toMatchObject({ outcome: 'stored' })
  })

  // The ephemeris covers 2025-04-14T21:31 to 2027-09-12T12:00 (the summaries of its segments).
  test.each([
    ['2025-04-13', ['attitude', 'clock', 'leapseconds']],
    ['2025-04-16', ['attitude', 'clock', 'leapseconds', 'orbit']],
    ['2027-09-12', ['attitude', 'clock', 'leapseconds', 'orbit']],
    ['2027-09-13', ['attitude', 'clock', 'leapseconds']],
  ])('on %s a job takes %j', async (day, products) => {
    expect((await given(day, 'kernels')).map(name => name.replace(/_.*/, '')).toSorted()).toEqual(products)
  })

  test('a kernel that is not what its ending promises is refused', async () => {
    const text = readFileSync(sharedPath('real', 'imap', 'datastore', 'spice', 'ck', 'imap_2025_302_2025_303_001.ah.bc'))
    expect(await home.deliver('ta_attitude_20200102_v1.0.0.bc', text)).toMatchObject({
      outcome: 'quarantined',
      reason: expect.stringContaining('promises a kernel of kind CK, the content is a text kernel of kind SCLK') as string,
    })
  })
})
