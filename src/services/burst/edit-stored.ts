import { sql } from 'kysely'
import { inForce, membersOf, newRecord, validateRecordEdits, type BurstTables, type RecordEdit, type RecordFinding } from '#domain/burst'
import { fail } from '#error'
import { withTx, type Db } from '#services/db'
import { recordAct } from '#services/people'
import { taiOf } from './clock.ts'
import { findKept, keepEdits, keepFile } from './kept-file.ts'
import { newsOfSegment, tellNews, type BurstNews } from './news.ts'
import { actOnStoredIn, listSegments } from './segment.ts'
import { readSelector } from './selector.ts'

export interface AppliedEdits {
  /** Ids of new, modified and deleted segments, in the order of the edits; none where something stands in the way. */
  readonly segments: readonly number[]
  readonly findings: readonly RecordFinding[]
  /** Keys (`rule:edit`) of what stands in the way. */
  readonly open: readonly string[]
}

/**
 * Edits of stored segments, all or none; a Super-SITL's right. An error refuses them, so does a yellow finding without a reason under
 * its key (`B-Y2:0`: rule and position of the edit) or for all. Throws `burst/no-selector`, `burst/no-right`.
 */
export async function applyRecordEdits(
  db: Db,
  tables: BurstTables,
  sent: {
    readonly mission: string
    readonly edits: readonly RecordEdit[]
    readonly justifications?: Readonly<Record<string, string>>
    readonly justifyAll?: string
    readonly actor: string
    readonly now: number
    /** The file that brought them. The same one again changes nothing; without it they are kept as one. */
    readonly file?: { readonly name: string; readonly bytes: Uint8Array }
  },
): Promise<AppliedEdits> {
  const { mission, edits, actor, now, file } = sent
  return withTx(db, async tx => {
    if ((await readSelector(tx, mission, actor)) !== 'super-sitl')
      fail('burst/no-right', `${actor} is no Super-SITL of ${mission}: one must edit stored segments`)
    // One at a time, so that two new segments cannot overlap because each did not see the other.
    await sql`select pg_advisory_xact_lock(hashtext(${`burst ${mission}`}))`.execute(tx)
    const known = file === undefined ? undefined : await findKept(tx, mission, file.name, file.bytes)
    if (known !== undefined) return { segments: known['segments'] as readonly number[], findings: [], open: [] }
    const records = await listSegments(tx, mission, { limit: 1_000_000 })
    const at = taiOf(now)
    const findings = validateRecordEdits(tables, { madeAt: at }, records, edits)
    const reason = (finding: RecordFinding): string => sent.justifications?.[keyOf(finding)] ?? sent.justifyAll ?? ''
    // The one who sends is a Super-SITL: orange has its approval.
    const open = findings
      .filter(finding => finding.class === 'error' || (finding.class === 'yellow' && reason(finding).trim() === ''))
      .map(keyOf)
    if (open.length > 0) return { segments: [], findings, open }
    const segments: number[] = []
    const news: BurstNews[] = []
    for (const edit of edits) {
      if (edit.act === 'new') {
        const members = membersOf(edit.spacecraft)
        const count = (edit.end - edit.start) / tables.cycleSeconds + 1
        const { start, end, fom, source, comment } = edit
        const { id: _id, ...record } = newRecord(
          { id: 0, start, end, fom, source, comment, createdAt: at, parameterSet: inForce(tables.triggers, at).parameterSet },
          tables.spacecraft.map((_craft, i) => (members.includes(i) ? count : 0)),
        )
        const row = await tx
          .insertInto('burst_segment')
          .values({ mission, start_tai: start, end_tai: end, record: JSON.stringify(record) })
          .returning('id')
          .executeTakeFirstOrThrow()
        segments.push(row.id)
        news.push(...newsOfSegment(undefined, { ...record, id: row.id }))
      } else {
        const act =
          edit.act === 'deleted' ? ({ kind: 'delete' } as const) : ({ kind: 'modify', fom: edit.fom, comment: edit.comment } as const)
        const before = records.find(({ id }) => id === edit.segment)
        news.push(...newsOfSegment(before, await actOnStoredIn(tx, mission, edit.segment, { at, by: actor, act })))
        segments.push(edit.segment)
      }
    }
    await recordAct(tx, {
      at: now,
      actor,
      act: 'burst.edit',
      object: mission,
      detail: { segments, reasons: sent.justifications ?? sent.justifyAll ?? '' },
    })
    const kept = { mission, actor, now, outcome: { segments } }
    if (file === undefined) await keepEdits(tx, edits, tables.spacecraft, kept)
    else await keepFile(tx, { ...kept, ...file })
    await tellNews(tx, { mission, actor, at: now }, news)
    return { segments, findings, open: [] }
  })
}

const keyOf = ({ rule, edits }: RecordFinding): string => `${rule}:${edits.join(',')}`
