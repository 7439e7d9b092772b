import type { OpsView, WhyView } from '#apps/web'
import { fail } from '#error'
import type { Mission } from '#domain/mission'
import { shownStates } from '#domain/plan'
import type { Shown } from '#domain/plan'
import { findCell, hideInCell, hideInWhy, hideInJob, listCells, listJobs, listRefused, readStatus, searchFiles } from '#services/access'
import type { CellEntry, JobEntry } from '#services/access'
import { explain } from '#services/pipeline'
import type { PageAsk } from './frame.ts'
import { sayState } from './home.ts'
import { nameOfProduct } from './names.ts'
import { viewRemakes } from './remakes.ts'

const groupsShown = 100

export async function viewOps(ask: PageAsk): Promise<OpsView> {
  const { db, missions } = ask.parts
  const status = await readStatus(
    db,
    missions.map(m => m.id),
    ask.sight,
    ask.now,
  )
  const all = await listCells(db, { open: true, limit: 3000 }, ask.now)
  const missionOf = (id: string): Mission | undefined => missions.find(m => m.id === id)
  const cells = all.map(c => hideCell(missionOf(c.mission), c, ask))
  const open = cells.filter(c => c.shown !== 'not due' && c.shown !== 'made')
  const jobs = async (states: Parameters<typeof listJobs>[1]['states'], limit: number): Promise<readonly JobEntry[]> =>
    (await listJobs(db, { ...(states === undefined ? {} : { states }), limit })).map(j => {
      const mission = missionOf(j.mission)
      return mission === undefined ? j : hideInJob(mission, j, ask.sight)
    })
  const totals = new Map<Shown, number>()
  for (const m of status.missions)
    for (const [shown, count] of Object.entries(m.cells) as [Shown, number][]) totals.set(shown, (totals.get(shown) ?? 0) + count)
  const together = {
    mission: '',
    files: status.missions.reduce((sum, m) => sum + m.files, 0),
    bytes: 0,
    newestArrival: null,
    madeThrough: null,
    cells: Object.fromEntries(totals),
    jobs: { ready: 0, running: 0, failed: 0 },
  }
  const remakes = await viewRemakes(ask)
  return {
    page: 'ops',
    title: 'Operations',
    sentence: sayState('', together, cells).map(({ href: _here, ...said }) => said),
    states: shownStates.flatMap(shown => (totals.has(shown) ? [{ shown, count: totals.get(shown) ?? 0 }] : [])),
    open: groupCells(open),
    running: await jobs(['running', 'ready'], 50),
    failed: await jobs(['failed'], 20),
    refused: { count: status.refused, list: ask.sight === 'all' ? await listRefused(db, 50) : undefined },
    ...(remakes === undefined ? {} : { remakes }),
  }
}

/** The same reason, but for names and times, is one line: one root or fifty is seen at a glance. */
function groupCells(cells: readonly CellEntry[]): OpsView['open'] {
  const groups = new Map<string, CellEntry[]>()
  for (const cell of cells) {
    const kind = cell.reason.text.replace(/\b\w+_[\w.-]+/g, '').replace(/\d[\dT:.-]*Z?/g, '')
    const key = `${cell.shown} ${cell.mission} ${cell.product} ${kind}`
    groups.set(key, [...(groups.get(key) ?? []), cell])
  }
  return [...groups.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [{ first, others }]))
    .toSorted((a, b) => shownStates.indexOf(a.first.shown) - shownStates.indexOf(b.first.shown) || b.first.start - a.first.start)
    .slice(0, groupsShown)
}

const hideCell = (mission: Mission | undefined, cell: CellEntry, ask: PageAsk): CellEntry =>
  mission === undefined ? cell : hideInCell(mission, cell, ask.sight)

export async function viewWhy(ask: PageAsk, mission: Mission, dataset: string, partition: string): Promise<WhyView> {
  const { db } = ask.parts
  const why = await explain(db, mission.id, dataset, partition, ask.now)
  if (why === undefined) return fail('access/no-such-cell', `Nothing is expected for ${dataset} ${partition}.`)
  const cell = await findCell(db, mission.id, { dataset, partition }, ask.now)
  const newest = await searchFiles(db, { mission: mission.id, dataset, partition, limit: 1 }, ask.sight)
  return {
    page: 'why',
    title: `Why ${dataset} ${partition}`,
    dataset,
    partition,
    why: hideInWhy(mission, why, ask.sight),
    span: cell,
    due: cell?.due ?? undefined,
    product: cell === undefined ? undefined : nameOfProduct(mission, cell.product),
    file: newest[0]?.name,
  }
}
