import { createHash } from 'node:crypto'
import { consumersOf, datasetId, findProduct } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import type { Partition, Span } from '#domain/partition'
import { absences, isWaivable, planArrival, planWork, promises, waive } from '#domain/plan'
import type { CellState, WorkFacts } from '#domain/plan'
import { fail } from '#error'
import { spotKey } from './context.ts'
import type { PipelineContext, Spot } from './context.ts'
import type { Deferral } from './defer.ts'
import { dueTime, gatherArrival, gatherWork } from './facts.ts'
import { sqlLedger } from './ledger.ts'
import type { Ledger, LedgerStore } from './ledger.ts'
import { spotsOfChange } from './spots.ts'

export const sha256Text = (text: string): string => createHash('sha256').update(text).digest('hex')

export const findMission = (missions: readonly Mission[], id: string): Mission =>
  missions.find(m => m.id === id) ?? fail('pipeline/unknown-mission', `mission ${id} is not loaded`, { mission: id })

/** What planning needs beside the ledger itself. */
export type PlanContext = Pick<PipelineContext, 'missions' | 'settings' | 'clock' | 'log'>

/** {@link lookAt} in PostgreSQL. */
export const reconcile = (context: PipelineContext, spots: readonly Spot[]): Promise<Looked> => lookAt(context, sqlLedger(context), spots)

export interface Looked {
  readonly jobs: number
  /** When the next look is wanted. */
  readonly until: number | undefined
}

/**
 * Looks at spots until nothing more changes: plans each, makes jobs, writes cells, and goes on to those that wait for a cell that moved.
 * Safe to call for any spot at any time by any process: it decides from the ledger alone. */
export async function lookAt(context: PlanContext, store: LedgerStore, spots: readonly Spot[]): Promise<Looked> {
  const queue = new Map(spots.map(spot => [spotKey(spot), spot]))
  const rounds = new Map<string, number>()
  let jobs = 0
  let until: number | undefined
  for (const [key, spot] of queue) {
    queue.delete(key)
    const round = (rounds.get(key) ?? 0) + 1
    rounds.set(key, round)
    // The graph has no cycles, so few rounds settle it; the bound keeps a fault in a rule from turning in circles.
    if (round > 20) continue
    const seen = await lookOnce(context, store, spot)
    jobs += seen.job === undefined ? 0 : 1
    if (seen.until !== undefined) until = Math.min(until ?? Infinity, seen.until)
    // What is put into a map while it is walked through comes at its end.
    for (const affected of seen.affected) if (!queue.has(spotKey(affected))) queue.set(spotKey(affected), affected)
  }
  return { jobs, until }
}

interface Seen {
  readonly job: number | undefined
  readonly until: number | undefined
  readonly affected: readonly Spot[]
}

const lookOnce = (context: PlanContext, store: LedgerStore, spot: Spot): Promise<Seen> =>
  store.look(spotKey(spot), ledger => {
    const mission = findMission(context.missions, spot.mission)
    return spot.kind === 'work' ? lookAtWork(context, ledger, mission, spot) : lookAtArrival(context, ledger, mission, spot)
  })

async function lookAtWork(context: PlanContext, ledger: Ledger, mission: Mission, spot: Spot & { kind: 'work' }): Promise<Seen> {
  const process =
    mission.processes.find(p => p.id === spot.process) ??
    fail('pipeline/unknown-process', `mission ${mission.id} has no process ${spot.process}`)
  const key = { mission: mission.id, process: process.id, spacecraft: spot.spacecraft, partition: spot.partition }
  const now = context.clock()
  const facts = await gatherWork(ledger, mission, process, key, now)
  const plan = planWork(facts, now, context.settings, sha256Text)
  const made = plan.run === undefined ? undefined : await ledger.makeJob(mission, facts, key, plan.run)
  const job = typeof made === 'number' ? made : undefined
  const cell = typeof made === 'object' ? leftTo(plan.cell, made) : plan.cell
  if (job !== undefined)
    context.log.info({ act: 'plan', job, process: process.id, spacecraft: spot.spacecraft, partition: spot.partition.key }, 'job made')
  const affected: Spot[] = []
  for (const output of process.outputs) {
    const state = job === undefined ? cell : { ...cell, reason: { ...cell.reason, job } }
    affected.push(
      ...(await noteCell(context, ledger, mission, {
        product: output.product,
        process: process.id,
        spot,
        state,
        recipe: facts.madeRecipe,
        touched: isTouched(findProduct(mission, output.product), facts, plan.cell),
      })),
    )
  }
  return { job, until: promises.includes(plan.cell.reason.kind) ? plan.cell.reason.until : undefined, affected }
}

/** What is there stays good until the campaign comes to it: nobody waits for it. */
const leftTo = (cell: CellState, { deferred }: Deferral): CellState => ({
  have: cell.have,
  next: 'none',
  reason: { kind: 'complete', text: `made; ${deferred}` },
})

/**
 * Inputs suffice or a try was made; an event or the clock says that it should be there; or, for products that contacts do not expect, one of
 * its inputs is there or expected. What events start is nothing before there is one.
 */
function isTouched({ expect }: Product, facts: WorkFacts, state: CellState): boolean {
  if (facts.job !== undefined || facts.madeRecipe !== undefined || facts.foreseen.known || expect === 'time') return true
  if (facts.process.on.length > 0 && facts.events.length === 0) return false
  if (!['inputs', 'not-due', ...absences].includes(state.reason.kind)) return true
  return expect !== 'contacts' && facts.roles.some(r => r.files.length > 0 || r.cells.length > 0)
}

async function lookAtArrival(context: PlanContext, ledger: Ledger, mission: Mission, spot: Spot & { kind: 'arrival' }): Promise<Seen> {
  const product = findProduct(mission, spot.product)
  const facts = await gatherArrival(ledger, mission, product, spot.spacecraft, spot.partition)
  const state = planArrival(facts, context.clock())
  return {
    job: undefined,
    until: undefined,
    affected: await noteCell(context, ledger, mission, {
      product: product.id,
      process: undefined,
      spot,
      state,
      recipe: undefined,
      touched: facts.files.length > 0 || facts.foreseen.known,
      spans: facts.files.at(-1)?.spans,
    }),
  }
}

interface Noted {
  readonly product: string
  readonly process: string | undefined
  readonly spot: Spot
  readonly state: CellState
  readonly recipe: string | undefined
  /** Something of this time is there or was tried, whatever the contacts say. */
  readonly touched: boolean
  /** Stretches of the newest file's content, where these are not all of the partition. */
  readonly spans?: readonly Span[] | undefined
}

/** Writes one cell; answers whom to look at because it moved. */
async function noteCell(context: PlanContext, ledger: Ledger, mission: Mission, noted: Noted): Promise<readonly Spot[]> {
  const product = findProduct(mission, noted.product)
  const { spacecraft, partition } = noted.spot
  const dataset = datasetId(product, spacecraft)
  const contacts = product.expect === 'contacts' ? await ledger.contacts(mission.id, spacecraft, partition) : []
  const name = { dataset, partition: partition.key }
  const file = await ledger.newestFile(mission.id, name)
  const change = {
    product: product.id,
    spacecraft,
    partition: partition.key,
    start: partition.start,
    stop: partition.stop,
    spans: noted.spans,
  }
  const readers = async (moved: boolean): Promise<readonly Spot[]> =>
    moved && consumersOf(mission, product.id).length > 0
      ? (await spotsOfChange(ledger, mission, change)).filter(s => spotKey(s) !== spotKey(noted.spot))
      : []
  // Nobody expects a product of a time of which no data came down: no cell, rather than one that waits for ever.
  if (!noted.touched && contacts.length === 0 && file === undefined) return readers(await ledger.dropCell(mission.id, name))
  const now = context.clock()
  const state = isWaivable(noted.state) ? waive(noted.state, await ledger.waiver(mission.id, name)) : noted.state
  const cell = {
    mission: mission.id,
    ...name,
    product: product.id,
    spacecraft,
    process: noted.process,
    span: spanOf(partition),
    due: dueTime(product, contacts, partition, now),
    file,
    recipe: noted.recipe,
    state,
  }
  return readers(await ledger.writeCell(cell, now))
}

const spanOf = (partition: Partition): { start: number; stop: number } => ({ start: partition.start, stop: partition.stop })
