import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeCdf } from '#formats/cdf'
import type { Dataset } from '#formats/cdf'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'

let home: Installation

const product = (mode: string, istp: string): string => `cnt ${mode} l2:\n  title: Field\n  format: cdf\n  partition: day\n${istp}`
beforeAll(async () => {
  home = await openInstallation({
    ...textMission,
    'mission.yaml': `${textMission['mission.yaml']}istp:
  policy: report
  rules: [{ attribute: Orbit, on: file, presence: required, mend: give the number of the orbit }]
  severity: { global/DOI: off }
`,
    'products.yaml': `${product('told', '')}${product('none', '  istp: off\n')}${product('must', '  istp: require\n')}${product('free', '  istp: { policy: require, severity: { global/Orbit: warning } }\n')}`,
    'processes.yaml': '',
  })
})
afterAll(() => home.close())

const globals = {
  Data_type: 'l2>Level 2',
  Data_version: '1.0.0',
  Descriptor: 'cnt>Counter',
  Discipline: 'Space Physics>Magnetospheric Science',
  Instrument_type: 'Engineering',
  Logical_source_description: 'Times',
  Mission_group: 'Tally',
  PI_affiliation: 'Institute',
  PI_name: 'A. Person',
  Project: 'STP>Solar-Terrestrial Physics',
  Source_name: 'ta>Ta',
  TEXT: 'what it is',
}
const time = {
  VAR_TYPE: 'support_data',
  CATDESC: 'Time',
  FIELDNAM: 'Time',
  FORMAT: 'I20',
  FILLVAL: -(2n ** 63n),
  UNITS: 'ns',
  VALIDMIN: 0n,
  VALIDMAX: 2n ** 62n,
}

/** A file that lacks nothing that is required but what the mission's own rule asks for. */
function deliver(mode: string, more: Readonly<Record<string, string>> = {}, without = '', date = '20260401') {
  const name = `ta_cnt_${mode}_l2_${date}_v1.0.0`
  const attributes = { ...globals, Logical_file_id: name, Logical_source: `ta_cnt_${mode}_l2`, ...more }
  const dataset: Dataset = {
    attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== without)),
    variables: [{ name: 'Epoch', type: 'CDF_TIME_TT2000', values: [828_230_469_184_000_000n], attributes: time }],
  }
  return home.deliver(`${name}.cdf`, encodeCdf(dataset))
}

describe('ingest holds CDF files against the ISTP guide as the product has it', () => {
  test('report: findings stand on the row, with the mend, and refuse nothing', async () => {
    const outcome = await deliver('told', {}, 'PI_name')
    expect(outcome.outcome).toBe('stored')
    const row = await home.db.selectFrom('file').select('findings').where('product', '=', 'cnt told l2').executeTakeFirst()
    expect(row?.findings).toEqual(outcome.outcome === 'stored' ? outcome.findings : [])
    expect(row?.findings).toContain('ISTP error: global attribute PI_name is missing; name the principal investigator [global/PI_name]')
    expect(row?.findings).toContain('ISTP error: global attribute Orbit is missing; give the number of the orbit [global/Orbit]')
    expect(row?.findings.filter(f => f.startsWith('ISTP warning')).length).toBeGreaterThan(3)
    expect(row?.findings.filter(f => f.includes('DOI'))).toEqual([])
  })

  test('off: nothing is looked for', async () => {
    expect(await deliver('none', {}, 'PI_name')).toMatchObject({ outcome: 'stored', findings: [] })
  })

  test('require: errors refuse, with what and how to mend it; nothing is recorded', async () => {
    const outcome = await deliver('must')
    expect(outcome).toMatchObject({ outcome: 'quarantined', code: 'ingest/istp' })
    expect(outcome.outcome === 'quarantined' && outcome.reason).toBe(
      '"cnt must l2" requires ISTP metadata, and the file has 1 error: global attribute Orbit is missing (give the number of the orbit)',
    )
    const rows = await home.db.selectFrom('file').select('id').where('name', '=', 'ta_cnt_must_l2_20260401_v1.0.0.cdf').execute()
    expect(rows).toEqual([])
    const kept = await home.db.selectFrom('quarantine').selectAll().where('code', '=', 'ingest/istp').execute()
    expect(kept.map(k => k.name)).toEqual(['ta_cnt_must_l2_20260401_v1.0.0.cdf'])
  })

  test('require: the same file mended is taken, and a product may weigh a rule less', async () => {
    expect((await deliver('must', { Orbit: '17' }, '', '20260402')).outcome).toBe('stored')
    const free = await deliver('free')
    expect(free.outcome === 'stored' && free.findings.some(f => f.startsWith('ISTP warning: global attribute Orbit'))).toBe(true)
  })
})
