import { datasetId, findProduct } from '#domain/mission'
import type { Mission } from '#domain/mission'
import type { Span } from '#domain/partition'
import type { CellName, Reason } from '#domain/plan'
import { SdcError } from '#error'
import { spotKey } from './context.ts'
import type { PipelineContext, Spot } from './context.ts'
import type { LedgerStore } from './ledger.ts'
import { ownSpots } from './spots.ts'
import type { Change } from './spots.ts'

/** A cell that cannot be planned: what there is of it stays, it says why, and it stays open, so that the audit looks at it again. */
export interface Unplanned extends CellName {
  readonly mission: string
  readonly product: string
  readonly spacecraft: string
  readonly process: string | undefined
  readonly span: Span
  readonly reason: Reason
}

type Context = Pick<PipelineContext, 'clock' | 'log'>

/** Says in the cells of a spot that it could not be planned. Answers those that did not say so before: their readers are to be looked at. */
export async function noteUnplanned(
  context: Context,
  store: LedgerStore,
  mission: Mission,
  spot: Spot,
  error: unknown,
): Promise<readonly Change[]> {
  const words = `could not be planned: ${wordsOf(error)}; it is tried again until it can be`
  return note(context, store, mission, spot, productsOf(mission, spot), words, error)
}

/** The same in the cell of a change of which nobody could find out what it matters to. */
export async function noteUnreached(context: Context, store: LedgerStore, mission: Mission, change: Change, error: unknown): Promise<void> {
  const product = findProduct(mission, change.product)
  const partition = { kind: product.partition.kind, key: change.partition, start: change.start, stop: change.stop }
  const words = `what is made of it could not be looked for: ${wordsOf(error)}; it is tried again until it can be`
  for (const spot of ownSpots(mission, product, change.spacecraft, partition))
    await note(context, store, mission, spot, [product.id], words, error)
}

async function note(
  { clock, log }: Context,
  store: LedgerStore,
  mission: Mission,
  spot: Spot,
  products: readonly string[],
  text: string,
  error: unknown,
): Promise<readonly Change[]> {
  const { spacecraft, partition } = spot
  const { key, start, stop } = partition
  const cells = products.map((product): Unplanned => ({
    mission: mission.id,
    dataset: datasetId(findProduct(mission, product), spacecraft),
    partition: key,
    product,
    spacecraft,
    process: spot.kind === 'work' ? spot.process : undefined,
    span: { start, stop },
    reason: { kind: 'not-planned', text },
  }))
  const stack = error instanceof SdcError ? undefined : (error as Error).stack
  log.warn({ act: 'plan', mission: mission.id, cells: cells.map(c => `${c.dataset} ${c.partition}`), stack }, text)
  const told = await store.look([spotKey(spot)], ledger => ledger.noteUnplanned(cells, clock()))
  return cells.flatMap(({ product }, i) => (told[i] === true ? [{ product, spacecraft, partition: key, start, stop }] : []))
}

/** The outputs of its process that the mission has. */
function productsOf(mission: Mission, spot: Spot): readonly string[] {
  if (spot.kind === 'arrival') return [spot.product]
  const outputs = mission.processes.find(p => p.id === spot.process)?.outputs ?? []
  return outputs.map(o => o.product).filter(id => mission.products.some(p => p.id === id))
}

/** An expected error speaks for itself; another one at least says what it is. */
function wordsOf(error: unknown): string {
  const text = error instanceof SdcError ? error.message : String(error)
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`
}
