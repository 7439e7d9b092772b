import { parseDoy, utcMsFromTt2000 } from '#formats/time'
import type { XmlElement } from '../xml.ts'
import { childOf, childrenOf, parseXml } from '../xml.ts'
import type { ListedEvent } from './events.ts'
import { failAt } from './lines.ts'

/**
 * Reads a timeline of flight dynamics: XML, a `timeline` of nested `node`s with `event`s, each with `starttime` and `stoptime` (UTC,
 * `2016-011/03:04:05.678`). The nearest node whose id reads `Maneuver - Spacecraft 1` says type and spacecraft (its number); without one the type
 * is the nearest id and the event is of all. An event has no name of its own: type and start are its key. (Structure: nodes as
 * the reader of timelines in irfu-matlab selects them.) Throws `xml/malformed`, `ephemeris/not-this-kind`, `ephemeris/bad-line`.
 */
export function readTimeline(text: string): readonly ListedEvent[] {
  const root = parseXml(text)
  if (root.name.toLowerCase() !== 'timeline')
    failAt('ephemeris/not-this-kind', root.line, `the document is a "${root.name}" where a "timeline" is expected`)
  const events: ListedEvent[] = []
  collect(root, { type: '', spacecraft: '' }, events)
  return events
}

type Owner = Pick<ListedEvent, 'type' | 'spacecraft'>

function collect(element: XmlElement, owner: Owner, events: ListedEvent[]): void {
  for (const event of childrenOf(element, 'event')) events.push(readEvent(event, owner))
  for (const node of childrenOf(element, 'node')) collect(node, ownerOf(node.attributes['id'] ?? '', owner), events)
}

function ownerOf(id: string, above: Owner): Owner {
  const own = /^(.*?)\s*-\s*Spacecraft\s*(\d+)$/i.exec(id.trim())
  if (own !== null) return { type: own[1] ?? '', spacecraft: own[2] ?? '' }
  return above.spacecraft === '' ? { type: id.trim(), spacecraft: '' } : above
}

function readEvent(event: XmlElement, { type, spacecraft }: Owner): ListedEvent {
  const [start, end] = [timeOf(event, 'starttime'), timeOf(event, 'stoptime')]
  if (end < start) failAt('ephemeris/bad-line', event.line, `this ${type} ends before it starts`)
  const key = `${type} ${new Date(start).toISOString()}`
  return { type, name: '', key, spacecraft, start, stop: Math.max(end, start + 1), state: 'planned', reason: '' }
}

function timeOf(event: XmlElement, name: 'starttime' | 'stoptime'): number {
  const text = childOf(event, name)?.text ?? failAt('ephemeris/bad-line', event.line, `an event without ${name}`)
  try {
    return utcMsFromTt2000(parseDoy(text))
  } catch {
    return failAt('ephemeris/bad-line', event.line, `${name} "${text}" is no time: 2016-011/03:04:05.678 is expected`)
  }
}
