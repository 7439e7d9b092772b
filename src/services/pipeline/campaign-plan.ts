import { sql } from 'kysely'
import { consumersOf, datasetId, findProduct, rankOf } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import { dayMs } from '#domain/partition'
import { forecast } from '#domain/process'
import type { Forecast, History, Part, Share, Spent } from '#domain/process'
import { fail } from '#error'
import { instant } from '#services/db'
import type { Db, Tx } from '#services/db'
import type { CampaignWork } from './campaigns.ts'
import { readsIn } from './answers.ts'
import { workOut } from './known.ts'
import { spotsOfChange } from './spots.ts'

/** Which works a campaign makes again: those of these products, where something is published. */
export interface CampaignScope {
  readonly mission: string
  readonly products: readonly string[]
  readonly spacecraft?: string
  /** UTC milliseconds, half-open. */
  readonly from?: number
  readonly to?: number
  /** Leave out what this release made. */
  readonly code?: string
}

/** A published product of a work, as campaigns see it. */
interface Published extends CampaignWork {
  readonly product: string
  readonly isPublic: boolean
}

/** The works of a scope. Throws `campaign/not-made-here` for a product that no process makes. */
export async function findWorks(db: Db | Tx, mission: Mission, scope: CampaignScope): Promise<readonly CampaignWork[]> {
  const found: Published[] = []
  for (const process of processesOf(mission, scope.products)) found.push(...(await publishedBy(db, mission, process, scope)))
  return found
}

function processesOf(mission: Mission, products: readonly string[]): readonly Process[] {
  const makers = products.map(product => {
    findProduct(mission, product)
    return (
      mission.processes.find(p => p.outputs.some(o => o.product === product)) ??
      fail('campaign/not-made-here', `"${product}" is not made here: only what a process makes can be made again`)
    )
  })
  return [...new Set(makers)]
}

/** Works of a process of which something is published, known by its first output. */
async function publishedBy(
  db: Db | Tx,
  mission: Mission,
  process: Process,
  scope: Omit<CampaignScope, 'mission' | 'products'>,
): Promise<readonly Published[]> {
  const product = findProduct(mission, process.outputs[0]?.product ?? '')
  const { spacecraft, from, to, code } = scope
  const rows = await db
    .selectFrom('file')
    .select(['spacecraft', 'partition', 'start_time', 'stop_time', 'public'])
    .where('mission', '=', mission.id)
    .where('product', '=', product.id)
    .where('latest', '=', true)
    // lost bytes too: making them again is a new version
    .where('state', 'in', ['held', 'lost'])
    .where('job', 'is not', null)
    .$if(spacecraft !== undefined, q => q.where('spacecraft', '=', spacecraft ?? ''))
    .$if(from !== undefined, q => q.where('stop_time', '>', instant(from ?? 0)))
    .$if(to !== undefined, q => q.where('start_time', '<', instant(to ?? 0)))
    .$if(code !== undefined, q =>
      q.where(
        sql<boolean>`not exists (select from attempt a where a.job = file.job and a.outcome in ('made', 'held') and a.code = ${code ?? ''})`,
      ),
    )
    .orderBy('start_time')
    .execute()
  const rank = rankOf(mission, process)
  return rows.map(r => ({
    process: process.id,
    spacecraft: r.spacecraft,
    partition: { kind: product.partition.kind, key: r.partition, start: r.start_time, stop: r.stop_time },
    rank,
    product: product.id,
    isPublic: r.public,
  }))
}

const keyOf = (w: { readonly process: string; readonly spacecraft: string; readonly partition: { readonly key: string } }): string =>
  `${w.process} ${w.spacecraft} ${w.partition.key}`

/** Windows reach a day or a few beyond what they are for. */
const slack = 31 * dayMs

/** Works that would be made again because an input of theirs would be, level by level, by the planner's own rule of where to look. */
async function findFollowing(db: Db | Tx, mission: Mission, asked: readonly CampaignWork[]): Promise<readonly CampaignWork[]> {
  if (asked.length === 0) return []
  const range = {
    from: Math.min(...asked.map(w => w.partition.start)) - slack,
    to: Math.max(...asked.map(w => w.partition.stop)) + slack,
  }
  const there = new Map<string, Published>()
  for (const process of descendantsOf(mission, asked))
    for (const work of await publishedBy(db, mission, process, range)) there.set(keyOf(work), work)
  const taken = new Set(asked.map(keyOf))
  const following: CampaignWork[] = []
  for (let front: readonly CampaignWork[] = asked; front.length > 0;) {
    const changes = front.flatMap(({ process, spacecraft, partition: { key: partition, start, stop } }) =>
      (mission.processes.find(p => p.id === process)?.outputs ?? []).map(o => ({ product: o.product, spacecraft, partition, start, stop })),
    )
    const next: CampaignWork[] = []
    for (const spot of await workOut(readsIn(db), known => changes.flatMap(change => spotsOfChange(known, mission, change)))) {
      const found = spot.kind === 'work' ? there.get(keyOf(spot)) : undefined
      if (found === undefined || taken.has(keyOf(found))) continue
      taken.add(keyOf(found))
      next.push(found)
    }
    following.push(...next)
    front = next
  }
  return following
}

function descendantsOf(mission: Mission, asked: readonly CampaignWork[]): ReadonlySet<Process> {
  const all = new Set<Process>()
  const queue = mission.processes.filter(p => asked.some(w => w.process === p.id))
  for (let process = queue.pop(); process !== undefined; process = queue.pop())
    for (const output of process.outputs)
      for (const reader of consumersOf(mission, output.product)) {
        if (all.has(reader)) continue
        all.add(reader)
        queue.push(reader)
      }
  return all
}

/** What making these works again would cost and touch. Nothing is run for it. */
export async function forecastOf(
  db: Db | Tx,
  mission: Mission,
  asked: readonly CampaignWork[],
  slots: number,
  now: number,
  same?: ReadonlyMap<string, Part>,
): Promise<Forecast> {
  const following = await findFollowing(db, mission, asked)
  const shares = [...(await sharesOf(db, mission, asked, 'asked')), ...(await sharesOf(db, mission, following, 'following'))]
  const history: History[] = []
  for (const process of new Set(shares.map(s => s.process))) {
    const past = await historyOf(db, mission, process)
    if (past !== undefined) history.push(past)
  }
  return forecast(shares, history, slots, now, same)
}

async function sharesOf(db: Db | Tx, mission: Mission, works: readonly CampaignWork[], kind: Share['kind']): Promise<readonly Share[]> {
  const shares: Share[] = []
  for (const [process, own] of Map.groupBy(works, w => w.process)) {
    const rule = mission.processes.find(p => p.id === process)
    let released = 0
    const spent = { jobs: 0, cpuSeconds: 0, wallSeconds: 0, bytes: 0 }
    for (const [spacecraft, mine] of Map.groupBy(own, w => w.spacecraft)) {
      const there = await publishedNow(db, mission, rule?.outputs.map(o => o.product) ?? [], spacecraft, mine)
      released += there.released
      for (const key of ['jobs', 'cpuSeconds', 'wallSeconds', 'bytes'] as const) spent[key] += there[key]
    }
    const after = mission.processes.filter(p => p.outputs.some(o => rule?.inputs.some(i => i.triggers && i.products.includes(o.product))))
    shares.push({ process, rank: own[0]?.rank ?? 0, kind, jobs: own.length, released, spent, after: after.map(p => p.id) })
  }
  return shares
}

/** The newest files of some works of a process, and what the jobs that made them used up. */
async function publishedNow(
  db: Db | Tx,
  mission: Mission,
  products: readonly string[],
  spacecraft: string,
  works: readonly CampaignWork[],
): Promise<Spent & { readonly released: number }> {
  const datasets = products.map(product => datasetId(findProduct(mission, product), spacecraft))
  const { rows } = await sql<Spent & { readonly released: number }>`
    with there as (
      select job, sum(size) as size, count(*) filter (where public) as released, bool_or(dataset = ${datasets[0] ?? ''}) as leads from file
      where mission = ${mission.id} and dataset = any(${datasets}::text[]) and latest and partition = any(${works.map(w => w.partition.key)}::text[])
      group by job),
    spent as (
      select a.job, ${cpuOf} as cpu, ${wallOf} as wall from attempt a
      where a.job in (select job from there where leads) and a.ended_at is not null group by a.job)
    select coalesce(sum(released), 0)::bigint as released, count(spent.job) as jobs,
      coalesce(sum(cpu), 0)::float8 as "cpuSeconds", coalesce(sum(wall), 0)::float8 as "wallSeconds",
      coalesce(sum(size), 0)::float8 as bytes
    from there left join spent on spent.job = there.job`.execute(db)
  return rows[0] ?? { released: 0, jobs: 0, cpuSeconds: 0, wallSeconds: 0, bytes: 0 }
}

/** Of all tries of a job, in seconds. */
const cpuOf = sql`sum(coalesce((a.detail -> 'usage' ->> 'cpuSeconds')::float8, extract(epoch from a.ended_at - a.started_at)))`
const wallOf = sql`sum(greatest((a.detail -> 'usage' ->> 'wallSeconds')::float8, extract(epoch from a.ended_at - a.started_at)::float8))`

const pickupOf = sql`extract(epoch from a.started_at - past.created_at)::float8`

/** The newest jobs of a process tell what the next ones cost. */
const remembered = 500

async function historyOf(db: Db | Tx, mission: Mission, process: string): Promise<History | undefined> {
  const outputs = mission.processes.find(p => p.id === process)?.outputs.map(o => o.product) ?? []
  const { rows } = await sql<{
    jobs: number
    cpu: number | null
    wall: number | null
    pickup: number | null
    bytes: number | null
    kept: number | null
    keptBytes: number | null
  }>`
    with past as (
      select id, created_at, campaign from job where mission = ${mission.id} and process = ${process} and state in ('made', 'no-data')
        order by id desc limit ${remembered}),
    spent as (
      select ${cpuOf} as cpu, ${wallOf} as wall
      from past join attempt a on a.job = past.id where a.ended_at is not null)
    select (select count(*) from past) as jobs, cpu, wall,
      -- jobs of campaigns are made where a slot is free; of others, many may have come at once
      coalesce(
        (select percentile_cont(0.25) within group (order by ${pickupOf}) from past join attempt a on a.job = past.id and a.number = 1
          where past.campaign is not null),
        (select percentile_cont(0.02) within group (order by ${pickupOf})
          from (select id, created_at from job where mission = ${mission.id} order by id desc limit ${remembered}) past
            join attempt a on a.job = past.id and a.number = 1)) as pickup,
      (select sum(mean) from (
        select avg(size) as mean from (
          select product, size from file where mission = ${mission.id} and product = any(${outputs}::text[]) and latest limit 20000) f
        group by product) m)::float8 as bytes,
      (select avg((state = 'kept')::int)::float8 from (
        select campaign_item.state from campaign_item join job on job.id = campaign_item.job
        where campaign_item.process = ${process} and job.mission = ${mission.id} and campaign_item.state in ('made', 'kept')
        order by job.id desc limit ${remembered}) i) as kept,
      (select sum(f.size) filter (where v.outcome = 'kept')::float8 / nullif(sum(f.size), 0)::float8
        from (select id, mission, partition from job where mission = ${mission.id} and process = ${process} and campaign is not null and state = 'made'
            order by id desc limit ${remembered}) j
          join verified v on v.mission = j.mission and v.partition = j.partition and v.job = j.id
          join file f on f.id = v.file) as "keptBytes"
    from spent`.execute(db)
  const row = rows[0]
  if (row === undefined || row.jobs === 0) return undefined
  const [cpu, wall] = [row.cpu ?? 0, row.wall ?? 0]
  return {
    process,
    jobs: row.jobs,
    cpuSeconds: cpu / row.jobs,
    wallSeconds: wall / row.jobs,
    pickupSeconds: row.pickup ?? 0,
    bytes: row.bytes ?? 0,
    kept: row.kept ?? undefined,
    keptBytes: row.keptBytes ?? undefined,
  }
}
