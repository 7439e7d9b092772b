import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { RecordEdit } from '#domain/burst'
import { saveVariables, segmentChangesFrom } from '#domain/burst/files'
import { readList, type ListReport } from '#domain/burst/lists'
import { fail } from '#error'
import { writeSave } from '#formats/idlsave'
import type { Db, Tx } from '#services/db'
import { withTx } from '#services/db'
import { recordAct } from '#services/people'

/** A file of selection that is kept byte by byte. `made` is UTC milliseconds of the time in its name. */
export interface KeptFile {
  readonly name: string
  readonly type: string
  readonly made: number
  readonly size: number
}

export interface NewFile {
  readonly mission: string
  readonly name: string
  readonly bytes: Uint8Array
  readonly actor: string
  readonly now: number
  readonly outcome: Readonly<Record<string, unknown>>
}

const named = /^(bdm_sitl_changes|gls_selections_[a-z0-9-]+)_(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)\.(?:sav|csv)$/

/** Type and time that a name tells; undefined where it is none of a kept file. */
export function readKeptName(name: string): { readonly type: string; readonly made: number } | undefined {
  const [, type = '', day = '', ...clock] = named.exec(name) ?? []
  const made = Date.parse(`${day}T${clock.join(':')}Z`)
  return type === '' || Number.isNaN(made) ? undefined : { type, made }
}

/** What became of the same name before, in the words it was kept with; throws `burst/name-taken` where its bytes were others. */
export async function findKept(tx: Db | Tx, mission: string, name: string, bytes: Uint8Array): Promise<NewFile['outcome'] | undefined> {
  const row = await tx
    .selectFrom('burst_file')
    .select(['sha256', 'outcome'])
    .where('mission', '=', mission)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row !== undefined && row.sha256 !== hashOf(bytes))
    fail(
      'burst/name-taken',
      `there is a file ${name} with another content: files are never changed, a new one needs a new time in its name`,
    )
  return row?.outcome
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Keeps a file under its name. */
export async function keepFile(tx: Tx, { mission, name, bytes, actor, now, outcome }: NewFile): Promise<void> {
  const { type, made } = readKeptName(name) ?? fail('burst/bad-file', `"${name}" is no name of a file of selection`)
  await tx
    .insertInto('burst_file')
    .values({
      mission,
      type,
      name,
      made_at: new Date(made),
      actor,
      taken_at: new Date(now),
      sha256: hashOf(bytes),
      bytes,
      outcome: JSON.stringify(outcome),
    })
    .execute()
}

/** Edits of stored segments as the file that an old client would have sent, under the first second that is free. */
export async function keepEdits(
  tx: Tx,
  edits: readonly RecordEdit[],
  spacecraft: readonly string[],
  kept: Omit<NewFile, 'name' | 'bytes'>,
): Promise<string> {
  const taken = await tx
    .selectFrom('burst_file')
    .select('name')
    .where('mission', '=', kept.mission)
    .where('type', '=', 'bdm_sitl_changes')
    .where('name', '>=', nameOf(kept.now))
    .execute()
  const names = new Set(taken.map(({ name }) => name))
  let second = kept.now
  while (names.has(nameOf(second))) second += 1000
  await keepFile(tx, {
    ...kept,
    name: nameOf(second),
    bytes: writeSave({ variables: saveVariables(segmentChangesFrom(edits, spacecraft)) }),
  })
  return nameOf(second)
}

const nameOf = (ms: number): string => `bdm_sitl_changes_${new Date(ms).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')}.sav`

/** Kept files of a type by the time in their name, [from, to), the newest first. */
export async function listKept(
  db: Db,
  mission: string,
  type: string,
  range: { readonly from?: number | undefined; readonly to?: number | undefined },
): Promise<readonly KeptFile[]> {
  const { rows } = await sql<KeptFile>`select name, type, made_at as made, length(bytes) as size from burst_file
    where mission = ${mission} and type = ${type}
      and made_at >= ${new Date(range.from ?? 0)} and made_at < ${new Date(range.to ?? Date.UTC(2200, 0, 1))}
    order by made_at desc, id desc`.execute(db)
  return rows
}

/** The bytes of a kept file. */
export async function readKept(db: Db, mission: string, name: string): Promise<Uint8Array> {
  const row = await db.selectFrom('burst_file').select('bytes').where('mission', '=', mission).where('name', '=', name).executeTakeFirst()
  return row?.bytes ?? fail('burst/bad-file', `there is no file ${name}`)
}

/**
 * Takes a list of the ground loop: kept as it came, each line placed on the grid, snapped to it or refused, with the reason. The same
 * file again changes nothing.
 */
export async function takeGroundList(
  db: Db,
  list: Pick<NewFile, 'mission' | 'name' | 'bytes' | 'actor' | 'now'>,
  step: number,
): Promise<ListReport> {
  const report = readList(list.bytes, { step, source: readKeptName(list.name)?.type.replace('gls_selections_', 'GLS:') ?? 'GLS' })
  await withTx(db, async tx => {
    if ((await findKept(tx, list.mission, list.name, list.bytes)) !== undefined) return
    await keepFile(tx, { ...list, outcome: { ...report.counts } })
    await recordAct(tx, {
      at: list.now,
      actor: list.actor,
      act: 'burst.list',
      object: `${list.mission} ${list.name}`,
      detail: { ...report.counts },
    })
  })
  return report
}
