import { sql } from 'kysely'
import type { Cause, CellName, Reason, Shown } from '#domain/plan'
import { shownState } from '#domain/plan'
import type { Db } from '#services/db'
import type { CellRow } from './sql.ts'

/** One link of the chain from a cell to its root. */
export interface WhyLink {
  readonly dataset: string
  readonly partition: string
  readonly state: Shown
  readonly text: string
  readonly due: number | undefined
  readonly job: number | undefined
  /** How many other cells this cell blames beside the next link. */
  readonly alsoBlamed: number
}

export interface Why {
  readonly mission: string
  readonly chain: readonly WhyLink[]
  /** How many cells beside this one and the root come to the same root through what they blame. */
  readonly sharedBy: number
}

/**
 * The shortest chain of causes from a cell to its root; undefined where nobody expects such a cell. A root may be no cell: what is wanted
 * and nobody expects. Reads the cells of the chain's neighbourhood and those that share the root, level by level, by their keys: never the
 * table.
 */
export async function explain(db: Db, mission: string, dataset: string, partition: string, now: number): Promise<Why | undefined> {
  const [start] = await readCells(db, mission, [{ dataset, partition }])
  if (start === undefined) return explainWanted(db, mission, { dataset, partition })
  const path = await shortestPath(db, start)
  const last = path.at(-1) ?? start
  const want = (reasonOf(last).causes ?? []).find(cause => cause.wanted !== undefined)
  const cells = path.map((row, i) => toLink(row, want !== undefined || i < path.length - 1, now))
  const chain = want === undefined ? cells : [...cells, wantedLink(want, cells.at(-1)?.state === 'late' ? 'late' : 'waiting')]
  const root = chain.at(-1) ?? start
  return { mission, chain, sharedBy: (await countSharing(db, mission, root)) - (chain.length === 1 ? 1 : 2) }
}

/** What is wanted has itself for a root. */
async function explainWanted(db: Db, mission: string, name: CellName): Promise<Why | undefined> {
  const [blaming] = await blamingCells(db, mission, [keyOf(name)], 1)
  const want = (blaming?.reason as Reason | undefined)?.causes?.find(cause => keyOf(cause) === keyOf(name) && cause.wanted !== undefined)
  if (want === undefined) return undefined
  return { mission, chain: [wantedLink(want, 'waiting')], sharedBy: (await countSharing(db, mission, name)) - 1 }
}

const wantedLink = ({ dataset, partition, wanted }: Cause, state: Shown): WhyLink => ({
  dataset,
  partition,
  state,
  text: wanted ?? '',
  due: undefined,
  job: undefined,
  alsoBlamed: 0,
})

const keyOf = (c: CellName): string => `${c.dataset} ${c.partition}`
const reasonOf = (row: CellRow): Reason => row.reason as unknown as Reason

async function readCells(db: Db, mission: string, names: readonly CellName[]): Promise<readonly CellRow[]> {
  if (names.length === 0) return []
  const [datasets, partitions] = [names.map(n => n.dataset), names.map(n => n.partition)]
  return db
    .selectFrom('cell')
    .selectAll()
    .where('mission', '=', mission)
    .where(sql<boolean>`(dataset, partition) in (select * from unnest(${datasets}::text[], ${partitions}::text[]))`)
    .execute()
}

/** Breadth first to the nearest cell that blames no other: a root. What is broken goes before what is merely waited for. */
async function shortestPath(db: Db, start: CellRow): Promise<readonly CellRow[]> {
  const seen = new Set([keyOf(start)])
  let front: readonly (readonly CellRow[])[] = [[start]]
  while (front.length > 0) {
    const blamed = front.flatMap(path => reasonOf(path.at(-1) ?? start).causes ?? [])
    const cells = new Map((await readCells(db, start.mission, blamed)).map(c => [keyOf(c), c]))
    const causesOf = (path: readonly CellRow[]): readonly CellRow[] =>
      (reasonOf(path.at(-1) ?? start).causes ?? []).flatMap(c => cells.get(keyOf(c)) ?? [])
    const ends = front.filter(path => causesOf(path).length === 0)
    if (ends.length > 0) return ends.toSorted((a, b) => weight(a) - weight(b))[0] ?? [start]
    front = front.flatMap(path =>
      causesOf(path)
        .filter(c => !seen.has(keyOf(c)))
        .map(c => (seen.add(keyOf(c)), [...path, c])),
    )
  }
  return [start]
}

/** Kinds of root, what a person must act upon before what only time mends. */
const order: readonly Reason['kind'][] = ['not-planned', 'failed', 'gave-up', 'held', 'lost', 'not-arrived', 'not-covered']
const weight = (path: readonly CellRow[]): number => {
  const last = path.at(-1)
  const at = last === undefined ? -1 : order.indexOf(reasonOf(last).kind)
  return at < 0 ? order.length : at
}

/** How many cells reach the root through what they blame, the root included. */
async function countSharing(db: Db, mission: string, root: CellName): Promise<number> {
  const reached = new Set([keyOf(root)])
  let front: readonly string[] = [keyOf(root)]
  while (front.length > 0) {
    const blaming = await blamingCells(db, mission, front)
    front = [...new Set(blaming.map(keyOf))].filter(key => !reached.has(key))
    for (const key of front) reached.add(key)
  }
  return reached.size
}

const blamingCells = (db: Db, mission: string, keys: readonly string[], limit?: number): Promise<readonly Blaming[]> =>
  db
    .selectFrom('cell')
    .select(['dataset', 'partition', 'reason'])
    .where('mission', '=', mission)
    .where(sql<boolean>`reason ? 'causes' and cause_keys(reason) && ${keys}::text[]`)
    .$if(limit !== undefined, q => q.limit(limit ?? 1))
    .execute()

type Blaming = Pick<CellRow, 'dataset' | 'partition' | 'reason'>

function toLink(row: CellRow, isLinked: boolean, now: number): WhyLink {
  const reason = reasonOf(row)
  const due = row.due_at ?? undefined
  return {
    dataset: row.dataset,
    partition: row.partition,
    state: shownState({ have: row.have, next: row.next, due, reason }, now),
    text: reason.text,
    due,
    job: reason.job,
    alsoBlamed: isLinked ? (reason.causes?.length ?? 1) - 1 : 0,
  }
}
