import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addFile } from '#test/ledger'
import { clientsPython } from '#test/needs'
import { sharedIsThere, sharedPath } from '#test/shared'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

const python = clientsPython ?? ''
const isThere = sharedIsThere && clientsPython !== undefined

const real = sharedPath('real/mms/sdc/mms1/fgm/brst/l2/2016/12/09/mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf')

describe.skipIf(!isThere)('pySPEDAS (left out: no Python environment with it, or no reference data)', () => {
  let site: TestSite
  let origin = ''
  let folder = ''

  beforeAll(async () => {
    site = await openTestSite()
    folder = await mkdtemp(join(tmpdir(), 'apsis-pyspedas-'))
    const fgm = { product: 'fgm brst l2', spacecraft: 'mms1' }
    await addFile(site, { ...fgm, start: '2016-12-09T09:03:04Z', version: [5, 87, 0], bytes: await readFile(real) })
    // What the client must not load: another version, a later file that an open end would bring.
    await addFile(site, { ...fgm, start: '2016-12-09T09:03:04Z', version: [5, 9, 0] })
    await addFile(site, { ...fgm, start: '2016-12-11T01:00:00Z', version: [5, 87, 0] })
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    origin = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    await site.close()
    await rm(folder, { recursive: true, force: true })
  })

  test('the snippet of the file’s page loads that file', async () => {
    const page = await (await fetch(`${origin}/mms/file/mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf`)).text()
    const code = /<summary>pySPEDAS<\/summary>.*?<code>(.*?)<\/code>/s.exec(page)?.[1] ?? ''
    const snippet = code.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
    const look = ['from pyspedas import get_data', "b = get_data('mms1_fgm_b_gse_brst_l2')", "print('LOADED', len(b.times), b.y.shape[1])"]
    const run = promisify(execFile)(python, ['-c', [snippet, ...look].join('\n')], {
      cwd: folder,
      env: { ...process.env, MMS_DATA_DIR: folder, SPEDAS_DATA_DIR: folder, HOME: folder, MPLBACKEND: 'Agg' },
      timeout: 240_000,
    })
    // It asks for a name at the team's door; an empty line means the public one.
    run.child.stdin?.end('\n')
    const { stdout, stderr } = await run
    expect(`${stdout}\n${stderr}`).toMatch(/LOADED \d+ 4/)
    const kept = join(folder, 'mms1/fgm/brst/l2/2016/12/09/mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf')
    expect(Buffer.compare(await readFile(kept), await readFile(real))).toBe(0)
  }, 300_000)
})
