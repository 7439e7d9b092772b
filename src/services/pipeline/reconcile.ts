import { consumersOf, datasetId, findProduct, rankOf } from '#domain/mission'
import type { Mission, Process, Product } from '#domain/mission'
import type { Partition, Span } from '#domain/partition'
import { absences, isWaivable, planArrival, planWork, promises, waive } from '#domain/plan'
import type { ArrivalFacts, CellName, CellState, Plan, WorkFacts } from '#domain/plan'
import { SdcError, fail } from '#error'
import { spotKey } from './context.ts'
import type { PipelineContext, Spot } from './context.ts'
import type { Deferral } from './defer.ts'
import { dueTime, gatherArrival, gatherWork, isAwaited } from './facts.ts'
import { inHalves } from './in-halves.ts'
import { sqlLedger } from './ledger.ts'
import { workOut } from './known.ts'
import type { Known } from './known.ts'
import type { Ledger, LedgerStore } from './ledger.ts'
import { spotsOfChange } from './spots.ts'
import type { Change } from './spots.ts'
import type { CellWrite, WorkKey } from './sql.ts'
import { sha256Text } from './text.ts'
import { noteUnplanned, noteUnreached } from './unplanned.ts'

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

/** The graph has no cycles, so few rounds settle it; the bound keeps a fault in a rule from turning in circles. */
const mostRounds = 20

/** Spots that are looked at in one transaction: few enough that a worker whose job ends there waits a moment only. */
const together = 200

/**
 * Looks at spots until nothing more changes: plans each, makes jobs, writes cells, and goes on to those that wait for a cell that moved.
 * Many at a time, none beside what it is made from, so that what is being remade is seen by what reads it.
 * Safe to call for any spot at any time by any process: it decides from the ledger alone.
 */
export async function lookAt(context: PlanContext, store: LedgerStore, spots: readonly Spot[]): Promise<Looked> {
  const queue = new SpotQueue(context, spots)
  const rounds = new Map<string, number>()
  let jobs = 0
  let until: number | undefined
  for (let batch = queue.take(together); batch.length > 0; batch = queue.take(together)) {
    const due = batch.filter(({ key }) => {
      const round = (rounds.get(key) ?? 0) + 1
      rounds.set(key, round)
      return round <= mostRounds
    })
    const look = (some: readonly Queued[]): Promise<Seen> => lookTogether(context, store, some)
    const apart = await inHalves(due, look, store.isAway, (one, error) => seeUnplanned(context, store, one, error))
    for (const seen of [...apart, ...(await endless(context, store, batch, rounds))]) {
      jobs += seen.jobs
      if (seen.until !== undefined) until = Math.min(until ?? Infinity, seen.until)
      for (const { spots: affected, by } of await spotsOfMoved(context, store, seen.moved)) for (const spot of affected) queue.put(spot, by)
    }
  }
  return { jobs, until }
}

/** One spot that cannot be planned keeps nothing beside it from being looked at. */
async function seeUnplanned(context: PlanContext, store: LedgerStore, { key, spot }: Queued, error: unknown): Promise<Seen> {
  const moved = await noteUnplanned(context, store, findMission(context.missions, spot.mission), spot, error)
  return { jobs: 0, until: undefined, moved: moved.map(change => ({ mission: spot.mission, change, by: key })) }
}

/** Those whose rounds have just run out say so. */
async function endless(
  context: PlanContext,
  store: LedgerStore,
  batch: readonly Queued[],
  rounds: ReadonlyMap<string, number>,
): Promise<readonly Seen[]> {
  const turning = batch.filter(({ key }) => rounds.get(key) === mostRounds + 1)
  const seen: Seen[] = []
  for (const one of turning) seen.push(await seeUnplanned(context, store, one, restless))
  return seen
}

const restless = new SdcError('pipeline/restless', `${mostRounds} looks in a row did not bring it to rest`)

interface Queued {
  readonly key: string
  readonly spot: Spot
}

/** Spots to look at, each once: by how far they are from what arrives, then in order of entry. */
class SpotQueue {
  readonly #ranks: Map<string, Spot>[] = []
  readonly #context: PlanContext

  constructor(context: PlanContext, spots: readonly Spot[]) {
    this.#context = context
    for (const spot of spots) this.put(spot)
  }

  /** What is put by the look at itself stays out. */
  put(spot: Spot, by?: string): void {
    const key = spotKey(spot)
    if (key === by) return
    const mission = findMission(this.#context.missions, spot.mission)
    const rank = spot.kind === 'arrival' ? 0 : rankOf(mission, findProcess(mission, spot.process))
    const queue = (this.#ranks[rank] ??= new Map())
    if (!queue.has(key)) queue.set(key, spot)
  }

  /** The first of the lowest rank, at the most `count`. */
  take(count: number): readonly Queued[] {
    const queue = this.#ranks.find(rank => rank !== undefined && rank.size > 0)
    const taken: Queued[] = []
    for (const [key, spot] of queue ?? []) {
      if (taken.length === count) break
      taken.push({ key, spot })
    }
    for (const { key } of taken) queue?.delete(key)
    return taken
  }
}

const findProcess = (mission: Mission, id: string): Process =>
  mission.processes.find(p => p.id === id) ?? fail('pipeline/unknown-process', `mission ${mission.id} has no process ${id}`)

interface Seen {
  readonly jobs: number
  readonly until: number | undefined
  readonly moved: readonly Moved[]
}

/** A cell that moved, as those who read its product see it. */
interface Moved {
  readonly mission: string
  readonly change: Change
  /** Whose look moved it: it need not be told. */
  readonly by: string
}

interface Affected {
  readonly spots: readonly Spot[]
  readonly by: string
}

/** Where a cell that moved matters, from what is committed: a look beside this one may just have made its reader's cell. */
async function spotsOfMoved(context: PlanContext, store: LedgerStore, moved: readonly Moved[]): Promise<readonly Affected[]> {
  const read = moved.map(one => ({ ...one, mission: findMission(context.missions, one.mission) }))
  const told = read.filter(({ mission, change }) => consumersOf(mission, change.product).length > 0)
  const spread = (some: readonly (typeof told)[number][]): Promise<readonly Affected[]> =>
    workOut(store.reads, known => some.map(({ mission, change, by }) => ({ spots: spotsOfChange(known, mission, change), by })))
  const found = await inHalves(told, spread, store.isAway, async ({ mission, change }, error) => {
    await noteUnreached(context, store, mission, change, error)
    return []
  })
  return found.flat()
}

/** One spot with what was found out about it. */
type Look = { readonly key: string; readonly mission: Mission; readonly spot: Spot } & (
  | { readonly kind: 'work'; readonly process: Process; readonly work: WorkKey; readonly facts: WorkFacts }
  | { readonly kind: 'arrival'; readonly product: Product; readonly facts: ArrivalFacts }
)

type WorkLook = Look & { readonly kind: 'work' }

const lookTogether = (context: PlanContext, store: LedgerStore, spots: readonly Queued[]): Promise<Seen> =>
  store.look(
    spots.map(s => s.key),
    async ledger => {
      const now = context.clock()
      const looks = await workOut(ledger.reads, known => spots.map(({ key, spot }) => gather(context, known, key, spot, now)))
      const works = looks.flatMap(look =>
        look.kind === 'work' ? [{ look, plan: planWork(look.facts, now, context.settings, sha256Text) }] : [],
      )
      const made = await makeRuns(context, ledger, works)
      const until = works.flatMap(({ plan: { cell } }) => (promises.includes(cell.reason.kind) ? (cell.reason.until ?? []) : []))
      const arrived = looks.flatMap(look => (look.kind === 'arrival' ? [noteArrival(look, planArrival(look.facts, now))] : []))
      const notes = [...arrived, ...works.flatMap(({ look, plan }) => notesOfWork(look, plan, made.get(look)))]
      return {
        jobs: [...made.values()].filter(one => typeof one === 'number').length,
        until: until.length === 0 ? undefined : until.reduce((a, b) => Math.min(a, b)),
        moved: await writeNotes(ledger, notes, now),
      }
    },
  )

/** Makes jobs of the works whose plan says so. */
async function makeRuns(
  context: PlanContext,
  ledger: Ledger,
  works: readonly { readonly look: WorkLook; readonly plan: Plan }[],
): Promise<ReadonlyMap<WorkLook, number | Deferral>> {
  const wanted = works.flatMap(({ look, plan: { run } }) => (run === undefined ? [] : [{ look, run }]))
  const orders = wanted.map(({ look: { mission, facts, work: key }, run }) => ({ mission, facts, key, run }))
  const made = wanted.length === 0 ? [] : await ledger.makeJobs(orders)
  for (const [i, { look }] of wanted.entries()) if (typeof made[i] === 'number') logJob(context, look.work, made[i])
  return new Map(wanted.map(({ look }, i) => [look, made[i] as number | Deferral]))
}

const logJob = ({ log }: PlanContext, { process, spacecraft, partition }: WorkKey, job: number): void =>
  log.info({ act: 'plan', job, process, spacecraft, partition: partition.key }, 'job made')

function gather(context: PlanContext, known: Known, key: string, spot: Spot, now: number): Look {
  const mission = findMission(context.missions, spot.mission)
  if (spot.kind === 'arrival') {
    const product = findProduct(mission, spot.product)
    return { kind: 'arrival', key, mission, spot, product, facts: gatherArrival(known, mission, product, spot.spacecraft, spot.partition) }
  }
  const process = findProcess(mission, spot.process)
  const work = { mission: mission.id, process: process.id, spacecraft: spot.spacecraft, partition: spot.partition }
  return { kind: 'work', key, mission, spot, process, work, facts: gatherWork(known, mission, process, work, now) }
}

/** What a cell is to say. */
interface Note {
  readonly key: string
  readonly mission: Mission
  readonly product: Product
  readonly process: string | undefined
  readonly spot: Spot
  readonly state: CellState
  readonly recipe: string | undefined
  /** Something of this time is there or was tried, whatever the contacts say. */
  readonly touched: boolean
  /** Stretches of the newest file's content, where these are not all of the partition. */
  readonly spans?: readonly Span[] | undefined
}

const noteArrival = ({ key, mission, spot, product, facts }: Look & { kind: 'arrival' }, state: CellState): Note => ({
  key,
  mission,
  product,
  process: undefined,
  spot,
  state,
  recipe: undefined,
  touched: facts.files.length > 0 || facts.foreseen.known,
  spans: facts.files.at(-1)?.spans,
})

function notesOfWork(look: Look & { kind: 'work' }, plan: Plan, made: number | Deferral | undefined): readonly Note[] {
  const { key, mission, spot, process, facts } = look
  const cell = typeof made === 'object' ? leftTo(plan.cell, made) : plan.cell
  const state = typeof made === 'number' ? { ...cell, reason: { ...cell.reason, job: made } } : cell
  return process.outputs.map(output => {
    const product = findProduct(mission, output.product)
    return {
      key,
      mission,
      product,
      process: process.id,
      spot,
      state,
      recipe: facts.madeRecipe,
      touched: isTouched(product, facts, plan.cell),
    }
  })
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

/** Writes the cells; answers which of them moved. */
async function writeNotes(ledger: Ledger, notes: readonly Note[], now: number): Promise<readonly Moved[]> {
  const cells = await workOut(ledger.reads, known => notes.map(note => cellOf(known, note, now)))
  const kept = cells.filter(cell => cell !== undefined)
  const moves = new Map(zip(kept, await ledger.writeCells(kept, now)))
  const gone = notes.filter((_, i) => cells[i] === undefined)
  const drops = new Map(zip(gone, await ledger.dropCells(gone.map(note => ({ mission: note.mission.id, ...nameOf(note) })))))
  return notes.flatMap((note, i) => {
    const cell = cells[i]
    return (cell === undefined ? drops.get(note) : moves.get(cell)) === true ? [movedBy(note)] : []
  })
}

const zip = <A, B>(as: readonly A[], bs: readonly B[]): readonly (readonly [A, B | undefined])[] => as.map((a, i) => [a, bs[i]] as const)

const nameOf = ({ product, spot }: Note): CellName => ({ dataset: datasetId(product, spot.spacecraft), partition: spot.partition.key })

/** Undefined where nobody expects a product of a time of which no data came down: no cell, rather than one that waits for ever. */
function cellOf(known: Known, note: Note, now: number): CellWrite | undefined {
  const { mission, product } = note
  const { spacecraft, partition } = note.spot
  const contacts = product.expect === 'contacts' ? known.contacts(mission.id, spacecraft, spanOf(partition)) : []
  const name = nameOf(note)
  const file = known.newestFile(mission.id, name)
  if (!note.touched && contacts.length === 0 && file === undefined) return undefined
  const awaited = partition.kind === 'segment' && isAwaited(partition, known.missionEvents(mission.id, spacecraft, spanOf(partition)))
  const state = isWaivable(note.state) ? waive(note.state, known.waiver(mission.id, name)) : note.state
  return {
    mission: mission.id,
    ...name,
    product: product.id,
    spacecraft,
    process: note.process,
    span: spanOf(partition),
    due: awaited ? undefined : dueTime(product, contacts, partition, now),
    file,
    recipe: note.recipe,
    state,
  }
}

function movedBy({ key, mission, product, spot, spans }: Note): Moved {
  const { key: partition, start, stop } = spot.partition
  return { mission: mission.id, by: key, change: { product: product.id, spacecraft: spot.spacecraft, partition, start, stop, spans } }
}

const spanOf = ({ start, stop }: Partition): Span => ({ start, stop })
