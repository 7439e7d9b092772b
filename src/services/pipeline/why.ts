import type { Reason, Shown } from '#domain/plan'
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

/** The shortest chain of causes from a cell to its root; undefined where nobody expects such a cell. */
export async function explain(db: Db, mission: string, dataset: string, partition: string, now: number): Promise<Why | undefined> {
  const rows = await db.selectFrom('cell').selectAll().where('mission', '=', mission).execute()
  const cells = new Map(rows.map(r => [keyOf(r), r]))
  const start = cells.get(keyOf({ dataset, partition }))
  if (start === undefined) return undefined
  const path = shortestPath(cells, start)
  const root = path.at(-1) ?? start
  const chain = path.map((row, i) => toLink(row, i < path.length - 1, now))
  return { mission, chain, sharedBy: countSharing(cells, root) - (root === start ? 1 : 2) }
}

const keyOf = (c: { dataset: string; partition: string }): string => `${c.dataset} ${c.partition}`
const reasonOf = (row: CellRow): Reason => row.reason as unknown as Reason
const causesOf = (cells: ReadonlyMap<string, CellRow>, row: CellRow): readonly CellRow[] =>
  (reasonOf(row).causes ?? []).flatMap(c => cells.get(keyOf(c)) ?? [])

/** Breadth first to the nearest cell that blames no other: a root. What is broken goes before what is merely waited for. */
function shortestPath(cells: ReadonlyMap<string, CellRow>, start: CellRow): readonly CellRow[] {
  const seen = new Set([keyOf(start)])
  let front: readonly (readonly CellRow[])[] = [[start]]
  while (front.length > 0) {
    const ends = front.filter(path => causesOf(cells, path.at(-1) ?? start).length === 0)
    if (ends.length > 0) return ends.toSorted((a, b) => weight(a) - weight(b))[0] ?? [start]
    front = front.flatMap(path =>
      causesOf(cells, path.at(-1) ?? start)
        .filter(c => !seen.has(keyOf(c)))
        .map(c => (seen.add(keyOf(c)), [...path, c])),
    )
  }
  return [start]
}

const order = ['failed', 'lost', 'not-arrived', 'not-covered']
const weight = (path: readonly CellRow[]): number => {
  const last = path.at(-1)
  const at = last === undefined ? -1 : order.indexOf(reasonOf(last).kind)
  return at < 0 ? order.length : at
}

/** How many cells reach the root through what they blame, the root included. */
function countSharing(cells: ReadonlyMap<string, CellRow>, root: CellRow): number {
  const blamedBy = new Map<string, CellRow[]>()
  for (const row of cells.values())
    for (const cause of causesOf(cells, row)) blamedBy.set(keyOf(cause), [...(blamedBy.get(keyOf(cause)) ?? []), row])
  const reached = new Set([keyOf(root)])
  const queue = [root]
  for (let row = queue.pop(); row !== undefined; row = queue.pop()) {
    for (const next of blamedBy.get(keyOf(row)) ?? []) {
      if (reached.has(keyOf(next))) continue
      reached.add(keyOf(next))
      queue.push(next)
    }
  }
  return reached.size
}

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
