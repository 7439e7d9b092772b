import { spawnSync } from 'node:child_process'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { freshDatabase } from '#test/database'
import { expectedVectors, magPackets, vectorsIn } from '#test/mag-vectors'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

const root = fileURLToPath(new URL('../../', import.meta.url))

let home = ''
let database = ''

/** Starts the command as people do, in a home of its own. */
function apsis(...words: readonly string[]) {
  const { APSIS_MISSIONS: _, ...environment } = process.env
  const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`
  const done = spawnSync(process.execPath, [join(root, 'src/apps/cli/main.ts'), ...words], {
    encoding: 'utf8',
    env: { ...environment, PATH, APSIS_HOME: join(home, 'var'), DATABASE_URL: database },
  })
  return { status: done.status, text: `${done.stdout}${done.stderr}` }
}

const archive = async (): Promise<readonly string[]> => {
  const entries = await readdir(join(home, 'var', 'archive'), { recursive: true, withFileTypes: true })
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

describe.skipIf(!sharedIsThere)(`packets of a second mission become its products in the same system${sharedNote}`, () => {
  let first = { status: null as number | null, text: '' }

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'apsis-second-'))
    database = (await freshDatabase()).connectionString
    // The name says nothing: neither mission has a template for it.
    await copyFile(magPackets, join(home, 'delivery-17.dat'))
    first = apsis('ingest', join(home, 'delivery-17.dat'), sharedPath('real', 'mms', 'sdc', 'ancillary', 'mms2'))
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  test('the delivery is recognized by its packets and gets its archive name', async () => {
    expect(first).toMatchObject({ status: 0, text: expect.stringContaining('imap_mag_l0_raw_20231130190824_v001.pkts') })
    expect((await archive()).map(file => basename(file))).toEqual(
      expect.arrayContaining(['imap_mag_l0_raw_20231130190824_v001.pkts', 'MMS2_DEFEPH_2019027_2019028.V01']),
    )
  })

  test("both sensors' files hold all 192 vectors of the instrument team", async () => {
    const files = await archive()
    const open = (name: string) => readCdfFile(files.find(file => basename(file) === name) ?? name)
    expect(await vectorsIn(await open('imap_mag_l1a_norm-mago_20231130_v001.cdf'))).toEqual(expectedVectors('pri'))
    expect(await vectorsIn(await open('imap_mag_l1a_norm-magi_20231130_v001.cdf'))).toEqual(expectedVectors('sec'))
  })

  test('the same delivery again changes nothing', async () => {
    const before = await archive()
    const again = apsis('ingest', join(home, 'delivery-17.dat'))
    expect(again).toMatchObject({ status: 0, text: expect.stringContaining('1 present already') })
    expect(await archive()).toEqual(before)
  })

  test('what was not made is explained', () => {
    expect(apsis('why', 'imap_mag_l1a_burst-mago', '2023-11-30').text).toContain('no packet of APID 1068')
  })
})
