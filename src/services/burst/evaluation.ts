import { sql } from 'kysely'
import type { BurstTables, Evaluation } from '#domain/burst'
import type { FomStructure } from '#domain/burst/files'
import { fail } from '#error'
import { withTx, type Db, type Tx } from '#services/db'
import { recordAct } from '#services/people'
import { storeCycles, type EvaluatedCycle } from './cycle.ts'
import { tellNews } from './news.ts'
import { findRegions } from './regions.ts'
import { openWindowIn, windowOf, type BurstWindow } from './window.ts'

/** A file of the archive that holds an evaluation. */
export interface EvaluatedRegion {
  readonly mission: string
  readonly file: number
  /** Start of the region as its partition says it: one window each. */
  readonly region: string
  readonly evaluation: Evaluation
}

/**
 * What has become of an evaluation: a window was opened; the open one has it now; it was known; it came after the close; or people work on
 * other cycles already, which their selections count by.
 */
export interface Evaluated {
  readonly outcome: 'opened' | 'evaluated-anew' | 'known' | 'too-late' | 'other-cycles'
  readonly window: BurstWindow
}

/**
 * Stores what trigger data say of the cycles of a region, and opens its window, or gives it to the one that is open: by any number of
 * processes, the same evaluation again changes nothing. The window is named by the moment of its first evaluation. Throws `burst/no-loop`.
 */
export async function takeEvaluation(db: Db, tables: BurstTables, one: EvaluatedRegion, now: number): Promise<Evaluated> {
  const { mission, file, region, evaluation } = one
  const open =
    tables.loop?.open ?? fail('burst/no-loop', `the burst tables of ${mission} have no loop: they do not say how long a window is open`)
  return withTx(db, async tx => {
    await sql`select pg_advisory_xact_lock(hashtext(${`burst window ${mission}`}))`.execute(tx)
    const { timestamps } = evaluation.automatic.cycles
    const range = { from: timestamps[0] ?? 0, to: (timestamps.at(-1) ?? 0) + tables.cycleSeconds }
    const known = (await windowOfRegion(tx, mission, region)) ?? (await windowOfTime(tx, mission, range))
    if (known?.file !== undefined && known.file >= file) return { outcome: 'known', window: known }
    const name = known?.evaluation ?? (await freeName(tx, mission, now))
    const automatic = { ...evaluation.automatic, metadataevaltime: name, oldestavailableburstdata: await oldestText(tx, tables, mission) }
    if (known === undefined) {
      const regions = await findRegions(tx, tables, mission, range)
      await storeCycles(tx, mission, name, cyclesOf(evaluation))
      const window = await openWindowIn(tx, { mission, automatic, regions, openedAt: now, deadline: now + open, region, file }, 'BDM')
      return { outcome: 'opened', window }
    }
    const outcome = known.state === 'closed' ? 'too-late' : (await isWorkedOn(tx, known, automatic)) ? 'other-cycles' : 'evaluated-anew'
    if (outcome !== 'other-cycles') await storeCycles(tx, mission, name, cyclesOf(evaluation))
    const change = { file, region, evaluated: known.evaluated + 1 }
    const more =
      outcome === 'evaluated-anew'
        ? { automatic: JSON.stringify(automatic), regions: JSON.stringify(await findRegions(tx, tables, mission, range)) }
        : {}
    await tx
      .updateTable('burst_window')
      .set({ ...change, ...more })
      .where('id', '=', known.id)
      .execute()
    const detail = { outcome, file, received: automatic.metadatainfo, segments: automatic.segments.length }
    await recordAct(tx, { at: now, actor: 'BDM', act: 'burst.evaluate', object: `${mission} ${name}`, detail })
    if (outcome === 'evaluated-anew')
      await tellNews(tx, { mission, actor: 'BDM', at: now }, [{ act: 'window-evaluated', evaluation: name, segments: detail.segments }])
    return { outcome, window: { ...known, ...change, ...(outcome === 'evaluated-anew' ? { automatic } : {}) } }
  })
}

async function windowOfRegion(tx: Tx, mission: string, region: string): Promise<BurstWindow | undefined> {
  const query = tx.selectFrom('burst_window').selectAll().where('mission', '=', mission).where('region', '=', region)
  const row = await query.forUpdate().executeTakeFirst()
  return row === undefined ? undefined : windowOf(row)
}

/** Regions are not predicted further ahead than this many windows. */
const looked = 50

/**
 * A region whose predicted start has moved has another name and the same time: of the newest windows the one whose cycles are for the most
 * part those of `range` (TAI seconds). Two windows of one time would store their segments twice.
 */
async function windowOfTime(tx: Tx, mission: string, { from, to }: { readonly from: number; readonly to: number }) {
  const { rows } = await sql<{ id: number }>`
    select id from (
      select id, (automatic #>> '{cycles,timestamps,0}')::float8 as first, (automatic #>> '{cycles,timestamps,-1}')::float8 as last
      from (select * from burst_window where mission = ${mission} and file is not null order by id desc limit ${looked}) as newest
    ) as w
    where least(last, ${to}::float8) - greatest(first, ${from}::float8) > 0.5 * least(last - first, ${to}::float8 - ${from}::float8)
    order by id desc limit 1`.execute(tx)
  const id = rows[0]?.id
  if (id === undefined) return undefined
  return windowOf(await tx.selectFrom('burst_window').selectAll().where('id', '=', id).forUpdate().executeTakeFirstOrThrow())
}

/** `YYYY-DOYThh:mm:ss`; of two regions in one second the later one gets the next. */
async function freeName(tx: Tx, mission: string, now: number): Promise<string> {
  for (let at = now; ; at += 1000) {
    const iso = new Date(at).toISOString()
    const day = Math.floor((at - Date.UTC(Number(iso.slice(0, 4)), 0, 1)) / 86_400_000) + 1
    const name = `${iso.slice(0, 4)}-${String(day).padStart(3, '0')}T${iso.slice(11, 19)}`
    const taken = await tx
      .selectFrom('burst_window')
      .select('id')
      .where('mission', '=', mission)
      .where('evaluation', '=', name)
      .executeTakeFirst()
    if (taken === undefined) return name
  }
}

/** `SC1=<TAI> …`: the oldest burst that each memory still has, as its newest report tells. */
async function oldestText(tx: Tx, tables: BurstTables, mission: string): Promise<string> {
  const rows = await tx
    .selectFrom('burst_report')
    .select(['spacecraft', 'report'])
    .where('mission', '=', mission)
    .orderBy('spacecraft')
    .execute()
  return rows
    .flatMap(({ spacecraft, report: { oldest } }) =>
      oldest === null ? [] : [`${(tables.spacecraft[spacecraft] ?? '').toUpperCase()}=${oldest}`],
    )
    .join(' ')
}

/** Selections are counted in cycles of the window: with others, those that exist would be of another time. */
async function isWorkedOn(tx: Tx, window: BurstWindow, { cycles }: FomStructure): Promise<boolean> {
  const before = window.automatic.cycles.timestamps
  if (before.every((start, i) => start === cycles.timestamps[i])) return false
  const { rows } = await sql`select 1 from burst_draft where burst_window = ${window.id}
    union all select 1 from burst_submission where burst_window = ${window.id} limit 1`.execute(tx)
  return rows.length > 0
}

const cyclesOf = ({ automatic, spacecraft }: Evaluation): readonly EvaluatedCycle[] =>
  spacecraft.flatMap(({ numbers, cdq }, i) =>
    automatic.cycles.timestamps.map((tai, cycle) => ({
      spacecraft: i,
      tai,
      numbers: numbers[cycle] ?? null,
      cdq: cdq[cycle] ?? null,
      mdq: automatic.cycles.mdq[cycle] ?? 0,
    })),
  )
