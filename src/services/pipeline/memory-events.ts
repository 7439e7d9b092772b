import type { Mission } from '#domain/mission'
import type { Span } from '#domain/partition'
import type { ContactFact, EventFact } from '#domain/plan'
import { TimeIndex } from './memory-time.ts'

/** The mission events that a memory holds: contacts, and what lists tell of. */
export class MemoryEvents {
  readonly #contactTimes = new TimeIndex<{ readonly span: Span; readonly contact: ContactFact }>()
  readonly #events = new Map<string, EventFact>()
  readonly #eventTimes = new TimeIndex<EventFact>()
  #untold: EventFact[] = []
  readonly #mission: Mission
  readonly #all: readonly string[]

  constructor(mission: Mission) {
    this.#mission = mission
    this.#all = [...new Set([mission.id, ...mission.spacecraft.map(s => s.id)])]
  }

  /** What the next report says of a contact; its data stay where they were. */
  tellContact(contact: ContactFact): void {
    this.#contactTimes.put(contact.spacecraft, contact.key, { span: contact.data, contact })
    this.tellEvent(asEvent(contact))
  }

  /** What the next list says of an event, which stays where it is. */
  tellEvent(event: EventFact): void {
    const name = `${event.kind} ${event.key}`
    this.#events.set(`${event.spacecraft} ${name}`, event)
    // One of all spacecraft is one of each.
    const whose = event.spacecraft === this.#mission.id ? this.#all : [event.spacecraft]
    for (const spacecraft of whose) this.#eventTimes.put(spacecraft, `${event.spacecraft} ${name}`, event)
    this.#untold.push(event)
  }

  /** What was told since the last report. */
  report(): readonly EventFact[] {
    const told = this.#untold
    this.#untold = []
    return told
  }

  contactsIn(spacecraft: string, window: Span): readonly ContactFact[] {
    return this.#contactTimes.touching(spacecraft, window).map(({ contact }) => contact)
  }

  /** Of a spacecraft, and of all, in order of start. Contacts by their data. */
  eventsIn(spacecraft: string, window: Span): readonly EventFact[] {
    return this.#eventTimes.touching(spacecraft, window)
  }

  all(): readonly EventFact[] {
    return [...this.#events.values()]
  }
}

const asEvent = ({ key, spacecraft, data, state, reason }: ContactFact): EventFact => ({
  kind: 'contact',
  key,
  name: '',
  spacecraft,
  span: data,
  state,
  reason,
  former: [],
})
