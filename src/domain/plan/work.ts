import { cellName, isAbsent, isBusy, isGrowing, nameCells, relevantCells, standIns } from './cells.ts'
import type { Cause, CellState, FileFact, Reason, RoleFacts, Settings, SourceCell, WorkFacts } from './facts.ts'
import { awaitTick, deadlineOf, gaveUp, holdBack, tickLine } from './wait.ts'

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
 * Decides from facts alone, so that a lost or doubled hint cannot change the outcome. Rules, in order: an active job; an event that is no
 * longer; nothing to work on; inputs that are just being remade; what exists was made from exactly these inputs; the process's wait policy
 * and schedule; a moment for further inputs; a failure of exactly these inputs, or what a person
 * must decide about; run.
 */
export function planWork(facts: WorkFacts, now: number, settings: Settings, hash: HashText): Plan {
  const inputs = chooseInputs(facts.roles)
  const have = haveNow(facts, now)
  const missing = facts.roles.flatMap(missingCells)
  const active = facts.job?.state === 'ready' || facts.job?.state === 'running' ? facts.job : undefined
  if (active !== undefined)
    return { cell: { have, next: active.state === 'ready' ? 'ready' : 'running', reason: activeReason(facts.process.id, active) } }
  const { absence, barred } = facts.foreseen
  if (absence !== undefined && barred && facts.made !== 'delivered') return { cell: { have, next: 'none', reason: absence } }

  const lacking = lackingRoles(facts)
  if (lacking.length > 0) return { cell: cellWithoutInputs(facts, lacking, missing, now) }
  if (facts.process.on.length > 0 && facts.events.length === 0) {
    const text = `waits for the end of ${facts.process.on.join(' or ')}`
    return { cell: { have, next: 'waiting', reason: { kind: 'not-due', text } } }
  }

  const busy = facts.roles.filter(r => r.input.triggers).flatMap(r => relevantCells(r).filter(isBusy))
  if (busy.length > 0) {
    const reason: Reason = { kind: 'upstream', text: `waits for ${nameCells(busy)}, which is being made`, causes: busy.map(cellName) }
    return { cell: { have, next: 'waiting', reason } }
  }

  const recipe = recipeOf(facts, inputs, now, hash)
  if (facts.madeRecipe === recipe) return { cell: { have, next: leftOpen(facts, missing), reason: doneReason(facts, missing, now) } }

  const later = holdBack(facts, now) ?? awaitTick(facts, now) ?? settle(facts, inputs, now, settings)
  if (later !== undefined) return { cell: { have, next: later.kind === 'gave-up' ? 'failed' : 'waiting', reason: later } }
  if ((facts.job?.state === 'failed' || facts.job?.state === 'cancelled') && facts.job.recipe === recipe)
    return { cell: { have, next: 'failed', reason: failureReason(facts.job) } }
  if (facts.job?.state === 'held' && facts.job.recipe === recipe) return { cell: { have, next: 'held', reason: heldReason(facts.job) } }
  return { cell: { have, next: 'ready', reason: { kind: 'queued', text: 'all inputs are there; a job is made' } }, run: { recipe, inputs } }
}

/** A remake, or what is made without all that it may take, waits a moment for more; what is made for the first time from all of it does not. */
function settle(facts: WorkFacts, inputs: readonly PlannedInput[], now: number, settings: Settings): Reason | undefined {
  if (facts.made === 'none' && facts.job === undefined && facts.roles.every(isWhole)) return undefined
  const newest = Math.max(...inputs.map(i => i.file.arrived))
  // What seems to come from the future was recorded by a clock that was wrong: nobody waits for it.
  if (newest > now || now >= newest + settings.settle) return undefined
  return { kind: 'settling', text: 'waits a moment for further inputs', until: newest + settings.settle }
}

const isWhole = (role: RoleFacts): boolean =>
  role.files.length > 0 && relevantCells(role).every(c => c.have === 'full' || c.have === 'no-data')

/** Roles come with their files chosen and ordered, so that equal facts give equal recipes. */
const chooseInputs = (roles: readonly RoleFacts[]): readonly PlannedInput[] =>
  roles.flatMap(r => r.files.map(file => ({ role: r.input.role, file })))

/** Products that a role lacks: one file of any is enough; of a set there is one of each. */
function lackedBy({ input, files }: RoleFacts): readonly string[] {
  if (input.window.kind === 'set') return input.products.filter(p => !files.some(f => f.product === p))
  return files.length > 0 ? [] : input.products
}

/** The cells of what a role lacks: the kernels that are there say nothing of the one that is not. */
function lackedCells(role: RoleFacts): readonly SourceCell[] {
  const lacked = lackedBy(role)
  return role.cells.filter(c => lacked.includes(c.product))
}

/** Required roles without a file; or all, where an optional one is all that could start the process and none is there. */
function lackingRoles({ process, roles }: WorkFacts): readonly RoleFacts[] {
  const required = roles.filter(r => !r.input.optional && lackedBy(r).length > 0)
  if (required.length > 0) return required
  const startsItself = process.every !== undefined || process.on.length > 0
  return startsItself || roles.some(r => r.files.length > 0) ? [] : roles
}

/**
 * The recipe: what would be run on what. The program's code is left out: a change of code makes a campaign, not a flood. So is what does
 * not trigger: it is taken as it is when something else asks for a run.
 */
function recipeOf(facts: WorkFacts, inputs: readonly PlannedInput[], now: number, hash: HashText): string {
  const { process } = facts
  const triggers = new Set(process.inputs.filter(i => i.triggers).map(i => i.role))
  const lines = [
    `${process.id} ${process.major}`,
    JSON.stringify(process.parameters),
    ...inputs
      .filter(i => triggers.has(i.role))
      .map(i => `${i.role} ${i.file.dataset} ${i.file.partition} ${i.file.science}`)
      .toSorted(),
    ...facts.events.map(e => `on ${e.kind} ${e.name} ${e.key} ${e.span.start} ${e.span.stop}`).toSorted(),
    ...tickLine(facts, now),
  ]
  return hash(lines.join('\n'))
}

function haveNow(facts: WorkFacts, now: number): CellState['have'] {
  if (facts.made === 'none' || facts.made === 'no-data') return facts.made
  if (facts.made === 'delivered') return facts.partition.stop > now ? 'partial' : 'full'
  return isOpen(facts, now) ? 'partial' : 'full'
}

/** Whether more may come into what was made, or should have. */
const isOpen = (facts: WorkFacts, now: number): boolean =>
  facts.partition.stop > now ||
  facts.roles.some(r => relevantCells(r).some(c => (c.have === 'none' || c.have === 'partial') && !isAbsent(c.reason)))

/** Cells of an input that do not give all they should by now: absent, or only in part although their time is over. */
function missingCells(role: RoleFacts): readonly SourceCell[] {
  return relevantCells(role).filter(c => (c.have === 'none' || c.have === 'partial') && !isGrowing(c.reason) && !isAbsent(c.reason))
}

const nextOfMissing = (missing: readonly SourceCell[]): CellState['next'] =>
  missing.length > 0 && missing.every(c => c.next === 'lost') ? 'lost' : 'waiting'

/** A made cell waits on only while something can still come. */
const leftOpen = (facts: WorkFacts, missing: readonly SourceCell[]): CellState['next'] =>
  standIns(facts.roles).length > 0 || missing.some(c => c.next !== 'lost' && c.next !== 'none') ? 'waiting' : 'none'

function doneReason(facts: WorkFacts, missing: readonly SourceCell[], now: number): Reason {
  if (facts.made === 'no-data')
    return {
      kind: 'no-data',
      text: `${facts.process.id} found no data in these inputs${facts.job?.message === undefined ? '' : `: ${facts.job.message}`}`,
    }
  if (facts.job?.state === 'rejected')
    return { kind: 'complete', text: `made; the remake by job ${facts.job.id} was rejected: ${facts.job.message ?? ''}` }
  if (missing.length > 0) return inputsReason(`made in part: ${describeMissing(missing)}`, missing)
  const [standIn] = standIns(facts.roles)
  if (standIn !== undefined)
    return {
      kind: 'provisional',
      text: `made with ${standIn.files[0]?.product} in place of ${standIn.input.products[0]}, which replaces it when it comes`,
      causes: betterCells(standIn).map(cellName),
    }
  if (isOpen(facts, now)) return { kind: 'in-progress', text: 'made as far as data have come; more is to come' }
  return { kind: 'complete', text: 'made from everything expected' }
}

/** Cells of the products that the chosen one stands in for, where they do not give all they should. */
function betterCells({ input, files, cells }: RoleFacts): readonly SourceCell[] {
  const better = input.products.slice(0, input.products.indexOf(files[0]?.product ?? ''))
  return cells.filter(c => better.includes(c.product) && (c.have === 'none' || c.have === 'partial'))
}

/** A required input is not there: because there is nothing, for a known reason; or it is waited for, or given up. */
function cellWithoutInputs(facts: WorkFacts, lacking: readonly RoleFacts[], missing: readonly SourceCell[], now: number): CellState {
  const have = haveNow(facts, now)
  if (facts.made === 'delivered') return { have, next: 'none', reason: { kind: 'delivered', text: 'came from outside' } }
  if (facts.made === 'none' && facts.foreseen.absence !== undefined)
    return { have, next: facts.foreseen.absence.kind === 'lost' ? 'lost' : 'none', reason: facts.foreseen.absence }
  const empty = emptyCell(facts, lacking)
  if (empty !== undefined) return empty
  const { wait } = facts.process
  if (facts.made === 'none' && wait?.after === 'give-up' && now >= deadlineOf(facts, wait))
    return { have, next: 'failed', reason: gaveUp(facts, wait, missing) }
  return { have, next: nextOfMissing(missing), reason: lackReason(facts, lacking, missing) }
}

/** What is needed was looked for and is known not to be: that is an end for what would be made of it, too. */
function emptyCell(facts: WorkFacts, lacking: readonly RoleFacts[]): CellState | undefined {
  if (facts.made === 'files') return undefined
  const empty = lacking.filter(r => lackedCells(r).length > 0 && lackedCells(r).every(c => isEmpty(c, facts.partition)))
  // One required input that is known to be empty is enough; of optional ones alone all have to be.
  const isSure = empty.length > 0 && (empty.some(r => !r.input.optional) || lacking.every(r => r.cells.length === 0 || empty.includes(r)))
  if (!isSure) return undefined
  const cells = empty.flatMap(lackedCells)
  const causes = cells.map(cellName)
  const absent = cells.find(c => isAbsent(c.reason) && c.have === 'none')
  if (absent === undefined) {
    const none = cells.every(c => c.have === 'full') ? 'no data of this time' : 'no data'
    return { have: 'no-data', next: 'none', reason: { kind: 'no-data', text: `${nameCells(cells)} has ${none}`, causes } }
  }
  const why = absent.reason.kind === 'waived' ? 'waived' : `not expected: ${absent.reason.text}`
  return { have: 'none', next: 'none', reason: { kind: absent.reason.kind, text: `needs ${nameCells([absent])}, which is ${why}`, causes } }
}

/** Nothing is there and nothing will come; or all of a longer time is there (a day), and none of it is of this one (two hours). */
const isEmpty = (c: SourceCell, { key }: WorkFacts['partition']): boolean =>
  c.have === 'no-data' || (c.have === 'full' && c.partition !== key) || (c.have === 'none' && isAbsent(c.reason))

function lackReason({ partition }: WorkFacts, lacking: readonly RoleFacts[], missing: readonly SourceCell[]): Reason {
  const roles = lacking.map(r => lackedBy(r).join(r.input.window.kind === 'set' ? ' and ' : ' or ')).join(', ')
  const blamed = missing.filter(c => lacking.some(r => r.cells.includes(c)))
  if (blamed.length === 0)
    return { kind: 'inputs', text: `waits for ${roles}: none has come yet`, causes: lacking.flatMap(r => wantsOf(r, partition)) }
  const lost = blamed.every(c => c.next === 'lost')
  return inputsReason(lost ? `needs ${nameCells(blamed)}, which is lost` : `waits for ${nameCells(blamed)}`, blamed)
}

/** What nobody expects has no cell to blame. It has a name all the same, by its dataset and the day, for all who lack it to share. */
function wantsOf(role: RoleFacts, { start }: WorkFacts['partition']): readonly Cause[] {
  const day = new Date(start).toISOString().slice(0, 10)
  const words = role.input.window.kind === 'valid' || role.input.window.kind === 'set' ? `is in force on ${day}` : `of ${day} has come`
  const lacked = lackedCells(role).length > 0 ? [] : lackedBy(role)
  return role.sources
    .filter(({ product }) => lacked.includes(product))
    .map(({ product, dataset }) => ({ dataset, partition: day, wanted: `no ${product} ${words}, and nothing says that one should come` }))
}

const inputsReason = (text: string, cells: readonly SourceCell[]): Reason => ({ kind: 'inputs', text, causes: cells.map(cellName) })

const describeMissing = (cells: readonly SourceCell[]): string =>
  `${nameCells(cells)} ${cells.every(c => c.next === 'lost') ? 'is lost' : 'is not whole'}`

/** What the cells of a job say while it waits for a worker or runs. */
export function activeReason(
  process: string,
  job: {
    readonly id: number
    readonly state: string
    readonly tries: number
    readonly message: string | undefined
    readonly notBefore: number
  },
): Reason {
  if (job.state === 'running') return { kind: 'running', text: `${process} runs as job ${job.id}, try ${job.tries}`, job: job.id }
  if (job.tries > 0)
    return {
      kind: 'failed',
      text: `job ${job.id} did not succeed at try ${job.tries} (${job.message ?? 'no word'}); it is tried again`,
      job: job.id,
      until: job.notBefore,
    }
  return { kind: 'queued', text: `job ${job.id} waits for ${job.message ?? 'a worker'}`, job: job.id }
}

const failureReason = (job: { id: number; state: string; tries: number; message: string | undefined }): Reason => ({
  kind: 'failed',
  text:
    job.state === 'cancelled'
      ? `job ${job.id} was ${job.message ?? 'cancelled'}; it is made again when an input changes`
      : `job ${job.id} failed ${job.tries} ${job.tries === 1 ? 'time' : 'times'}: ${job.message ?? 'no word'}`,
  job: job.id,
})

const heldReason = (job: { id: number; message: string | undefined }): Reason => ({
  kind: 'held',
  text: `job ${job.id} is held for a person: ${job.message ?? 'it would replace more than it holds'}`,
  job: job.id,
})
