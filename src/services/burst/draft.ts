import { diffSelections, type BurstTables, type Edit, type Selection, type SelectionDiff } from '#domain/burst'
import { fail } from '#error'
import { withTx, type Db } from '#services/db'
import { recordAct } from '#services/people'
import { tellNews } from './news.ts'
import { automaticOf, findWindow, type BurstWindow } from './window.ts'

/** A named version of a draft; never changed. */
export interface Draft {
  readonly id: number
  readonly name: string
  readonly selection: Selection
  readonly edits: readonly Edit[]
  readonly actor: string
  readonly at: number
}

/** Saves a version under a name of its own. Throws `burst/name-taken`, `burst/no-window`. */
export async function saveDraft(
  db: Db,
  mission: string,
  evaluation: string,
  draft: { readonly name: string; readonly selection: Pick<Selection, 'frame' | 'segments' | 'next'>; readonly edits: readonly Edit[] },
  actor: string,
  now: number,
): Promise<void> {
  const name = draft.name.trim()
  if (name === '' || name.length > 100) fail('burst/bad-name', 'a draft needs a name of 1 to 100 characters')
  await withTx(db, async tx => {
    const window = await findWindow(tx, mission, evaluation)
    const { frame, segments, next } = draft.selection
    const added = await tx
      .insertInto('burst_draft')
      .values({
        burst_window: window.id,
        name,
        selection: JSON.stringify({ frame, segments, next }),
        edits: JSON.stringify(draft.edits),
        actor,
        at: new Date(now),
      })
      .onConflict(c => c.doNothing())
      .executeTakeFirst()
    if (added.numInsertedOrUpdatedRows === 0n)
      fail('burst/name-taken', `the window ${evaluation} has a draft "${name}" already: drafts are never changed`)
    await recordAct(tx, { at: now, actor, act: 'burst.draft', object: `${mission} ${evaluation}`, detail: { name } })
    await tellNews(tx, { mission, actor, at: now }, [{ act: 'draft-saved', evaluation, name }])
  })
}

/** Names of a window's drafts, the newest first. */
export async function listDrafts(db: Db, window: BurstWindow): Promise<readonly Pick<Draft, 'id' | 'name' | 'actor' | 'at'>[]> {
  return db
    .selectFrom('burst_draft')
    .select(['id', 'name', 'actor', 'at'])
    .where('burst_window', '=', window.id)
    .orderBy('id', 'desc')
    .execute()
}

/** Throws `burst/no-draft`. */
export async function readDraft(db: Db, tables: BurstTables, window: BurstWindow, name: string): Promise<Draft> {
  const row = await db
    .selectFrom('burst_draft')
    .selectAll()
    .where('burst_window', '=', window.id)
    .where('name', '=', name)
    .executeTakeFirst()
  if (row === undefined) return fail('burst/no-draft', `the window ${window.evaluation} has no draft "${name}"`)
  const { id, selection, edits, actor, at } = row
  return { id, name, selection: { ...selection, grid: automaticOf(tables, window).grid }, edits, actor, at }
}

/** What a draft changes against another one, or against the automated selection. */
export async function compareDraft(
  db: Db,
  tables: BurstTables,
  window: BurstWindow,
  name: string,
  against?: string,
): Promise<SelectionDiff> {
  const before = against === undefined ? automaticOf(tables, window) : (await readDraft(db, tables, window, against)).selection
  return diffSelections(before, (await readDraft(db, tables, window, name)).selection)
}
