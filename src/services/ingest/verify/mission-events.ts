import { readFile } from 'node:fs/promises'
import { eventKinds } from '#domain/mission'
import { fail } from '#error'
import { readEventList, readTimeline } from '#formats/ephemeris'
import type { ListedEvent } from '#formats/ephemeris'
import type { ReportedEvent } from '#services/catalog'
import { scienceOfText } from './science.ts'
import type { Subject, Verified } from './verified.ts'

/** A list of mission events, CSV or a timeline in XML. Types that the product's `events` do not name are counted as a finding: nothing is planned by them. */
export async function verifyEvents(subject: Subject): Promise<Verified> {
  const text = await readFile(subject.path, 'utf8')
  const listed = text.trimStart().startsWith('<') ? readTimeline(text) : readEventList(text)
  const unknown = new Map<string, number>()
  const events: ReportedEvent[] = []
  for (const event of listed) {
    const known = kindOf(subject, event)
    if (known === undefined) unknown.set(event.type, (unknown.get(event.type) ?? 0) + 1)
    else events.push({ ...known, ...placeOf(subject, event) })
  }
  return {
    records: listed.length,
    science: scienceOfText(text, subject.rules),
    content: { events: events.length },
    findings: [...unknown].map(([type, count]) => `${count} events of type ${type} are not used: nothing here is planned by them`),
    events,
  }
}

function kindOf({ rules, name }: Subject, event: ListedEvent): Pick<ReportedEvent, 'kind' | 'name'> | undefined {
  const mapped = rules.events?.[event.type]
  if (rules.events !== undefined) return mapped === undefined ? undefined : { kind: mapped.kind, name: mapped.name || event.name }
  const kind = eventKinds.find(k => k === event.type)
  if (kind === undefined || kind === 'contact')
    return fail('ingest/unknown-event', `${event.key} is of the kind "${event.type}", which is none of ${plainKinds.join(', ')}`, { name })
  return { kind, name: event.name }
}

const plainKinds = eventKinds.filter(kind => kind !== 'contact')

const placeOf = ({ spacecraft }: Subject, event: ListedEvent): Omit<ReportedEvent, 'kind' | 'name'> => ({
  key: event.key,
  spacecraft: spacecraft.find(s => String(s.number) === event.spacecraft)?.id ?? event.spacecraft,
  start: event.start,
  stop: event.stop,
  state: event.state,
  reason: event.reason === '' ? undefined : event.reason,
})
