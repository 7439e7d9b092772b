import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { mayMove, releaseMoves } from '#domain/process'
import type { ReleaseState } from '#domain/process'
import { SdcError, fail } from '#error'
import { listOf } from '#services/db'
import type { CodeReleaseTable, Db, Tx } from '#services/db'
import { recordAct } from '#services/people'
import type { Tree } from './tree.ts'

export type Release = Selectable<CodeReleaseTable>

export interface Registration {
  readonly package: string
  readonly tree: Tree
  readonly source: string
  readonly rise: 'revision' | 'quality'
  readonly note: string
  readonly actor: string
}

/** Registers code that is in the store; what is registered already stays as it is. */
export async function registerRelease(tx: Tx, r: Registration, now: number): Promise<Release> {
  const added = await tx
    .insertInto('code_release')
    .values({
      package: r.package,
      digest: r.tree.digest,
      state: 'registered',
      rise: r.rise,
      source: r.source,
      note: r.note,
      files: r.tree.entries.length,
      bytes: r.tree.bytes,
      registered_at: new Date(now),
      registered_by: r.actor,
    })
    .onConflict(c => c.doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 1n)
    await recordAct(tx, {
      at: now,
      actor: r.actor,
      act: 'code.register',
      object: `${r.package} ${r.tree.digest}`,
      detail: { source: r.source },
    })
  return findRelease(tx, r.package, r.tree.digest)
}

export const listReleases = (db: Db, name?: string): Promise<readonly Release[]> =>
  db
    .selectFrom('code_release')
    .selectAll()
    .$if(name !== undefined, q => q.where('package', '=', name ?? ''))
    .orderBy('package')
    .orderBy('registered_at', 'desc')
    .execute()

/** A release by its digest or the first digits of it. Throws `code/no-such-release`, `code/ambiguous`. */
export async function findRelease(db: Db | Tx, name: string, digest: string): Promise<Release> {
  const rows = await db
    .selectFrom('code_release')
    .selectAll()
    .where('package', '=', name)
    .where('digest', 'like', `${digest.replaceAll(/\W|_/g, '')}%`)
    .execute()
  if (rows.length > 1) fail('code/ambiguous', `${rows.length} releases of ${name} begin with ${digest}: give more digits`)
  return rows[0] ?? fail('code/no-such-release', `${name} has no release ${digest}; apsis code ls shows them`)
}

/** The code that a package runs with; undefined where nothing was ever promoted, and the mission's folder is what runs. */
export const productionOf = (db: Db | Tx, name: string): Promise<Release | undefined> =>
  db.selectFrom('code_release').selectAll().where('package', '=', name).where('state', '=', 'production').executeTakeFirst()

/** What planning asks of the code of a package. */
export interface CodeInProduction {
  readonly digest: string | null
  /** When code that declares a rise of quality last came into production: what was made before is of lower quality. UTC milliseconds. */
  readonly raised: number | null
}

/** The code of packages, by package. */
export async function codeInProduction(db: Db | Tx, packages: readonly string[]): Promise<ReadonlyMap<string, CodeInProduction>> {
  const { rows } = await sql<CodeInProduction & { readonly package: string }>`
    select p.package, r.digest, (
      select max(m.at) from code_move m join code_release c using (package, digest)
      where m.package = p.package and m.after = 'production' and c.rise = 'quality') as raised
    from unnest(${listOf('text', packages)}) as p (package) left join code_release r on r.package = p.package and r.state = 'production'`.execute(
    db,
  )
  return new Map(rows.map(row => [row.package, row]))
}

interface Word {
  readonly actor: string
  readonly reason: string
}

/** Moves a release by the table of moves; what moved it, who and why are kept. Throws `code/bad-move`, also where somebody was faster. */
export async function moveRelease(tx: Tx, release: Release, to: ReleaseState, word: Word, now: number): Promise<void> {
  const { package: name, digest, state } = release
  if (!mayMove(releaseMoves, state, to))
    throw new SdcError('code/bad-move', `${name} ${digest.slice(0, 12)} is ${state}: from there it cannot become ${to}`)
  const moved = await tx
    .updateTable('code_release')
    .set({ state: to })
    .where('package', '=', name)
    .where('digest', '=', digest)
    .where('state', '=', state)
    .executeTakeFirst()
  if (moved.numUpdatedRows === 0n) fail('code/bad-move', `${name} ${digest.slice(0, 12)} was moved by somebody else just now`)
  await tx
    .insertInto('code_move')
    .values({ package: name, digest, before: state, after: to, at: new Date(now), actor: word.actor, reason: word.reason })
    .execute()
  await recordAct(tx, { at: now, actor: word.actor, act: `code.${to}`, object: `${name} ${digest}`, detail: { reason: word.reason } })
}

/**
 * Puts a release into production in the place of the one that is there. It needs a report of its comparison that is newer than its last
 * run in staging, and a second person. Throws `code/no-report`, `code/same-person`, `code/bad-move`.
 */
export async function promoteRelease(tx: Tx, release: Release, word: Word, now: number): Promise<void> {
  const { package: name, digest } = release
  if (word.actor === release.registered_by)
    fail('code/same-person', `${word.actor} registered this code: somebody else has to promote it (four eyes)`)
  const report = await lastReport(tx, name, digest)
  const run = await tx
    .selectFrom('staged_run')
    .select(e => e.fn.max('at').as('at'))
    .where('package', '=', name)
    .where('digest', '=', digest)
    .executeTakeFirst()
  if (report === undefined || (run?.at ?? 0) > report.at)
    fail(
      'code/no-report',
      `there is no report of ${name} ${digest.slice(0, 12)} that is newer than its last run in staging: apsis code compare`,
    )
  await replaceProduction(tx, release, word, now)
}

/** Back to what was in production before, in one move. Throws `code/nothing-before`. */
export async function rollBack(
  tx: Tx,
  name: string,
  word: Word,
  now: number,
): Promise<{ readonly from: Release; readonly to: Release | undefined }> {
  const from = (await productionOf(tx, name)) ?? fail('code/nothing-before', `no release of ${name} is in production`)
  const entered = await tx
    .selectFrom('code_move')
    .selectAll()
    .where('package', '=', name)
    .where('digest', '=', from.digest)
    .where('after', '=', 'production')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
  const left = await tx
    .selectFrom('code_move')
    .selectAll()
    .where('package', '=', name)
    .where('before', '=', 'production')
    .where('id', '<', entered.id)
    .where('digest', '<>', from.digest)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (left === undefined) {
    await moveRelease(tx, from, 'retired', word, now)
    return { from, to: undefined }
  }
  const to = await findRelease(tx, name, left.digest)
  await replaceProduction(tx, to, word, now)
  return { from, to }
}

/** The old one leaves first: a unique index allows one at a time. */
async function replaceProduction(tx: Tx, release: Release, word: Word, now: number): Promise<void> {
  const old = await productionOf(tx, release.package)
  if (old !== undefined) await moveRelease(tx, old, 'retired', word, now)
  await moveRelease(tx, release, 'production', word, now)
}

/** A comparison as it was written down. */
export interface CodeReport {
  readonly at: number
  readonly actor: string
  readonly report: Readonly<Record<string, unknown>>
}

/** The newest comparison of a release with what is published. */
export const lastReport = (db: Db | Tx, name: string, digest: string): Promise<CodeReport | undefined> =>
  db
    .selectFrom('code_report')
    .select(['at', 'actor', 'report'])
    .where('package', '=', name)
    .where('digest', '=', digest)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

export async function recordReport(db: Db, release: Release, actor: string, report: object, now: number): Promise<void> {
  const { package: name, digest } = release
  await db
    .insertInto('code_report')
    .values({ package: name, digest, at: new Date(now), actor, report: JSON.stringify(report) })
    .execute()
}
