import { fail } from '#error'
import type { Tt2000 } from '#formats/time'
import { dayOf, dayTag, daysOf, momentOf, secondTag, taiOf, type UtcDay } from './calendar.ts'
import { planContacts, type PlannedContact } from './contact-plan.ts'
import type { SimulationParameters } from './parameters.ts'

export interface FlightPlan {
  /** The present moment of the simulation: the last contact ends here. */
  readonly end: Tt2000
  /** Length of the run; default 24. */
  readonly hours?: number
  /** Contacts per spacecraft; default 5. */
  readonly contacts?: number
  /** Where simulated data begin, for day files of a run that goes on; default is the run's begin. */
  readonly since?: Tt2000
  /** Until when each spacecraft's data came down in the run before, by its id; default is the run's begin. */
  readonly recordedTo?: Readonly<Record<string, Tt2000>>
  /** Names that exist already: versions of growing files rise above them. */
  readonly held?: readonly string[]
}

/** A file to render. `from` and `to` are TAI seconds that its content covers. */
export interface PlannedFile {
  readonly kind: 'telemetry' | 'burst' | 'ephemeris' | 'attitude' | 'prediction' | 'contacts' | 'orbits'
  readonly name: string
  /** Index of the spacecraft; -1 for files of all. */
  readonly craft: number
  readonly from: number
  readonly to: number
  /** Moment that its header states. */
  readonly created: number
  /** It comes one contact later than it should. */
  readonly late: boolean
  /** Contacts of the report with their state at that time, or lost stretches that attitude must mark. */
  readonly contacts: readonly (PlannedContact & { readonly state: 'planned' | 'done' | 'lost' })[]
}

/** What comes down at one moment. */
export interface Delivery {
  readonly at: Tt2000
  /** Absent for the first, which announces the contacts. */
  readonly contact?: PlannedContact
  readonly files: readonly PlannedFile[]
}

// Real day files overlap the next day by 8.5 minutes.
const OVERLAP_S = 510

/** Counts versions of growing files; `.V00` first, or above what is held. */
function makeCounter(held: readonly string[]): (stem: string, before?: string, after?: string) => string {
  const next = new Map<string, number>()
  for (const name of held) {
    const match = /^(.+)(?:\.V|_v)(\d{2,})(?:\.csv)?$/.exec(name)
    if (match !== null) next.set(match[1] ?? '', Math.max(next.get(match[1] ?? '') ?? 0, Number(match[2]) + 1))
  }
  return (stem, before = '.V', after = '') => {
    const version = next.get(stem) ?? 0
    next.set(stem, version + 1)
    return `${stem}${before}${String(version).padStart(2, '0')}${after}`
  }
}

/**
 * What a run delivers and when, in order of time; cheap, nothing is rendered. Throws `simulation/invalid` for a run without
 * length or contacts.
 */
export function planDeliveries(parameters: SimulationParameters, plan: FlightPlan): readonly Delivery[] {
  const { hours = 24, contacts = 5, held = [] } = plan
  if (!(hours > 0 && hours <= 24 * 400)) fail('simulation/invalid', `a run of ${hours} hours: give more than 0 and at most 9600`, { hours })
  if (!(Number.isInteger(contacts) && contacts > 0 && contacts <= 1000))
    fail('simulation/invalid', `${contacts} contacts: give 1 to 1000`, { contacts })
  const end = Math.floor(taiOf(plan.end))
  const begin = Math.round(end - hours * 3600)
  const recordedTo = Object.fromEntries(Object.entries(plan.recordedTo ?? {}).map(([id, time]) => [id, Math.floor(taiOf(time))]))
  const planned = planContacts(parameters, begin, end, contacts, recordedTo)
  const name = makeCounter(held)
  const report = makeReporter(parameters, planned, name)
  const makers = { parameters, since: plan.since === undefined ? begin : Math.floor(taiOf(plan.since)), name }
  const deliveries: Delivery[] = [
    {
      at: momentOf(begin),
      files: [...report(begin), ...orbitLists(parameters, begin, end, name), ...predictions(parameters, begin, end, name)],
    },
  ]
  // A run that goes on finds day files grown to its begin; an hour less covers contacts that ended before it.
  const grownTo = plan.since === undefined ? -Infinity : begin - 3600
  const crafts = parameters.spacecraft.map(() => ({
    ephemerisTo: grownTo,
    attitudeTo: grownTo,
    waiting: [] as PlannedFile[],
    lost: [] as PlannedContact[],
  }))
  for (const contact of planned) {
    const craft = crafts[contact.craft]
    if (craft === undefined) continue
    const files: PlannedFile[] = []
    if (contact.outcome === 'lost') craft.lost.push(contact)
    else {
      files.push(telemetryFile(parameters, contact), ...dayFiles(makers, 'ephemeris', contact, craft.ephemerisTo, craft.lost))
      craft.ephemerisTo = contact.stop
      const attitude = dayFiles(makers, 'attitude', contact, craft.attitudeTo, craft.lost)
      craft.attitudeTo = contact.stop
      files.push(...craft.waiting.splice(0))
      if (contact.attitudeLate) craft.waiting.push(...attitude.map(file => ({ ...file, late: true })))
      else files.push(...attitude)
    }
    deliveries.push({ at: momentOf(contact.stop), contact, files: [...files, ...report(contact.stop, contact)] })
  }
  return deliveries
}

function telemetryFile({ spacecraft }: SimulationParameters, contact: PlannedContact): PlannedFile {
  return {
    kind: 'telemetry',
    name: `${spacecraft[contact.craft]?.id}_tlm_srvy_l0_${secondTag(contact.dataFrom)}_v0.0.0.pkts`,
    craft: contact.craft,
    from: contact.dataFrom,
    to: contact.dataTo,
    created: contact.stop,
    late: false,
    contacts: [],
  }
}

interface Makers {
  readonly parameters: SimulationParameters
  readonly since: number
  readonly name: (stem: string) => string
}

const words = { ephemeris: 'DEFEPH', attitude: 'DEFATT' } as const

/** The files of all days that grew since `grownTo`. */
function dayFiles(
  { parameters, since, name }: Makers,
  kind: keyof typeof words,
  contact: PlannedContact,
  grownTo: number,
  lost: readonly PlannedContact[],
): PlannedFile[] {
  const id = parameters.spacecraft[contact.craft]?.id.toUpperCase() ?? ''
  const reach = (day: UtcDay, to: number): number => Math.min(day.to + OVERLAP_S, to)
  return daysOf(Math.max(since, grownTo - OVERLAP_S, since), contact.stop)
    .filter(day => reach(day, contact.stop) > reach(day, grownTo))
    .map(day => ({
      kind,
      name: name(`${id}_${words[kind]}_${dayTag(day)}_${dayTag(dayOf(day.to))}`),
      craft: contact.craft,
      from: Math.max(day.from, since),
      to: reach(day, contact.stop),
      created: contact.stop,
      late: false,
      contacts: lost.map(one => ({ ...one, state: 'lost' as const })),
    }))
}

/** Orbits and regions of interest, foretold for the days of the run. */
const orbitLists = (
  { constellation }: SimulationParameters,
  begin: number,
  end: number,
  name: ReturnType<typeof makeCounter>,
): PlannedFile[] =>
  daysOf(begin, end).map(day => ({
    kind: 'orbits',
    name: name(`${constellation.toLowerCase()}_orbits_${dayTag(day)}_${dayTag(dayOf(day.to))}`, '_v', '.csv'),
    craft: -1,
    from: day.from,
    to: day.to,
    created: begin,
    late: false,
    contacts: [],
  }))

/** Attitude as far as the run goes, before it is measured. */
const predictions = (
  { spacecraft }: SimulationParameters,
  begin: number,
  end: number,
  name: ReturnType<typeof makeCounter>,
): PlannedFile[] =>
  spacecraft.map(({ id }, craft) => ({
    kind: 'prediction',
    name: name(`${id.toUpperCase()}_PREDATT_${dayTag(dayOf(begin))}_${dayTag(dayOf(dayOf(end).to))}`),
    craft,
    from: begin - OVERLAP_S,
    to: end,
    created: begin,
    late: false,
    contacts: [],
  }))

/** Returns the function that gives the reports to deliver at a moment: all days at the start, then the day of the contact. */
function makeReporter(
  { constellation }: SimulationParameters,
  planned: readonly PlannedContact[],
  name: (stem: string) => string,
): (now: number, contact?: PlannedContact) => PlannedFile[] {
  const days = new Map(planned.map(contact => [dayOf(contact.start).day, dayOf(contact.start)]))
  const reportOf = (day: UtcDay, now: number): PlannedFile => ({
    kind: 'contacts',
    name: name(`${constellation}_CONTACTS_${dayTag(day)}_${dayTag(dayOf(day.to))}`),
    craft: -1,
    from: day.from,
    to: day.to,
    created: now,
    late: false,
    contacts: planned
      .filter(({ start }) => start >= day.from && start < day.to)
      .map(contact => ({ ...contact, state: contact.stop <= now ? contact.outcome : ('planned' as const) })),
  })
  return (now, contact) => (contact === undefined ? [...days.values()] : [dayOf(contact.start)]).map(day => reportOf(day, now))
}
