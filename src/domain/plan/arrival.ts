import { coveredLength, overlap } from '#domain/partition'
import type { ArrivalFacts, CellState, ContactFact, FileFact } from './facts.ts'

/** Ephemeris and attitude steps and packet edges: a cover this much short of the contact's data is whole. */
const tolerance = 120_000

/** The state of a cell whose files come from outside: telemetry of a contact, or what is to be delivered with the contacts' data. */
export function planArrival(facts: ArrivalFacts, now: number): CellState {
  if (facts.foreseen.absence !== undefined && facts.files.length === 0)
    return { have: 'none', next: facts.foreseen.absence.kind === 'lost' ? 'lost' : 'none', reason: facts.foreseen.absence }
  if (facts.product.partition.kind === 'contact') return contactCell(facts, now)
  // A calibration is whole as it is, however long it is in force.
  if (facts.product.expect === 'events' || facts.product.partition.kind === 'validity') return eventCell(facts, now)
  const done = facts.contacts.filter(c => c.state === 'done' && c.span.stop <= now)
  const reach = Math.min(facts.partition.stop, Math.max(...done.map(c => c.data.stop)))
  const covered = Math.max(...facts.files.map(f => f.covers.stop))
  const file = facts.files.at(-1)
  if (done.length === 0 && file === undefined)
    return { have: 'none', next: 'waiting', reason: { kind: 'not-due', text: 'not due: no contact has brought data of this time yet' } }
  if (file === undefined)
    return { have: 'none', next: 'waiting', reason: { kind: 'not-arrived', text: `${facts.product.title} has not arrived` } }
  if (done.length > 0 && covered < reach - tolerance) return shortCell(file, covered, reach)
  return facts.partition.stop > now
    ? { have: 'partial', next: 'none', reason: { kind: 'in-progress', text: `${file.name} arrived; its time is not over` } }
    : { have: 'full', next: 'none', reason: { kind: 'complete', text: `${file.name} arrived` } }
}

/** One file per orbit, region or burst: due when its event is over. */
function eventCell(facts: ArrivalFacts, now: number): CellState {
  const { product, partition } = facts
  const file = facts.files.at(-1)
  // What does not tell its times is taken as whole.
  if (file !== undefined) return facts.files.every(f => f.spans !== undefined) ? playedBack(facts, file) : arrived(file)
  if (partition.stop > now)
    return {
      have: 'none',
      next: 'waiting',
      reason: { kind: 'not-due', text: `not due: its ${partition.kind} ends at ${clock(partition.stop)}` },
    }
  return { have: 'none', next: 'waiting', reason: { kind: 'not-arrived', text: `${product.title} has not arrived` } }
}

const arrived = (file: FileFact): CellState => ({
  have: 'full',
  next: 'none',
  reason: { kind: 'complete', text: `${file.name} arrived` },
})

/** Edges of packets: so much may lack of a burst that came down. Milliseconds. */
const packetEdge = 2000

/** Bursts come down in parts: it is whole when they fill it. */
function playedBack({ partition, files }: ArrivalFacts, file: FileFact): CellState {
  const length = partition.stop - partition.start
  const covered = coveredLength(
    files.flatMap(f => f.spans ?? []),
    partition,
  )
  if (covered >= length - packetEdge) return arrived(file)
  const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`
  const text = `${seconds(covered)} of ${seconds(length)} came down, in ${files.length === 1 ? file.name : `${files.length} files`}`
  return { have: 'partial', next: 'waiting', reason: { kind: 'not-covered', text } }
}

function shortCell(file: FileFact, covered: number, reach: number): CellState {
  const text = `${file.name} ends at ${clock(covered)}, data came down to ${clock(reach)}: the next version has not arrived`
  return { have: 'partial', next: 'waiting', reason: { kind: 'not-covered', text } }
}

function contactCell(facts: ArrivalFacts, now: number): CellState {
  const contact = facts.contacts.find(c => overlap(c.data, facts.partition)) ?? facts.contacts[0]
  const file = facts.files.at(-1)
  if (file !== undefined) return { have: 'full', next: 'none', reason: { kind: 'complete', text: `${file.name} arrived` } }
  if (contact?.state === 'lost') return { have: 'none', next: 'lost', reason: { kind: 'lost', text: lostText(contact) } }
  if (contact !== undefined && contact.span.stop > now)
    return { have: 'none', next: 'waiting', reason: { kind: 'not-due', text: `contact ${contact.key} is at ${clock(contact.span.start)}` } }
  return {
    have: 'none',
    next: 'waiting',
    reason: { kind: 'not-arrived', text: `telemetry of contact ${contact?.key ?? facts.partition.key} has not arrived` },
  }
}

const lostText = (c: ContactFact): string =>
  `contact ${c.key} of ${c.spacecraft} at ${clock(c.span.start)} was lost${c.reason === undefined ? '' : ` (${c.reason})`}: its data of ${clock(c.data.start)} to ${clock(c.data.stop)} never came down`

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
