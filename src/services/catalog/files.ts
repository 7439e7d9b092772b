import { sql } from 'kysely'
import type { RawBuilder, Selectable } from 'kysely'
import type { Span } from '#domain/partition'
import { compareVersions } from '#domain/version'
import { utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { instant, listOf, rowsInto } from '#services/db'
import type { Db, FileTable, Tx } from '#services/db'
import { appendEvents } from './events.ts'

export type FileRow = Selectable<FileTable>

/**
 * The stretches of time (UTC milliseconds) that raw telemetry has, from its content: deliveries bear any name, and hold packets of years
 * apart. undefined for other files, and for packets without times.
 */
export function spansOf(row: Pick<FileRow, 'kind' | 'content' | 'coverage_start' | 'coverage_stop'>): readonly Span[] | undefined {
  if (row.kind !== 'telemetry' || row.coverage_start === null || row.coverage_stop === null) return undefined
  const { spans } = row.content
  // Odd content says nothing: then all that is covered counts.
  if (Array.isArray(spans) && spans.every(isPair)) return spans.map(([start, stop]) => ({ start, stop }))
  const toUtc = (t: number | bigint): number => utcMsFromTt2000(BigInt(t) as Tt2000)
  return [{ start: toUtc(row.coverage_start), stop: toUtc(row.coverage_stop) + 1 }]
}

const isPair = (span: unknown): span is readonly [number, number] =>
  Array.isArray(span) && span.length === 2 && span.every(time => Number.isFinite(time))

/** A file whose bytes are in the store, ready to be recorded. */
export interface NewFile {
  readonly mission: string
  readonly name: string
  readonly product: string
  readonly dataset: string
  readonly spacecraft: string
  readonly kind: string
  readonly partition: string
  readonly start: number
  readonly stop: number
  readonly version: readonly number[]
  readonly versionText: string
  readonly size: number
  readonly sha256: string
  readonly path: string
  /** What its product's release says; a file of withheld parents is not public all the same. */
  readonly public: boolean
  /** Made by a stand-in. */
  readonly withheld?: boolean
  readonly simulated: boolean
  /** TT2000 nanoseconds of the first and last record. */
  readonly coverage: { readonly start: bigint; readonly stop: bigint } | undefined
  readonly records: number | undefined
  /** SHA-256 of the content without provenance; undefined where only the bytes tell. */
  readonly science?: string | undefined
  readonly content: Readonly<Record<string, unknown>>
  readonly findings: readonly string[]
  readonly modified: number
  readonly actor: string
  readonly job: number | undefined
  readonly recipe: string | undefined
  readonly parents: readonly Parent[]
}

/** A parent may be known by name and not be held. */
export interface Parent {
  readonly role: string
  readonly name: string
  readonly file: number | undefined
}

/** {@link recordFiles} for one. */
export const recordFile = async (tx: Tx, file: NewFile, at: number): Promise<number> => (await recordFiles(tx, [file], at))[0] as number

/**
 * Adds files' rows, their parents, the `latest` flags of their partitions, and one event each; answers their ids in order. Throws on the
 * unique name: the caller has looked before, so that is a race, and the second one looks again.
 */
export async function recordFiles(tx: Tx, files: readonly NewFile[], at: number): Promise<readonly number[]> {
  if (files.length === 0) return []
  const siblings = await latestSiblings(tx, files)
  const newest = new Map<string, NewFile | Sibling>(siblings.map(s => [placeOf(s), s]))
  for (const file of files) {
    const other = newest.get(placeOf(file))
    if (other === undefined || compareVersions(file.version, other.version) > 0) newest.set(placeOf(file), file)
  }
  const outdone = siblings.filter(s => newest.get(placeOf(s)) !== s).map(s => s.id)
  if (outdone.length > 0) await sql`update file set latest = false where id = any(${listOf('bigint', outdone)})`.execute(tx)
  const barred = await withheldParents(tx, files)
  const isWithheld = (f: NewFile): boolean => f.withheld === true || f.parents.some(p => p.file !== undefined && barred.has(p.file))
  const rows = files.map(file => rowOf(file, newest.get(placeOf(file)) === file, isWithheld(file), at))
  const parents = files.flatMap(({ mission, name: child, parents: own }) =>
    own.map(({ file: parent = null, role, name }) => ({ mission, child, parent, role, name })),
  )
  const inserted = await sql<{ id: number; mission: string; name: string }>`
    with added as (insert into ${rowsInto('file', rows)} returning id, mission, name),
    lineage as (
      insert into file_parent (child, parent, role, name)
      select a.id, p.parent, p.role, p.name
      from jsonb_to_recordset(${JSON.stringify(parents)}::jsonb) as p (mission text, child text, parent bigint, role text, name text)
      join added a on a.mission = p.mission and a.name = p.child
      on conflict do nothing)
    select id, mission, name from added`.execute(tx)
  const ids = new Map(inserted.rows.map(row => [`${row.mission} ${row.name}`, row.id]))
  const idOf = (file: NewFile): number => ids.get(`${file.mission} ${file.name}`) as number
  await appendEvents(
    tx,
    at,
    files.map(file => ({ kind: 'file', mission: file.mission, file: idOf(file), actor: file.actor })),
  )
  return files.map(idOf)
}

/** Of the files' parents those that are withheld: what is made from one is withheld too, at whatever distance. */
async function withheldParents(tx: Tx, files: readonly NewFile[]): Promise<ReadonlySet<number>> {
  const ids = [...new Set(files.flatMap(f => f.parents).flatMap(p => p.file ?? []))]
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: number }>`select id from file where id = any(${listOf('bigint', ids)}) and withheld`.execute(tx)
  return new Set(rows.map(row => row.id))
}

type Place = Pick<NewFile, 'mission' | 'dataset' | 'partition'>
type Sibling = Place & { readonly id: number; readonly version: readonly number[] }

const placeOf = ({ mission, dataset, partition }: Place): string => JSON.stringify([mission, dataset, partition])

/** The latest files of the same partitions, locked in order of their ids. */
async function latestSiblings(tx: Tx, files: readonly NewFile[]): Promise<readonly Sibling[]> {
  const places = { missions: files.map(f => f.mission), datasets: files.map(f => f.dataset), partitions: files.map(f => f.partition) }
  const { rows } = await sql<Sibling>`
    select f.id, f.mission, f.dataset, f.partition, f.version
    from file f join (select distinct * from unnest(${listOf('text', places.missions)}, ${listOf('text', places.datasets)}, ${listOf('text', places.partitions)})) as w (mission, dataset, partition)
      on f.mission = w.mission and f.dataset = w.dataset and f.partition = w.partition
    where f.latest order by f.id for update of f`.execute(tx)
  return rows
}

const rowOf = (file: NewFile, latest: boolean, withheld: boolean, at: number) => ({
  mission: file.mission,
  name: file.name,
  product: file.product,
  dataset: file.dataset,
  spacecraft: file.spacecraft,
  kind: file.kind,
  partition: file.partition,
  start_time: new Date(file.start),
  stop_time: new Date(file.stop),
  version: file.version,
  version_text: file.versionText,
  size: file.size,
  sha256: file.sha256,
  path: file.path,
  state: 'held',
  latest,
  public: file.public && !withheld,
  withheld,
  simulated: file.simulated,
  coverage_start: file.coverage?.start ?? null,
  coverage_stop: file.coverage?.stop ?? null,
  records: file.records ?? null,
  content: file.content,
  findings: file.findings,
  arrived_at: new Date(at),
  modified_at: new Date(file.modified),
  actor: file.actor,
  job: file.job ?? null,
  recipe: file.recipe ?? null,
  science: file.science ?? null,
})

export const findFile = (db: Db | Tx, mission: string, name: string): Promise<FileRow | undefined> =>
  db.selectFrom('file').selectAll().where('mission', '=', mission).where('name', '=', name).executeTakeFirst()

/** What two files have in common where nothing in science differs. */
export const scienceOf = (file: { readonly science?: string | null | undefined; readonly sha256: string }): string =>
  file.science ?? file.sha256

/** A held file of a dataset with exactly these bytes, whatever its name. */
export const findBytes = (
  db: Db | Tx,
  mission: string,
  dataset: string,
  sha256: string,
): Promise<{ id: number; name: string } | undefined> =>
  db
    .selectFrom('file')
    .select(['id', 'name'])
    .where('mission', '=', mission)
    .where('dataset', '=', dataset)
    .where('sha256', '=', sha256)
    .executeTakeFirst()

export const filesByIds = (db: Db | Tx, ids: readonly number[]): Promise<readonly FileRow[]> =>
  ids.length === 0
    ? Promise.resolve([])
    : db
        .selectFrom('file')
        .selectAll()
        .where(sql<boolean>`id = any(${listOf('bigint', ids)})`)
        .execute()

export const filesByNames = (db: Db | Tx, mission: string, names: readonly string[]): Promise<readonly FileRow[]> =>
  names.length === 0
    ? Promise.resolve([])
    : db.selectFrom('file').selectAll().where('mission', '=', mission).where('name', 'in', names).execute()

/** Ids of held files by names, for lineage that programs write as names. */
export const idsByNames = (db: Db | Tx, mission: string, names: readonly string[]): Promise<readonly { id: number; name: string }[]> =>
  names.length === 0
    ? Promise.resolve([])
    : db.selectFrom('file').select(['id', 'name']).where('mission', '=', mission).where('name', 'in', names).execute()

/** The highest version of a partition in the ledger, retired ones included, with its recipe; undefined where none was ever made. */
export const latestOf = (db: Db | Tx, mission: string, dataset: string, partition: string): Promise<FileRow | undefined> =>
  db
    .selectFrom('file')
    .selectAll()
    .where('mission', '=', mission)
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()

export const parentsOf = (db: Db | Tx, child: number): Promise<readonly { parent: number | null; role: string; name: string }[]> =>
  db.selectFrom('file_parent').select(['parent', 'role', 'name']).where('child', '=', child).orderBy('role').orderBy('name').execute()

export const childrenOf = (db: Db | Tx, parent: number): Promise<readonly { id: number; name: string; role: string }[]> =>
  db
    .selectFrom('file_parent')
    .innerJoin('file', 'file.id', 'file_parent.child')
    .select(['file.id', 'file.name', 'file_parent.role'])
    .where('file_parent.parent', '=', parent)
    .orderBy('file.id')
    .execute()

/** A partition that has a file, as planning sees it. */
export interface HeldPartition {
  readonly product: string
  readonly spacecraft: string
  readonly partition: string
  readonly start: number
  readonly stop: number
  readonly spans: readonly Span[] | undefined
}

/** Rows that begin in a time, which may be open at either end (UTC milliseconds). */
export const beginsIn = ({ start, stop }: { readonly start: number | undefined; readonly stop: number | undefined }): RawBuilder<unknown> =>
  sql.join(
    [
      sql`true`,
      ...(start === undefined ? [] : [sql`start_time >= ${instant(start)}`]),
      ...(stop === undefined ? [] : [sql`start_time < ${instant(stop)}`]),
    ],
    sql` and `,
  )

/** Partitions with a file that begin in a time, newest first: about as many as asked for, those of the oldest start all. */
export async function heldIn(db: Db, mission: string, begins: RawBuilder<unknown>, rows: number): Promise<readonly HeldPartition[]> {
  const found = await sql<Omit<FileRow, 'content'> & { readonly spans: unknown }>`
    select product, spacecraft, partition, start_time, stop_time, kind, coverage_start, coverage_stop,
      case when kind = 'telemetry' then content -> 'spans' end as spans
    from file where mission = ${mission} and latest and ${begins}
    order by start_time desc fetch first ${sql.lit(rows)} rows with ties`.execute(db)
  return found.rows.map(row => ({
    product: row.product,
    spacecraft: row.spacecraft,
    partition: row.partition,
    start: row.start_time,
    stop: row.stop_time,
    spans: spansOf({ ...row, content: { spans: row.spans } }),
  }))
}
