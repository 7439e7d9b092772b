import type { Span } from '#domain/partition'
import type { ContactFact, EventFact } from '#domain/plan'
import { TimeIndex } from './memory-time.ts'

/** The mission events that a memory holds: contacts, and what lists tell of. */
export class MemoryEvents {
  readonly #contacts = new Map<string, ContactFact>()
  readonly #contactTimes = new TimeIndex<{ readonly span: Span; readonly contact: ContactFact }>()
  readonly #listed = new Map<string, EventFact>()
  readonly #listedTimes = new TimeIndex<EventFact>()
  #untold: EventFact[] = []

  /** What the next report says of a contact; its data stay where they were. */
  tellContact(contact: ContactFact): void {
    this.#contacts.set(`${contact.spacecraft} ${contact.key}`, contact)
    this.#contactTimes.put(contact.spacecraft, contact.key, { span: contact.data, contact })
    this.#untold.push(asEvent(contact))
  }

  /** What the next list says of an event, which stays where it is. */
  tellEvent(event: EventFact): void {
    const name = `${event.kind} ${event.key}`
    this.#listed.set(`${event.spacecraft} ${name}`, event)
    this.#listedTimes.put(event.spacecraft, name, event)
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

  /** In order of start. */
  eventsIn(spacecraft: string, window: Span): readonly EventFact[] {
    const contacts = this.contactsIn(spacecraft, window).map(asEvent)
    const listed = this.#listedTimes.touching(spacecraft, window)
    return listed.length === 0 ? contacts : [...contacts, ...listed].toSorted((a, b) => a.span.start - b.span.start)
  }

  contacts(): readonly ContactFact[] {
    return [...this.#contacts.values()]
  }

  listed(): readonly EventFact[] {
    return [...this.#listed.values()]
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
