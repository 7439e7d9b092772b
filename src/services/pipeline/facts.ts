import { datasetId, findProduct } from '#domain/mission'
import type { Mission, Process, ProcessInput, Product } from '#domain/mission'
import { dayMs } from '#domain/partition'
import type { Partition, Span } from '#domain/partition'
import { inWindow } from '#domain/plan'
import type { ArrivalFacts, ContactFact, FileFact, RoleFacts, WorkFacts } from '#domain/plan'
import type { Ledger } from './ledger.ts'
import type { WorkKey } from './sql.ts'

/** Ancillary files of neighbouring days overlap a little (real-data 4.1): their nominal day may be another one. */
const nominalSlack = dayMs

export async function gatherWork(ledger: Ledger, mission: Mission, process: Process, key: WorkKey): Promise<WorkFacts> {
  const outputs = process.outputs.map(o => datasetId(findProduct(mission, o.product), key.spacecraft))
  const roles: RoleFacts[] = []
  for (const input of process.inputs) roles.push(await gatherRole(ledger, mission, input, key))
  const verdicts = await Promise.all(outputs.map(dataset => ledger.lastVerified(mission.id, { dataset, partition: key.partition.key })))
  const recipes = new Set(verdicts.map(v => v?.recipe))
  const agreed = recipes.size === 1 ? verdicts[0] : undefined
  const made = verdicts.some(v => v !== undefined && v.outcome !== 'no-data') ? 'files' : agreed === undefined ? 'none' : 'no-data'
  return { process, partition: key.partition, roles, madeRecipe: agreed?.recipe, made, job: await ledger.lastJob(key) }
}

async function gatherRole(ledger: Ledger, mission: Mission, input: ProcessInput, key: WorkKey): Promise<RoleFacts> {
  const product = findProduct(mission, input.product)
  const spacecraft = product.spacecraft.includes(key.spacecraft) ? [key.spacecraft] : product.spacecraft
  const window = { start: key.partition.start - input.before, stop: key.partition.stop + input.after }
  const files: FileFact[] = []
  for (const sc of spacecraft) files.push(...(await filesInWindow(ledger, mission, product, sc, window)))
  const cells = await ledger.cellsIn(
    mission.id,
    spacecraft.map(sc => datasetId(product, sc)),
    window,
  )
  if (key.partition.kind !== 'tag' || product.partition.kind !== 'tag') return { input, files, cells }
  const mine = (x: { partition: string }) => x.partition === key.partition.key
  return { input, files: files.filter(mine), cells: cells.filter(mine) }
}

async function filesInWindow(
  ledger: Ledger,
  mission: Mission,
  product: Product,
  spacecraft: string,
  window: Span,
): Promise<readonly FileFact[]> {
  const wide = { start: window.start - nominalSlack, stop: window.stop + nominalSlack }
  const files = await ledger.latestFiles(mission.id, product.id, spacecraft, wide)
  return files.filter(file => inWindow(file, window))
}

export async function gatherArrival(
  ledger: Ledger,
  mission: Mission,
  product: Product,
  spacecraft: string,
  partition: Partition,
): Promise<ArrivalFacts> {
  const contacts = product.expect === 'contacts' ? await ledger.contacts(mission.id, spacecraft, partition) : []
  const files = await ledger.latestFiles(mission.id, product.id, spacecraft, { start: partition.start, stop: partition.stop })
  return { product, partition, contacts, files: files.filter(f => f.partition === partition.key) }
}

/** When a cell is due: the product's time after its data came down with the last contact that is over, or will with the next. */
export function dueTime(product: Product, contacts: readonly ContactFact[], now: number): number | undefined {
  const { due } = product
  if (due === undefined || contacts.length === 0) return undefined
  const over = contacts.filter(c => c.span.stop <= now)
  const down = over.length > 0 ? Math.max(...over.map(c => c.span.stop)) : Math.min(...contacts.map(c => c.span.stop))
  return down + due
}
