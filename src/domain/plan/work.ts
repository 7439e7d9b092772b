import { overlap } from '#domain/partition'
import type { CellName, CellState, FileFact, Reason, RoleFacts, Settings, SourceCell, WorkFacts } from './facts.ts'

/** What to do about one process, spacecraft and partition, and what its cells say meanwhile. */
export interface Plan {
  readonly cell: CellState
  /** Present where a job is to be made now. */
  readonly run?: { readonly recipe: string; readonly inputs: readonly PlannedInput[] }
}

export interface PlannedInput {
  readonly role: string
  readonly file: FileFact
}

/** SHA-256 of a text as hex digits: the core has no platform. */
export type HashText = (text: string) => string

/**
 * Decides from facts alone, so that a lost or doubled hint cannot change the outcome. Rules, in order: nothing to work on; an active
 * job; inputs that are just being remade; what exists was made from exactly these inputs; a failure of exactly these inputs, or what a
 * person must decide about; run.
 */
export function planWork(facts: WorkFacts, now: number, settings: Settings, hash: HashText): Plan {
  const inputs = chooseInputs(facts.roles)
  const have = haveNow(facts, now)
  const missing = facts.roles.flatMap(missingCells)
  const active = facts.job?.state === 'ready' || facts.job?.state === 'running' ? facts.job : undefined
  if (active !== undefined)
    return { cell: { have, next: active.state === 'ready' ? 'ready' : 'running', reason: activeReason(facts, active) } }

  const lacking = lackingRoles(facts.roles)
  if (lacking.length > 0)
    return {
      cell: emptyCell(facts, lacking) ??
        waivedCell(have, lacking) ?? { have, next: nextOfMissing(missing), reason: lackReason(lacking, missing) },
    }

  const busy = facts.roles.flatMap(r => r.cells).filter(isBusy)
  if (busy.length > 0) {
    const reason: Reason = { kind: 'upstream', text: `waits for ${nameCells(busy)}, which is being made`, causes: busy.map(cellName) }
    return { cell: { have, next: 'waiting', reason } }
  }

  const recipe = recipeOf(facts, inputs, hash)
  if (facts.madeRecipe === recipe) return { cell: { have, next: leftOpen(missing), reason: doneReason(facts, missing, now) } }

  const newest = Math.max(...inputs.map(i => i.file.arrived))
  if (now < newest + settings.settle) {
    const reason: Reason = { kind: 'settling', text: 'waits a moment for further inputs', until: newest + settings.settle }
    return { cell: { have, next: 'waiting', reason } }
  }
  if (facts.job?.state === 'failed' && facts.job.recipe === recipe)
    return { cell: { have, next: 'failed', reason: failureReason(facts.job) } }
  if (facts.job?.state === 'held' && facts.job.recipe === recipe) return { cell: { have, next: 'held', reason: heldReason(facts.job) } }
  return { cell: { have, next: 'ready', reason: { kind: 'queued', text: 'all inputs are there; a job is made' } }, run: { recipe, inputs } }
}

/** A new file of this cell is on its way: what would be made without it now would be made again at once. */
const isBusy = (c: SourceCell): boolean =>
  c.next === 'ready' || c.next === 'running' || c.reason.kind === 'settling' || c.reason.kind === 'upstream'

/** Highest versions only are given as facts; order is by start, then name, so that equal facts give equal recipes. */
function chooseInputs(roles: readonly RoleFacts[]): readonly PlannedInput[] {
  return roles.flatMap(r =>
    r.files.toSorted((a, b) => a.covers.start - b.covers.start || (a.name < b.name ? -1 : 1)).map(file => ({ role: r.input.role, file })),
  )
}

function lackingRoles(roles: readonly RoleFacts[]): readonly RoleFacts[] {
  const required = roles.filter(r => !r.input.optional && r.files.length === 0)
  if (required.length > 0) return required
  return roles.some(r => r.files.length > 0) ? [] : roles
}

/** The recipe: what would be run on what. The program's code is left out: a change of code makes a campaign, not a flood. */
function recipeOf(facts: WorkFacts, inputs: readonly PlannedInput[], hash: HashText): string {
  const { process } = facts
  const lines = [
    `${process.id} ${process.major}`,
    JSON.stringify(process.parameters),
    ...inputs.map(i => `${i.role} ${i.file.dataset} ${i.file.partition} ${i.file.science}`).toSorted(),
  ]
  return hash(lines.join('\n'))
}

function haveNow(facts: WorkFacts, now: number): CellState['have'] {
  if (facts.made === 'none') return 'none'
  if (facts.made === 'no-data') return 'no-data'
  return isOpen(facts, now) ? 'partial' : 'full'
}

/** Whether more may come into what was made, or should have. */
const isOpen = (facts: WorkFacts, now: number): boolean =>
  facts.partition.stop > now || facts.roles.some(r => r.cells.some(c => c.have === 'none' || c.have === 'partial'))

/** Cells of an input that do not give all they should by now: absent, or only in part although their time is over. */
function missingCells(role: RoleFacts): readonly SourceCell[] {
  const growing = (c: SourceCell) => c.reason.kind === 'in-progress' || c.reason.kind === 'not-due'
  return role.cells.filter(c => (c.have === 'none' || c.have === 'partial') && !growing(c))
}

const nextOfMissing = (missing: readonly SourceCell[]): CellState['next'] =>
  missing.length > 0 && missing.every(c => c.next === 'lost') ? 'lost' : 'waiting'

/** A made cell waits on only while something can still come. */
const leftOpen = (missing: readonly SourceCell[]): CellState['next'] =>
  missing.some(c => c.next !== 'lost' && c.next !== 'none') ? 'waiting' : 'none'

function doneReason(facts: WorkFacts, missing: readonly SourceCell[], now: number): Reason {
  if (facts.made === 'no-data')
    return {
      kind: 'no-data',
      text: `${facts.process.id} found no data in these inputs${facts.job?.message === undefined ? '' : `: ${facts.job.message}`}`,
    }
  if (facts.job?.state === 'rejected')
    return { kind: 'complete', text: `made; the remake by job ${facts.job.id} was rejected: ${facts.job.message ?? ''}` }
  if (missing.length > 0) return inputsReason(`made in part: ${describeMissing(missing)}`, missing)
  if (isOpen(facts, now)) return { kind: 'in-progress', text: 'made as far as data have come; more is to come' }
  return { kind: 'complete', text: 'made from everything expected' }
}

/** What is needed was looked for and is known not to be: that is an end for what would be made of it, too. */
function emptyCell(facts: WorkFacts, lacking: readonly RoleFacts[]): CellState | undefined {
  const cells = lacking.flatMap(r => r.cells)
  if (facts.made === 'files' || cells.length === 0 || cells.some(c => c.have !== 'no-data')) return undefined
  return {
    have: 'no-data',
    next: 'none',
    reason: { kind: 'no-data', text: `${nameCells(cells)} has no data`, causes: cells.map(cellName) },
  }
}

/** Nobody expects what is needed any more: nor, then, what would be made of it. */
function waivedCell(have: CellState['have'], lacking: readonly RoleFacts[]): CellState | undefined {
  const cells = lacking.flatMap(r => r.cells)
  if (cells.length === 0 || cells.some(c => c.have !== 'none' || c.reason.kind !== 'waived')) return undefined
  return { have, next: 'none', reason: { kind: 'waived', text: `needs ${nameCells(cells)}, which is waived`, causes: cells.map(cellName) } }
}

function lackReason(lacking: readonly RoleFacts[], missing: readonly SourceCell[]): Reason {
  const roles = lacking.map(r => r.input.product).join(', ')
  const blamed = missing.filter(c => lacking.some(r => r.cells.includes(c)))
  if (blamed.length === 0) return inputsReason(`waits for ${roles}: none has come yet`, blamed)
  const lost = blamed.every(c => c.next === 'lost')
  return inputsReason(lost ? `needs ${nameCells(blamed)}, which is lost` : `waits for ${nameCells(blamed)}`, blamed)
}

const inputsReason = (text: string, cells: readonly SourceCell[]): Reason => ({ kind: 'inputs', text, causes: cells.map(cellName) })

const cellName = (c: SourceCell): CellName => ({ dataset: c.dataset, partition: c.partition })

function nameCells(cells: readonly SourceCell[]): string {
  const first = cells[0]
  if (first === undefined) return 'nothing'
  return `${first.dataset} ${first.partition}${cells.length > 1 ? ` and ${cells.length - 1} more` : ''}`
}

const describeMissing = (cells: readonly SourceCell[]): string =>
  `${nameCells(cells)} ${cells.every(c => c.next === 'lost') ? 'is lost' : 'is not whole'}`

function activeReason(
  facts: WorkFacts,
  job: { id: number; state: string; tries: number; message: string | undefined; notBefore: number },
): Reason {
  if (job.state === 'running') return { kind: 'running', text: `${facts.process.id} runs as job ${job.id}, try ${job.tries}`, job: job.id }
  if (job.tries > 0)
    return {
      kind: 'failed',
      text: `job ${job.id} did not succeed at try ${job.tries} (${job.message ?? 'no word'}); it is tried again`,
      job: job.id,
      until: job.notBefore,
    }
  return { kind: 'queued', text: `job ${job.id} waits for a worker`, job: job.id }
}

const failureReason = (job: { id: number; tries: number; message: string | undefined }): Reason => ({
  kind: 'failed',
  text: `job ${job.id} failed ${job.tries} ${job.tries === 1 ? 'time' : 'times'}: ${job.message ?? 'no word'}`,
  job: job.id,
})

const heldReason = (job: { id: number; message: string | undefined }): Reason => ({
  kind: 'held',
  text: `job ${job.id} is held for a person: ${job.message ?? 'it would replace more than it holds'}`,
  job: job.id,
})

/** Whether a file is an input of a window: by what it covers. */
export const inWindow = (file: FileFact, window: { start: number; stop: number }): boolean => overlap(file.covers, window)
