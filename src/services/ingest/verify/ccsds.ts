import { open } from 'node:fs/promises'
import type { PacketTime } from '#domain/mission'
import { fail } from '#error'
import { cucToNanoseconds, decodeCuc, describeProblem, walkSource } from '#formats/ccsds'
import type { Packet } from '#formats/ccsds'
import { tt2000FromTai1958, tt2000FromUtcMs } from '#formats/time'
import type { Source } from '#source'
import type { Subject, Verified } from './verified.ts'

/** Packets are counted by APID; gaps, disorder and garbage become findings: telemetry is kept however it came down. */
export async function verifyCcsds(subject: Subject): Promise<Verified> {
  const handle = await open(subject.path)
  try {
    const { size } = await handle.stat()
    if (size === 0) fail('ingest/empty', 'the file is empty', { name: subject.name })
    const source: Source = {
      size,
      read: async (start, end) => {
        const bytes = new Uint8Array(end - start)
        await handle.read(bytes, 0, end - start, start)
        return bytes
      },
    }
    const apids: Record<string, number> = {}
    const problems: string[] = []
    let count = 0
    let troubles = 0
    let [start, stop]: [bigint | undefined, bigint | undefined] = [undefined, undefined]
    for await (const item of walkSource(source)) {
      if (item.kind === 'packet') {
        apids[item.apid] = (apids[item.apid] ?? 0) + 1
        count++
        const at = timeOf(item, subject.product.packetTime)
        if (at !== undefined && (start === undefined || at < start)) start = at
        if (at !== undefined && (stop === undefined || at > stop)) stop = at
      } else if (item.problem !== 'wrap') {
        troubles++
        if (problems.length < 5) problems.push(describeProblem(item))
      }
    }
    if (count === 0) fail('ingest/no-packets', `${size} octets, and no CCSDS packet in them`, { name: subject.name })
    if (troubles > problems.length) problems.push(`and ${troubles - problems.length} more remarks on the packet stream`)
    const coverage = start === undefined || stop === undefined ? {} : { coverage: { start, stop } }
    return { ...coverage, records: count, content: { apids }, findings: problems }
  } finally {
    await handle.close()
  }
}

/** TT2000 of a packet by the product's rule; undefined where it carries none. */
function timeOf(packet: Packet, rule: PacketTime | undefined): bigint | undefined {
  if (rule === undefined || !packet.secondaryHeader || packet.bytes.byteLength < rule.octet + rule.coarse + rule.fine) return undefined
  const layout = { coarse: rule.coarse, fine: rule.fine }
  const nanoseconds = cucToNanoseconds(decodeCuc(packet.bytes, rule.octet, layout), layout)
  if (rule.epoch === 'tai-1958') return tt2000FromTai1958(nanoseconds)
  return tt2000FromUtcMs(Date.parse(`${rule.epoch}T00:00:00Z`) + Number(nanoseconds) / 1e6)
}
