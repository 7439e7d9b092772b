import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkIstp, type Cdf } from '#doors/cdf'
import { readCdfFile } from '#doors/cdf-node'
import { formatUtc, tt2000 } from '#doors/time'
import { freshDatabase } from '#test/database'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

const root = fileURLToPath(new URL('../../', import.meta.url))
const real = (...parts: readonly string[]): string => sharedPath('real', 'imap', ...parts)

let home = ''
let database = ''

function apsis(...words: readonly string[]) {
  const { APSIS_MISSIONS: _, ...environment } = process.env
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  const done = spawnSync(process.execPath, [join(root, 'src/apps/cli/main.ts'), ...words], {
    encoding: 'utf8',
    env: { ...environment, PATH, APSIS_MISSIONS: join(root, 'missions', 'imap'), APSIS_HOME: join(home, 'var'), DATABASE_URL: database },
  })
  return { status: done.status, text: `${done.stdout}${done.stderr}` }
}

const archive = async (): Promise<readonly string[]> => {
  const entries = await readdir(join(home, 'var', 'archive'), { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

const open = async (name: string): Promise<Cdf> => readCdfFile((await archive()).find(file => basename(file) === name) ?? name)
const column = (cdf: Cdf, name: string): unknown[] => Array.from(cdf.variables.get(name)?.readSync().values as ArrayLike<unknown>)

async function table(path: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const [head = [], ...lines] = (await readFile(path, 'utf8'))
    .trim()
    .split(/\r?\n/)
    .map(line => line.split(','))
  return lines.map(line => Object.fromEntries(head.map((name, i) => [name, line[i] ?? ''])))
}

/** Cells of a table that a file's variables equal, those that differ, and columns that it does not have. */
function compare(rows: readonly Readonly<Record<string, string>>[], cdf: Cdf, nameOf: (column: string) => string = name => name) {
  const columns = new Map<string, unknown[]>()
  const absent = new Set<string>()
  let [equal, different] = [0, 0]
  for (const [i, row] of rows.entries())
    for (const [name, cell] of Object.entries(row)) {
      const own = nameOf(name)
      if (!cdf.variables.has(own)) {
        absent.add(name)
        continue
      }
      const values = columns.get(own) ?? column(cdf, own)
      columns.set(own, values)
      if (Number(values[i]) === Number(cell)) equal++
      else different++
    }
  return { equal, different, absent: [...absent] }
}

describe.skipIf(!sharedIsThere)(`packets of six instruments become their products in the running system${sharedNote}`, () => {
  const lateNames = ['imap_mag_l1a_hsk-pw_20250502_v001.cdf', 'imap_mag_l1a_hsk-pw_20250502_v001.0001.cdf'] as const
  let first = { status: null as number | null, text: '' }
  let names: readonly string[] = []
  let again = { status: null as number | null, text: '' }
  let [before, after]: (readonly string[])[] = []

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'apsis-telemetry-'))
    database = (await freshDatabase()).connectionString
    // The second half of a day comes first, under a name that says nothing.
    const day = await readFile(real('mag-hk', 'MAG_HSK_PW.pkts'))
    await writeFile(join(home, 'evening.dat'), day.subarray(667 * 50))
    first = apsis(
      'ingest',
      join(home, 'evening.dat'),
      real('swe', '2024051010_SWE_SCIENCE_packet.bin'),
      real('codice', 'imap_codice_l0_hskp_20100101_v001.pkts'),
      real('swapi', 'imap_swapi_l0_raw_20240924_v001.pkts'),
      real('hit', 'imap_hit_l0_hk_20100105_v001.pkts'),
      real('sc-hk', 'SCID_X285.pkts'),
      real('mag-hk', 'EMPTY_HK.pkts'),
    )
    names = (await archive()).map(file => basename(file))
    // The morning comes late, with the evening once more; then all of it again.
    apsis('ingest', real('mag-hk', 'MAG_HSK_PW.pkts'))
    before = await archive()
    again = apsis('ingest', real('mag-hk', 'MAG_HSK_PW.pkts'), join(home, 'evening.dat'))
    after = await archive()
    // Three deliveries with some forty jobs: a busy machine takes its time.
  }, 600_000)
  afterAll(() => rm(home, { recursive: true, force: true }))

  test('every delivery is taken in, but the empty one', () => {
    expect(first.text).toContain('7 files: 6 stored, 0 present already, 1 in quarantine')
    expect(first.text).toContain('the file is empty')
  })

  test('each becomes tables of raw and of engineering values and a trend, under the names of the mission', () => {
    expect(names.toSorted()).toEqual(
      [
        ...['20100101', '20230822'].flatMap(day => [
          `imap_codice_l1a_hskp_${day}_v001.cdf`,
          `imap_codice_l1b_hskp_${day}_v001.cdf`,
          `imap_codice_ql_hskp_${day}_v001.png`,
        ]),
        'imap_codice_l0_hskp_20100101_v001.pkts',
        'imap_hit_l0_hk_20100105_v001.pkts',
        'imap_hit_l1a_hk_20100105_v001.cdf',
        'imap_hit_l1b_hk_20100105_v001.cdf',
        'imap_hit_ql_hk_20100105_v001.png',
        'imap_mag_l0_raw_20250502041804_v001.pkts',
        'imap_mag_l1a_hsk-pw_20250502_v001.cdf',
        'imap_mag_l1b_hsk-pw_20250502_v001.cdf',
        'imap_mag_ql_hsk-pw_20250502_v001.png',
        'imap_sc_l0_raw_20100101000315_v001.pkts',
        'imap_sc_l1a_x285_20100101_v001.cdf',
        'imap_sc_l1b_x285_20100101_v001.cdf',
        'imap_sc_ql_x285_20100101_v001.png',
        'imap_swapi_l0_raw_20240924_v001.pkts',
        'imap_swapi_l1a_aut_20240924_v001.cdf',
        'imap_swapi_l1a_hk_20240924_v001.cdf',
        'imap_swapi_l1a_sci_20240924_v001.cdf',
        'imap_swapi_l1b_hk_20240924_v001.cdf',
        'imap_swapi_ql_hk_20240924_v001.png',
        'imap_swe_l0_raw_20240510153505_v001.pkts',
        'imap_swe_l1a_sci_20240510_v001.cdf',
        'imap_swe_l1b_sci_20240510_v001.cdf',
      ].toSorted(),
    )
  })

  test('all of them are valid by ISTP', async () => {
    const files = (await archive()).filter(file => file.endsWith('.cdf'))
    for (const file of files) {
      const findings = await checkIstp(await readCdfFile(file), { fileName: basename(file) })
      expect([basename(file), findings.filter(({ severity }) => severity === 'error')]).toEqual([basename(file), []])
    }
  })

  test('ion composition: all 12,078 cells, over the day before the clock was set and the day of the test', async () => {
    const rows = await table(real('codice', 'idle_export_raw.COD_NHK_20230822_122700.csv'))
    const unset = compare(rows.slice(0, 1), await open('imap_codice_l1a_hskp_20100101_v001.cdf'))
    const set = compare(rows.slice(1), await open('imap_codice_l1a_hskp_20230822_v001.cdf'))
    expect([unset.equal + set.equal, unset.different + set.different, set.absent]).toEqual([12_078, 0, ['timestamp']])
  })

  test('solar wind: 7,650 science cells, 1,700 of housekeeping with the sign of the exporter', async () => {
    const science = await table(real('swapi', 'idle_export_raw.SWP_SCI_20240924_080204.csv'))
    expect(compare(science, await open('imap_swapi_l1a_sci_20240924_v001.cdf'))).toMatchObject({ equal: 7650, different: 0 })
    const housekeeping = await table(real('swapi', 'idle_export_raw.SWP_HK_20240924_080204.csv'))
    const found = compare(housekeeping, await open('imap_swapi_l1a_hk_20240924_v001.cdf'))
    // The checksum lies behind the end of the definition: it is left out, not guessed.
    expect([found.equal, found.different, found.absent.includes('CHKSUM')]).toEqual([1700, 0, true])
  })

  test('electrons: the counts of the exported packets, by step and detector, on the clock of the spacecraft', async () => {
    const cdf = await open('imap_swe_l1a_sci_20240510_v001.cdf')
    const rows = await table(real('swe', 'idle_export_raw.SWE_SCIENCE_20240510_092742.csv'))
    const counts = column(cdf, 'SCIENCE_DATA')
    expect(cdf.variables.get('SCIENCE_DATA')?.dims).toEqual([180, 7])
    const sequence = column(cdf, 'SRC_SEQ_CTR')
    const heads = rows.flatMap((row, i) => (row['SHCOARSE'] === '' ? [] : [i]))
    expect(heads).toHaveLength(2)
    for (const head of heads) {
      const at = sequence.indexOf(Number(rows[head]?.['PHSEQCNT']))
      const expected = rows.slice(head + 1, head + 181).flatMap(row => [1, 2, 3, 4, 5, 6, 7].map(i => Number(row[`CEM${i}`])))
      expect(counts.slice(at * 1260, (at + 1) * 1260)).toEqual(expected)
    }
    expect(formatUtc(tt2000(column(cdf, 'Epoch')[0] as bigint), 0)).toMatch(/^2024-05-10T15:3\d:\d\dZ$/)
  })

  test('high-energy ions: 10,266 cells', async () => {
    const rows = await table(real('hit', 'hskp_sample_raw.csv'))
    const found = compare(rows, await open('imap_hit_l1a_hk_20100105_v001.cdf'))
    expect([found.different, found.equal + found.absent.length * rows.length]).toEqual([0, 87 * 126])
  })

  test('gaps are facts of the product and of the raw file', async () => {
    const client = new pg.Client(database)
    await client.connect()
    const { rows } = await client.query<{ name: string; gaps: readonly { missing: number }[] }>(
      `select name, content -> 'gaps' as gaps from file where name like 'imap_swe_l_a%' or name like 'imap_swe_l0%' order by name`,
    )
    await client.end()
    expect(rows.map(({ name, gaps }) => [name, gaps.map(gap => gap.missing)])).toEqual([
      ['imap_swe_l0_raw_20240510153505_v001.pkts', [9]],
      ['imap_swe_l1a_sci_20240510_v001.cdf', [9]],
    ])
  })

  test('the morning that comes late, with the evening again, makes a new version with each packet once', async () => {
    expect(column(await open(lateNames[0]), 'SRC_SEQ_CTR').length).toBeLessThan(400)
    const [head, start, end, lines] = (await readFile(real('mag-hk', 'expected', 'MAG_HSK_PW.csv'), 'utf8')).trim().split(/\r?\n/)
    const raw = await open(lateNames[1])
    const rows = column(raw, 'SRC_SEQ_CTR').length
    expect(rows + 1).toBe(Number(lines))
    const engineering = await open('imap_mag_l1b_hsk-pw_20250502_v001.0001.cdf')
    for (const [line, at] of [
      [start, 0],
      [end, rows - 1],
    ] as const)
      for (const [i, name] of (head ?? '').split(',').entries()) {
        const found = engineering.variables.has(name.toUpperCase()) ? column(engineering, name.toUpperCase())[at] : undefined
        const cell = line?.split(',')[i] ?? ''
        if (found !== undefined) expect([name, `${found as number | string}`.trim()]).toEqual([name, cell])
      }
    expect(engineering.variables.get('P8V')?.attributes.get('LIMITS_WARN_MAX')?.value).toEqual([10.5])
  })

  test('the same deliveries again change nothing', () => {
    expect(again.text).toContain('2 present already')
    expect(after).toEqual(before)
  })
})
