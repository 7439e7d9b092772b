import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseSimulation, planDeliveries, renderFile } from '#domain/sim'
import type { PlannedFile } from '#domain/sim'
import { buildPacket } from '#formats/ccsds'
import { tt2000FromUtcMs, utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { contactsOf } from '#services/catalog'
import { missionFolder, openInstallation } from '#test/installation'
import type { Installation } from '#test/installation'
import { simulatedFlight, simulationYaml } from '#test/simulation'
import type { IngestOutcome } from './index.ts'
import { verifyCcsds } from './verify/ccsds.ts'
import { verifyEvents } from './verify/mission-events.ts'
import { verifyPng, verifyText } from './verify/plain.ts'
import type { Subject } from './verify/verified.ts'

let home: Installation
const end = Date.UTC(2026, 10, 23)
const flight = simulatedFlight(7)
const files = planDeliveries(parseSimulation(simulationYaml('simulation.yaml')), {
  end: tt2000FromUtcMs(end),
  hours: 2,
  contacts: 1,
}).flatMap(d => d.files)

beforeAll(async () => {
  home = await openInstallation(missionFolder('mms'), { now: end })
})
afterAll(() => home.close())

const rowOf = (name: string) => home.db.selectFrom('file').selectAll().where('name', '=', name).executeTakeFirst()
const ofKind = (kind: string): PlannedFile => {
  const found = files.find(f => f.kind === kind)
  if (found === undefined) throw new Error(`the plan has no ${kind}: ${[...new Set(files.map(f => f.kind))].join(', ')}`)
  return found
}
const kinds = [...new Set(files.map(f => f.kind))]

const taken = new Map<string, Promise<IngestOutcome>>()
/** Takes one file of a kind in, once for all tests. */
function take(kind: string): Promise<IngestOutcome> {
  const known = taken.get(kind) ?? home.deliver(ofKind(kind).name, renderFile(flight, ofKind(kind)))
  taken.set(kind, known)
  return known
}

describe('what a simulated mission sends', () => {
  test.each(kinds)('a file of kind %s is taken for what it is', async kind => {
    const outcome = await take(kind)
    expect(outcome).toMatchObject({ outcome: 'stored', findings: [] })
    const row = outcome.outcome === 'stored' ? await rowOf(outcome.name) : undefined
    expect(row?.records).toBeGreaterThan(0)
    if (row?.coverage_start === null || row?.coverage_stop === null || row === undefined) return
    const [first, last] = [row.coverage_start, row.coverage_stop].map(t => utcMsFromTt2000(BigInt(t) as Tt2000))
    expect(first).toBeLessThanOrEqual(last ?? 0)
    expect(end - (last ?? 0)).toBeLessThan(5 * 86_400_000)
  })

  test('a report of contacts fills the table of contacts', async () => {
    await take('contacts')
    const told = await contactsOf(home.db, 'mms', undefined)
    expect(told.length).toBeGreaterThan(0)
    expect(told.every(c => c.data.start < c.data.stop && c.span.start < c.span.stop)).toBe(true)
  })

  test('telemetry with holes and noise is kept, and says what is wrong with it', async () => {
    const file = ofKind('telemetry')
    const whole = renderFile(flight, file)
    const other = files.find(f => f.kind === file.kind && f.craft !== file.craft)
    const cut = whole.slice(0, Math.min(whole.length, 200_000)).filter((_, i) => i < 50_000 || i > 60_000)
    const outcome = await home.deliver(other?.name ?? file.name, cut)
    expect(outcome.outcome).toBe('stored')
    const findings = outcome.outcome === 'stored' ? outcome.findings : []
    expect(findings.length).toBeGreaterThan(0)
    expect(findings.length).toBeLessThanOrEqual(6)
  })

  test.each([
    ['nothing', new Uint8Array(), 'ingest/empty', 'the file is empty'],
    ['no packet', new Uint8Array(3), 'ingest/no-packets', '3 octets, and no CCSDS packet in them'],
  ])('telemetry with %s is refused', async (_what, bytes, code, reason) => {
    const name = ofKind('telemetry').name.replace(/_v\d+\.\d+\.\d+/, '_v0.0.77')
    const outcome = await home.deliver(name, bytes)
    expect(outcome).toMatchObject({ outcome: 'quarantined', code, reason })
  })
})

describe('packets', () => {
  const subject = async (bytes: Uint8Array, more: Partial<Subject['rules']>): Promise<Subject> => {
    const path = join(home.folder, 'packets')
    await writeFile(path, bytes)
    const rules = { ...(home.mission.products.find(p => p.format === 'ccsds') as Subject['rules']), ...more }
    return { path, sha256: '', name: 'packets', dataset: 'd', versionText: '1', rules, spacecraft: [], folder: home.folder }
  }
  const at = (sequenceCount: number, seconds: number, apid = 5): Uint8Array => {
    const data = new Uint8Array(8)
    new DataView(data.buffer).setUint32(0, seconds)
    return buildPacket({ apid, sequenceCount, secondaryHeader: true }, data)
  }
  const packetTime = { octet: 6, coarse: 4, fine: 0, epoch: '2010-01-01' }
  const day = 86_400

  test('of a clock that was set late: the stretches that there are, and what is missing between', async () => {
    const stream = Buffer.concat([at(0, 0), at(1, 10), at(2, 5000 * day), at(3, 5000 * day + 10), at(7, 5000 * day + 50)])
    const verified = await verifyCcsds(await subject(stream, { packetTime }))
    const start = Date.UTC(2010, 0, 1)
    expect(verified.content).toEqual({
      apids: { 5: 5 },
      spans: [
        [start, start + 10_001],
        [start + 5000 * day * 1000, start + (5000 * day + 50) * 1000 + 1],
      ],
      gaps: [{ apid: 5, start: '2023-09-10T00:00:10.000Z', stop: '2023-09-10T00:00:50.000Z', missing: 3 }],
    })
  })

  test('behind ground headers, as the product says', async () => {
    const stream = Buffer.concat([0, 1, 2].flatMap(count => [Buffer.from('\u00ff\u00ff\u00ff', 'latin1'), at(count, day)]))
    const packetFraming = { prefix: 3, suffix: 0, fileHeader: 0, version: 0 }
    expect(await verifyCcsds(await subject(stream, { packetFraming }))).toMatchObject({ records: 3, findings: [] })
    expect((await verifyCcsds(await subject(stream, {}))).findings.length).toBeGreaterThan(0)
  })
})

describe('a timeline of flight dynamics', () => {
  test('names spacecraft by number; types without a meaning here are counted', async () => {
    const path = join(home.folder, 'timeline')
    const event = '<event><starttime>2016-020/03:00:00</starttime><stoptime>2016-020/03:10:00</stoptime></event>'
    const nodes = ['Maneuver - Spacecraft 1', 'Maneuver - Spacecraft 9', 'Contact - Spacecraft 1', 'Contact - Spacecraft 1']
    await writeFile(path, `<timeline>${nodes.map(id => `<node id="${id}">${event}</node>`).join('')}</timeline>`)
    const rules = { ...(home.mission.products[0] as Subject['rules']), events: { Maneuver: { kind: 'region', name: 'burn' } as const } }
    const [{ id, number }] = home.mission.spacecraft as [(typeof home.mission.spacecraft)[number]]
    expect(number).toBe(1)
    const subject = {
      path,
      sha256: '',
      name: 't.xml',
      dataset: 'd',
      versionText: '1',
      rules,
      spacecraft: home.mission.spacecraft,
      folder: '',
    }
    const verified = await verifyEvents(subject)
    expect(verified.events).toMatchObject([
      { kind: 'region', name: 'burn', spacecraft: id, start: Date.UTC(2016, 0, 20, 3), state: 'planned' },
      { kind: 'region', name: 'burn', spacecraft: '9' },
    ])
    expect(verified).toMatchObject({ records: 4, findings: ['2 events of type Contact are not used: nothing here is planned by them'] })
  })
})

describe('plain files', () => {
  const subject = async (bytes: Uint8Array): Promise<Subject> => {
    const path = join(home.folder, 'plain')
    await writeFile(path, bytes)
    return {
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      name: 'plain',
      dataset: 'd',
      versionText: '1',
      rules: home.mission.products[0] as Subject['rules'],
      spacecraft: home.mission.spacecraft,
      folder: home.folder,
    }
  }
  const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 4, 0, 0, 0, 3, 0])

  test('a picture by its signature and size', async () => {
    expect(await verifyPng(await subject(png))).toMatchObject({ content: { width: 1024, height: 768 }, findings: [] })
    await expect(verifyPng(await subject(png.slice(0, 20)))).rejects.toMatchObject({ code: 'ingest/not-png' })
    await expect(verifyPng(await subject(png.with(0, 0x88)))).rejects.toMatchObject({ code: 'ingest/not-png' })
  })

  test('a text by its lines', async () => {
    expect(await verifyText(await subject(Buffer.from('a\nb\n')))).toMatchObject({ records: 2, content: { lines: 2 }, findings: [] })
    await expect(verifyText(await subject(Buffer.from('')))).rejects.toMatchObject({ code: 'ingest/empty' })
    await expect(verifyText(await subject(Buffer.from('a\0')))).rejects.toMatchObject({ code: 'ingest/not-text' })
  })

  test('science in a text is what its declared lines leave', async () => {
    const scienceOf = async (text: string, lines: readonly string[]): Promise<string | undefined> => {
      const one = await subject(Buffer.from(text))
      return (await verifyText({ ...one, rules: { ...one.rules, format: 'text', provenance: { attributes: [], lines } } })).science
    }
    const [old, now] = ['# made 2026-11-22\n1\n', '# made 2026-11-23\n1\n']
    expect(await scienceOf(now, ['^# made'])).toBe(await scienceOf(old, ['^# made']))
    expect(await scienceOf(now, [])).not.toBe(await scienceOf(old, []))
  })

  test('science in a picture is its samples, not its texts', async () => {
    const chunk = (type: string, data: string): Buffer => {
      const body = Buffer.from(`0000${type}${data}0000`, 'latin1')
      body.writeUInt32BE(data.length, 0)
      return body
    }
    const picture = (text: string, samples: string): Buffer =>
      Buffer.concat([png.slice(0, 8), chunk('IHDR', '0123456789abc'), chunk('tEXt', text), chunk('IDAT', samples)])
    const scienceOf = async (bytes: Buffer): Promise<string | undefined> => (await verifyPng(await subject(bytes))).science
    expect(await scienceOf(picture('made today', 'xyz'))).toBe(await scienceOf(picture('made yesterday', 'xyz')))
    expect(await scienceOf(picture('made today', 'xyz'))).not.toBe(await scienceOf(picture('made today', 'xyy')))
  })
})
