import { readFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { BurstTables, Evaluation } from '#domain/burst'
import { SdcError, fail } from '#error'
import { filesToldAfter, type FileRow } from '#services/catalog'
import type { Db } from '#services/db'
import type { Store } from '#services/store'
import { countBurstFile, countEarlierFiles } from './arrival.ts'
import { takeEvaluation } from './evaluation.ts'

const batch = 100

export interface BurstFollower {
  readonly db: Db
  readonly store: Store
  readonly log: Logger
}

/**
 * Goes on through the log: evaluations of trigger data open windows, burst telemetry fills segments, whichever of the two came first. One
 * file that cannot be used is told and passed over. Gives the count of files it looked at. Without a loop in the tables it does nothing.
 */
export async function followBurst({ db, store, log }: BurstFollower, tables: BurstTables, mission: string, now: number): Promise<number> {
  const { loop } = tables
  if (loop === undefined) return 0
  const follower = `burst ${mission}`
  const at = await db.selectFrom('cursor').select('sequence').where('follower', '=', follower).executeTakeFirst()
  const { files, to } = await filesToldAfter(db, mission, [loop.evaluation, loop.telemetry], at?.sequence ?? 0, batch)
  for (const file of files) {
    try {
      const sentence = file.product === loop.evaluation ? await evaluate(file) : await count(file)
      log.info({ act: 'burst', mission, file: file.name }, sentence)
    } catch (error) {
      if (!(error instanceof SdcError)) throw error
      log.error(
        { act: 'burst', mission, file: file.name, code: error.code },
        `${file.name} is of no use to burst selection: ${error.message}`,
      )
    }
  }
  if (to !== at?.sequence)
    await db
      .insertInto('cursor')
      .values({ follower, sequence: to })
      .onConflict(c => c.column('follower').doUpdateSet({ sequence: to }))
      .execute()
  const sought = await countEarlierFiles(db, tables, { mission, telemetry: loop.telemetry }, now)
  if (sought > 0)
    log.info({ act: 'burst', mission, segments: sought }, 'burst files that had come before these segments were stored are counted')
  return files.length

  async function evaluate(file: FileRow): Promise<string> {
    const evaluation = await readEvaluation(await store.localPath(file.path), file.name)
    const { outcome, window } = await takeEvaluation(db, tables, { mission, file: file.id, region: file.partition, evaluation }, now)
    return `${file.name}: ${outcome}, window ${window.evaluation}`
  }

  async function count(file: FileRow): Promise<string> {
    const buffers = await countBurstFile(db, tables, file, now)
    return `${file.name}: ${buffers} buffers of stored segments`
  }
}

async function readEvaluation(path: string, name: string): Promise<Evaluation> {
  const text = await readFile(path, 'utf8')
  try {
    const value = JSON.parse(text) as Evaluation
    if (value.form === 'burst-evaluation/1') return value
  } catch (cause) {
    throw new SdcError('burst/bad-evaluation', `${name} is no JSON`, { name }, cause)
  }
  return fail('burst/bad-evaluation', `${name} is no evaluation of trigger data (form "burst-evaluation/1")`, { name })
}
