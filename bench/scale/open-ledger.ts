import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { migrate } from '#services/db'
import type { Db } from '#services/db'
import { loadMission } from '#services/missions'
import type { PipelineContext } from '#services/pipeline'
import { startPostgres, throwAwaySettings } from '#services/postgres'
import type { PostgresServer } from '#services/postgres'
import { ledgerEnds, makeLedger } from './make-ledger.ts'
import type { LedgerSize, MadeLedger } from './make-ledger.ts'

export type Mission = Awaited<ReturnType<typeof loadMission>>

export interface OpenLedger {
  readonly server: PostgresServer
  readonly mission: Mission
  readonly made: MadeLedger
  readonly folder: string
}

export interface LedgerOptions extends LedgerSize {
  readonly folder: string
  /** Numbers beside them, in their order. */
  readonly given: readonly number[]
}

/** `--files N`, `--alone`, `--folder DIR`; without the last `APSIS_BENCH_DATA`, else a folder of the system's for temporary files. */
export function readLedgerOptions(): LedgerOptions {
  const { values, positionals } = parseArgs({
    options: { files: { type: 'string' }, alone: { type: 'boolean' }, folder: { type: 'string' } },
    allowPositionals: true,
  })
  const files = Number(values.files ?? 11_000_000)
  const alone = values.alone ?? false
  const root = process.env['APSIS_BENCH_DATA'] ?? join(tmpdir(), 'apsis-bench')
  return {
    files,
    alone,
    given: positionals.map(Number),
    folder: values.folder ?? join(root, `ledger-${files}${alone ? '-files-alone' : ''}`),
  }
}

/**
 * For one large fill: nothing waits for the disk, what is built in one go is not in the log, and one process a session sorts, because the
 * sessions are as many as there are processors.
 */
const making = {
  ...throwAwaySettings,
  shared_buffers: '1GB',
  maintenance_work_mem: '2GB',
  work_mem: '512MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_parallel_maintenance_workers: '0',
  max_parallel_workers: '0',
}

/**
 * Starts the server of a large ledger that stays on the disk, with the settings of a home, and makes the ledger where there is none yet (or
 * an unfinished one).
 */
export async function openLedger(options: LedgerOptions, say: (line: string) => void): Promise<OpenLedger> {
  const { folder } = options
  const [dataDir, note] = [join(folder, 'pg'), join(folder, 'ledger.json')]
  const mission = await loadMission(new URL('../../missions/mms', import.meta.url).pathname)
  const log = (): undefined => undefined
  if (!existsSync(note)) {
    say(`${options.files.toLocaleString('en-US')} files are made in ${folder}`)
    await rm(folder, { recursive: true, force: true })
    const server = await startPostgres({ dataDir, log, settings: making })
    try {
      await migrate(server.config)
      const made = await makeLedger(server.config, mission, options, say)
      await writeFile(note, `${JSON.stringify(made)}\n`)
    } finally {
      await server.stop()
    }
  }
  const made = JSON.parse(await readFile(note, 'utf8')) as MadeLedger
  say(`${folder}: ${JSON.stringify(made)}`)
  const server = await startPostgres({ dataDir, log })
  await migrate(server.config)
  return { server, mission, made, folder }
}

/** Planning at the end of the ledger's time; jobs are made and handed to nobody. */
export const planningIn = (db: Db, mission: Mission): PipelineContext => ({
  db,
  missions: [mission],
  dispatch: async () => undefined,
  findForgotten: async () => [],
  settings: { settle: 0 },
  clock: () => ledgerEnds,
  log: pino({ level: 'silent' }),
})
