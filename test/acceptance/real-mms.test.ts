import { readFile, readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatUtc, parseDoy } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { ingestFile } from '#services/ingest'
import type { IngestOutcome } from '#services/ingest'
import { missionFolder, openInstallation } from '#test/installation'
import type { Installation } from '#test/installation'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

interface Reference {
  readonly cdf: Record<
    string,
    {
      readonly n_variables: number
      readonly variables: Record<string, { readonly records: number; readonly first?: string; readonly last?: string }>
    }
  >
  readonly defeph: Record<string, { readonly records: number; readonly first: readonly string[]; readonly last: readonly string[] }>
}

const listBelow = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter(e => e.isFile()).map(e => `${e.parentPath}/${e.name}`)

describe.skipIf(!sharedIsThere)(`the real archive tree${sharedNote}`, () => {
  let home: Installation
  let reference: Reference
  const outcomes: IngestOutcome[] = []

  const takeAll = async (folder: string): Promise<readonly IngestOutcome[]> => {
    const all: IngestOutcome[] = []
    for (const path of await listBelow(folder)) all.push(await ingestFile(home.ingest, path, { actor: 'archive' }))
    return all
  }

  beforeAll(async () => {
    home = await openInstallation(missionFolder('mms'), { now: Date.UTC(2026, 10, 23) })
    reference = JSON.parse(await readFile(sharedPath('real', 'expected', 'reference_values.json'), 'utf8')) as Reference
    outcomes.push(...(await takeAll(sharedPath('real', 'mms', 'sdc'))))
  })
  afterAll(() => home.close())

  test('every file is catalogued', async () => {
    expect(outcomes.filter(o => o.outcome !== 'stored')).toEqual([])
    const count = async (format: string): Promise<number> =>
      (await home.db.selectFrom('file').select('id').where('name', 'like', format).where('job', 'is', null).execute()).length
    expect(await count('%.cdf')).toBe(21)
    expect(await count('%DEFEPH%')).toBe(5)
  })

  test('coverage and record counts are those of the content', async () => {
    const iso = (t: number | bigint | null | undefined): string => formatUtc(BigInt(t ?? 0) as Tt2000, 9, '')
    const cdfs = Object.entries(reference.cdf).filter(([path]) => path.startsWith('mms/sdc/'))
    expect(cdfs).toHaveLength(21)
    for (const [path, wanted] of cdfs) {
      const row = await home.db.selectFrom('file').selectAll().where('name', '=', basename(path)).executeTakeFirstOrThrow()
      const epoch = wanted.variables['Epoch']
      expect([row.name, row.records, iso(row.coverage_start), iso(row.coverage_stop)]).toEqual([
        basename(path),
        epoch?.records,
        epoch?.first,
        epoch?.last,
      ])
      expect(row.content['variables']).toBe(wanted.n_variables)
    }
    for (const [path, wanted] of Object.entries(reference.defeph)) {
      const row = await home.db.selectFrom('file').selectAll().where('name', '=', basename(path)).executeTakeFirstOrThrow()
      const [first, last] = [wanted.first[0] ?? '', wanted.last[0] ?? ''].map(t => formatUtc(parseDoy(t), 9, ''))
      expect([row.name, row.records, iso(row.coverage_start), iso(row.coverage_stop)]).toEqual([
        basename(path),
        wanted.records,
        first,
        last,
      ])
    }
  })

  test('contradictions between name and attributes are reported, not fatal', async () => {
    const row = await home.db
      .selectFrom('file')
      .select('findings')
      .where('name', '=', 'mms1_mec_brst_l2_epht89q_20161209090305_v2.2.0.cdf')
      .executeTakeFirstOrThrow()
    expect(row.findings).toContain('attribute Logical_source says "mms1_mec_srvy_l2_epht89q", the name says "mms1_mec_brst_l2_epht89q"')
    expect(row.findings).toContain('attribute Data_version says "1.0.0", the name says "2.2.0"')
  })

  test('parents that are not held are known by name', async () => {
    const parents = await home.db
      .selectFrom('file_parent')
      .innerJoin('file', 'file.id', 'file_parent.child')
      .select(['file_parent.name', 'file_parent.parent'])
      .where('file.name', '=', 'mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf')
      .execute()
    expect(parents.length).toBeGreaterThan(3)
    expect(parents.every(p => p.parent === null)).toBe(true)
    expect(parents.some(p => /DEFATT/.test(p.name))).toBe(true)
  })

  test('taken twice, nothing changes', async () => {
    const before = await home.db.selectFrom('event_counter').select('last').executeTakeFirst()
    expect((await takeAll(sharedPath('real', 'mms', 'sdc'))).map(o => o.outcome)).toEqual(outcomes.map(() => 'present'))
    expect(await home.db.selectFrom('event_counter').select('last').executeTakeFirst()).toEqual(before)
  })

  test('what is corrupt is refused with the reason', async () => {
    const refused = await takeAll(sharedPath('real', 'mms', 'corrupt'))
    expect(refused.map(o => o.outcome)).toEqual(['quarantined', 'quarantined', 'quarantined'])
    const reasons = new Map(refused.flatMap(o => (o.outcome === 'quarantined' ? [[o.name, o.reason]] : [])))
    expect(reasons.get('empty_mms2_fpi_brst_l2_des-moms_20170726071653_v3.3.0.cdf')).toMatch(/^it is a sound CDF without any variable/)
    expect(reasons.get('mms2_fpi_brst_l2_dis-moms_20170726073113_v3.3.0.cdf')).toContain('ends at 507904')
    expect(reasons.get('mms2_fpi_brst_l2_dis-moms_20170726073613_v3.3.0.cdf')).toContain('ends at 507904')
  })

  test('quicklooks of FGM, MEC and FPI are made by the rules', async () => {
    await home.settle()
    const made = await home.db
      .selectFrom('file')
      .select(['product', 'name', 'content'])
      .where('kind', '=', 'quicklook')
      .orderBy('name')
      .execute()
    const count = (product: string): number => made.filter(f => f.product === product).length
    expect([count('fgm brst ql'), count('mec brst ql'), count('fpi brst ql'), count('fpi fast ql')]).toEqual([13, 4, 2, 1])
    expect(made.every(f => Number(f.content['width']) >= 1000)).toBe(true)
    expect(await home.db.selectFrom('job').select(['id', 'message']).where('state', '=', 'failed').execute()).toEqual([])
  }, 180_000)
})
