// How long the file service takes to answer when the ledger is large. `node bench/access.ts [rows per spacecraft]`
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { buildServer } from '#apps/server'
import { migrate, openDb } from '#services/db'
import { loadMission } from '#services/missions'
import { startPostgres, throwAwaySettings } from '#services/postgres'
import { localStore } from '#services/store'

const rows = Number(process.argv[2] ?? 100_000)
const folder = await mkdtemp(join(tmpdir(), 'apsis-bench-'))
const server = await startPostgres({ dataDir: join(folder, 'pg'), log: () => undefined, settings: throwAwaySettings })
const config = server.config
await migrate(config)
const db = openDb(config)
try {
  // One burst segment of a minute per 20 minutes from 2015-09-01 on, on four spacecraft; each tenth has an older version too.
  await sql`insert into file (mission, name, product, dataset, spacecraft, kind, partition, start_time, stop_time, version, version_text, size,
      sha256, path, latest, public, simulated, arrived_at, modified_at, actor)
    select 'mms', sc || '_fgm_brst_l2_' || to_char(t, 'YYYYMMDDHH24MISS') || '_v5.' || v || '.0.cdf', 'fgm brst l2', sc || '_fgm_brst_l2', sc, 'science',
      to_char(t, 'YYYYMMDDHH24MISS'), t, t + interval '1 minute', array[5, v, 0], '5.' || v || '.0', 1000000, repeat('a', 64),
      'mms/data/' || sc || '/fgm/brst/l2/' || to_char(t, 'YYYY/MM/DD') || '/' || sc || '_fgm_brst_l2_' || to_char(t, 'YYYYMMDDHH24MISS') || '_v5.' || v || '.0.cdf',
      v = 1, true, true, now(), now(), 'bench'
    from (values ('mms1'), ('mms2'), ('mms3'), ('mms4')) as s (sc),
      generate_series(0, ${rows - 1}) as n, lateral (select timestamptz '2015-09-01' + n * interval '20 minutes' as t) as x,
      generate_series(case when n % 10 = 0 then 0 else 1 end, 1) as v`.execute(db)
  await sql`analyze file`.execute(db)
  const { rows: counted } = await sql<{ n: number }>`select count(*) as n from file`.execute(db)
  process.stdout.write(`${counted[0]?.n.toLocaleString('en-US')} files in the ledger\n`)
  const mission = await loadMission(new URL('../missions/mms', import.meta.url).pathname)
  const home = { title: 'Bench', simulated: true, incoming: folder }
  const app = buildServer({ db, missions: [mission], store: localStore(folder), home, clock: () => Date.parse('2026-11-23') })
  await app.ready()
  const base = '/mms/sdc/public/files/api/v1'
  const one = 'mms1_fgm_brst_l2_20150901000000_v5.1.0.cdf'
  const questions = {
    'file_info, one spacecraft, burst, the whole mission': `${base}/file_info/science?sc_id=mms1&instrument_id=fgm&data_rate_mode=brst`,
    'file_names, the same': `${base}/file_names/science?sc_id=mms1&instrument_id=fgm&data_rate_mode=brst`,
    'file_info, four spacecraft, one year': `${base}/file_info/science?instrument_id=fgm&data_rate_mode=brst&start_date=2016-01-01&end_date=2017-01-01`,
    'file_info, one spacecraft, one day': `${base}/file_info/science?sc_id=mms1&instrument_id=fgm&data_rate_mode=brst&start_date=2017-01-01&end_date=2017-01-02`,
    'file_info by name': `${base}/file_info/science?file=${one}`,
    'download, nothing asked for': `${base}/download/science`,
    'page of a file': `/mms/file/${one}`,
    'page of a product': '/mms/data/fgm_brst_l2',
    Home: '/',
  }
  for (const [what, url] of Object.entries(questions)) {
    const times: number[] = []
    let size = 0
    for (let i = 0; i < 3; i++) {
      const before = performance.now()
      size = (await app.inject({ url, headers: { accept: 'text/html' } })).rawPayload.byteLength
      times.push(performance.now() - before)
    }
    const best = Math.min(...times)
    process.stdout.write(`${what.padEnd(54)} ${best.toFixed(0).padStart(6)} ms ${(size / 1e6).toFixed(2).padStart(8)} MB\n`)
  }
  await app.close()
} finally {
  await db.destroy()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
