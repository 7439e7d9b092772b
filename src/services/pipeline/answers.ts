import { sql } from 'kysely'
import { contactsIn, latestFiles, missionEventsIn, newestFiles, sortOut } from '#services/catalog'
import type { NameQuestion } from '#services/catalog'
import type { JobFact, Waiver } from '#domain/plan'
import { listOf } from '#services/db'
import type { Db, Tx } from '#services/db'
import type { Known, Reads } from './known.ts'
import { toFileFact, toSourceCell } from './sql.ts'
import type { CellRow, JobRow } from './sql.ts'

type Asked<Kind extends keyof Known> = Parameters<Reads[Kind]>[0]
type Answers<Kind extends keyof Known> = ReturnType<Reads[Kind]>

/** PostgreSQL's answers: each kind of question in one statement, however many there are. */
export const readsIn = (db: Db | Tx): Reads => ({
  lastJob: keys => lastJobs(db, keys),
  missionEvents: asked => missionEventsIn(db, asked.map(toWindow)),
  contacts: asked => contactsIn(db, asked.map(toWindow)),
  latestFiles: async asked => {
    const questions = asked.map(([mission, product, spacecraft, window, content = {}]) => ({
      mission,
      product,
      spacecraft,
      window,
      ...content,
    }))
    return (await latestFiles(db, questions)).map(rows => rows.map(toFileFact))
  },
  cellsIn: asked => cellsIn(db, asked),
  lastVerified: asked => lastVerified(db, asked),
  newestFile: async asked => (await newestFiles(db, asked.map(toName))).map(file => file?.id),
  waiver: asked => validWaivers(db, asked),
})

const toWindow = ([mission, spacecraft, window]: Asked<'contacts'>[number]) => ({ mission, spacecraft, window })
const toName = ([mission, { dataset, partition }]: Asked<'newestFile'>[number]): NameQuestion => ({ mission, dataset, partition })

const texts = (values: readonly string[]): unknown => listOf('text', values)
const instants = (values: readonly number[]): unknown =>
  listOf(
    'timestamptz',
    values.map(ms => new Date(ms).toISOString()),
  )

const names = (asked: Asked<'newestFile'>): unknown => sql`
  unnest(${texts(asked.map(([mission]) => mission))}, ${texts(asked.map(([, n]) => n.dataset))}, ${texts(asked.map(([, n]) => n.partition))})
  with ordinality as q (mission, dataset, partition, asked)`

async function lastJobs(db: Db | Tx, asked: Asked<'lastJob'>): Answers<'lastJob'> {
  const keys = asked.map(([key]) => key)
  const { rows } = await sql<JobRow & { readonly asked: number }>`
    select q.asked::int, j.*
    from unnest(${texts(keys.map(k => k.mission))}, ${texts(keys.map(k => k.process))}, ${texts(keys.map(k => k.spacecraft))},
        ${texts(keys.map(k => k.partition.key))}) with ordinality as q (mission, process, spacecraft, partition, asked)
    cross join lateral (
      select id, state, recipe, tries, not_before, created_at, message from job
      where mission = q.mission and process = q.process and spacecraft = q.spacecraft and partition = q.partition
      order by id desc limit 1
    ) j`.execute(db)
  return sortOut(asked.length, rows).map(([row]) => (row === undefined ? undefined : toJobFact(row)))
}

const toJobFact = (row: JobRow): JobFact => ({
  id: row.id,
  state: row.state,
  recipe: row.recipe,
  tries: row.tries,
  notBefore: row.not_before,
  created: row.created_at,
  message: row.message ?? undefined,
})

async function cellsIn(db: Db | Tx, asked: Asked<'cellsIn'>): Answers<'cellsIn'> {
  const { rows } = await sql<CellRow & { readonly asked: number }>`
    with longest as (
      select mission, dataset, make_interval(secs => coalesce(max(longest), 0) + 1) as longest from cell_tally
      where mission = any(${texts(asked.map(([mission]) => mission))}) and dataset = any(${texts(asked.map(([, dataset]) => dataset))})
      group by 1, 2)
    select q.asked::int, c.product, c.dataset, c.partition, c.start_time, c.stop_time, c.have, c.next, c.reason
    from unnest(${texts(asked.map(([mission]) => mission))}, ${texts(asked.map(([, dataset]) => dataset))},
        ${instants(asked.map(([, , w]) => w.start))}, ${instants(asked.map(([, , w]) => w.stop))})
      with ordinality as q (mission, dataset, start, stop, asked)
    -- Nothing that overlaps begins earlier than the longest cell of its dataset before it: a bound that an index understands.
    join longest l using (mission, dataset)
    cross join lateral (
      select * from cell where mission = q.mission and dataset = q.dataset
        and start_time < q.stop and stop_time > q.start and start_time >= q.start - l.longest
      offset 0 -- both bounds are the index's, in whatever order the tables are joined
    ) c
    order by q.asked, c.start_time, c.partition`.execute(db)
  return sortOut(asked.length, rows).map(found => found.map(toSourceCell))
}

/** The newest verdict on a partition: what was made, or that there is nothing. */
async function lastVerified(db: Db | Tx, asked: Asked<'lastVerified'>): Answers<'lastVerified'> {
  const { rows } = await sql<{ readonly asked: number; readonly recipe: string; readonly outcome: string }>`
    select q.asked::int, v.recipe, v.outcome
    from ${names(asked)}
    cross join lateral (
      select recipe, outcome from verified where mission = q.mission and dataset = q.dataset and partition = q.partition
      order by job desc limit 1
    ) v`.execute(db)
  return sortOut(asked.length, rows).map(([row]) => (row === undefined ? undefined : { recipe: row.recipe, outcome: row.outcome }))
}

/** Waivers that hold now. */
async function validWaivers(db: Db | Tx, asked: Asked<'waiver'>): Answers<'waiver'> {
  const { rows } = await sql<Waiver & { readonly asked: number }>`
    select q.asked::int, actor, reason, at
    from ${names(asked)} join waiver using (mission, dataset, partition) where revoked_at is null`.execute(db)
  return sortOut(asked.length, rows).map(([row]) => (row === undefined ? undefined : { actor: row.actor, reason: row.reason, at: row.at }))
}
