import type { ContactState } from '#formats/ephemeris'
import { formatDoy } from '#formats/time'
import { momentOf } from './calendar.ts'
import type { ContactOf, SimulationParameters } from './parameters.ts'

/** One pass of one spacecraft; TAI seconds. */
export interface PlannedContact {
  /** Unique per spacecraft: `yyyyddd-hhmm` of its start. */
  readonly id: string
  /** From 1. */
  readonly number: number
  /** Index of the spacecraft. */
  readonly craft: number
  readonly start: number
  readonly stop: number
  /** What was recorded in [dataFrom, dataTo) comes down. */
  readonly dataFrom: number
  readonly dataTo: number
  /** What will become of it. */
  readonly outcome: Exclude<ContactState, 'planned'>
  readonly reason: string
  /** Its attitude comes with the next contact. */
  readonly attitudeLate: boolean
}

const isThis = (of: ContactOf, number: number, count: number, id: string): boolean =>
  of.spacecraft === id && (of.contact > 0 ? of.contact : count + 1 + of.contact) === number

/**
 * All contacts of a run over [begin, end], in the order of their ends. The last ends at `end`; the first bring what was recorded
 * since `begin`, or since the moment that `recordedTo` holds for a spacecraft.
 */
export function planContacts(
  parameters: SimulationParameters,
  begin: number,
  end: number,
  count: number,
  recordedTo: Readonly<Record<string, number>> = {},
): readonly PlannedContact[] {
  const slot = (end - begin) / count
  const { minutes, staggerMinutes, lost, lateAttitude } = parameters.contacts
  // Short runs squeeze the contacts, so that all spacecraft fit into a slot and each still has data of its own.
  const length = Math.min(minutes * 60, slot / 6)
  const stagger = Math.min(staggerMinutes * 60, slot / (2 * parameters.spacecraft.length))
  const planned = parameters.spacecraft.flatMap(({ id }, craft) => {
    const stops = Array.from({ length: count }, (_, k) =>
      Math.round(begin + (k + 1) * slot - (parameters.spacecraft.length - 1 - craft) * stagger),
    )
    const starts = stops.map(stop => Math.round(stop - length))
    return stops.map((stop, k) => {
      const number = k + 1
      const start = starts[k] ?? stop
      const fault = lost.find(of => isThis(of, number, count, id))
      return {
        id: formatDoy(momentOf(start), 0).replace('-', '').replace('T', '-').replaceAll(':', '').slice(0, 12),
        number,
        craft,
        start,
        stop,
        dataFrom: starts[k - 1] ?? recordedTo[id] ?? begin,
        dataTo: start,
        outcome: fault === undefined ? ('done' as const) : ('lost' as const),
        reason: fault?.reason ?? '',
        attitudeLate: lateAttitude.some(of => isThis(of, number, count, id)),
      }
    })
  })
  return planned.sort((a, b) => a.stop - b.stop || a.craft - b.craft)
}
