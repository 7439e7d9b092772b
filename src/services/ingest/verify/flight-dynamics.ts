import { readFile } from 'node:fs/promises'
import { fail } from '#error'
import { readContacts, readDefatt, readDefeph } from '#formats/ephemeris'
import { utcMsFromTt2000 } from '#formats/time'
import { scienceOfText } from './science.ts'
import type { Subject, Verified } from './verified.ts'

const edges = (time: BigInt64Array | readonly bigint[], name: string): { start: bigint; stop: bigint } => {
  const [start, stop] = [time[0], time[time.length - 1]]
  return start === undefined || stop === undefined ? fail('ingest/empty', 'the file has no records', { name }) : { start, stop }
}

export async function verifyDefeph(subject: Subject): Promise<Verified> {
  const text = await readFile(subject.path, 'latin1')
  const orbit = readDefeph(text)
  const science = scienceOfText(text, subject.rules)
  return { coverage: edges(orbit.time, subject.name), records: orbit.time.length, science, content: {}, findings: [] }
}

export async function verifyDefatt(subject: Subject): Promise<Verified> {
  const text = await readFile(subject.path, 'latin1')
  const attitude = readDefatt(text)
  const science = scienceOfText(text, subject.rules)
  return { coverage: edges(attitude.time, subject.name), records: attitude.time.length, science, content: {}, findings: [] }
}

export async function verifyContacts(subject: Subject): Promise<Verified> {
  const text = await readFile(subject.path, 'utf8')
  const report = readContacts(text)
  const contacts = report.contacts.map(c => ({
    kind: 'contact' as const,
    key: c.id,
    name: '',
    spacecraft: c.spacecraft,
    start: utcMsFromTt2000(c.start),
    stop: utcMsFromTt2000(c.stop),
    data: { start: utcMsFromTt2000(c.dataFrom), stop: utcMsFromTt2000(c.dataTo) },
    state: c.state,
    reason: c.reason === '' ? undefined : c.reason,
  }))
  return {
    records: contacts.length,
    science: scienceOfText(text, subject.rules),
    content: { contacts: contacts.length },
    findings: [],
    events: contacts,
  }
}
