import { listMissionEvents, type ListedEvent } from '#services/access'
import type { Db } from '#services/db'
import { boundsOf, type Column, type Constraint, type Table } from './table.ts'

const timeUnit = "yyyy-MM-dd'T'HH:mm:ss.SSS"

/** Columns of the table of mission events. */
export const eventColumns: readonly Column[] = [
  { name: 'start_time_utc', type: 'time', unit: timeUnit },
  { name: 'end_time_utc', type: 'time', unit: timeUnit },
  { name: 'event_type', type: 'text' },
  { name: 'sc_id', type: 'text' },
  { name: 'source', type: 'text' },
  { name: 'description', type: 'text' },
  { name: 'discussion', type: 'text' },
  { name: 'start_orbit', type: 'int' },
  { name: 'end_orbit', type: 'int' },
  { name: 'tag', type: 'text' },
  { name: 'id', type: 'int' },
]

/** How clients of the field call an event, and who tells it. */
function nameOf({ kind, name }: ListedEvent): { readonly type: string; readonly source: string } {
  if (kind === 'region') return name === 'sroi' ? { type: 'SROI', source: 'POC' } : { type: name, source: 'BDM' }
  if (kind === 'contact') return { type: 'dsn_contact', source: 'Timeline' }
  if (kind === 'segment') return { type: 'burst_segment', source: 'Burst' }
  return { type: kind, source: 'Timeline' }
}

/** The first and the last moment that are asked for where nothing bounds them, UTC milliseconds. */
const always = { from: Date.UTC(1958, 0, 1), to: Date.UTC(2200, 0, 1) }

/** Mission events that are not cancelled, by start; ids count the rows of an answer. The tag says what is known of an event: its state. */
export async function eventTable(db: Db, mission: string, name: string, constraint: Constraint): Promise<Table> {
  const { low, high } = boundsOf(constraint, 'start_time_utc')
  const events = await listMissionEvents(db, mission, { from: Math.max(low, always.from), to: Math.min(high + 1, always.to) })
  return {
    name,
    columns: eventColumns,
    rows: events.map((event, i) => {
      const { type, source } = nameOf(event)
      const { spacecraft, key, reason, startOrbit, stopOrbit, state } = event
      const orbits = [startOrbit, Math.max(startOrbit, stopOrbit)].map(String)
      return [utc(event.start), utc(event.stop), type, spacecraft, source, key, reason ?? '', ...orbits, state, String(i + 1)]
    }),
  }
}

const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 23)
