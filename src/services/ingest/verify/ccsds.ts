import { open } from 'node:fs/promises'
import type { PacketTime } from '#domain/mission'
import { fail } from '#error'
import { cucToNanoseconds, decodeCuc, describeProblem, walkBatches } from '#formats/ccsds'
import type { Packet, Problem } from '#formats/ccsds'
import { formatUtc, tt2000FromTai1958, tt2000FromUtcMs } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import type { Source } from '#source'
import { tallyTimes } from './packet-times.ts'
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
    const times = tallyTimes()
    const gaps: PacketGap[] = []
    const lastAt = new Map<number, bigint>()
    let pending: Problem | undefined
    const add = (item: Packet | Problem): void => {
      if (item.kind === 'packet') {
        apids[item.apid] = (apids[item.apid] ?? 0) + 1
        count++
        const at = timeOf(item, subject.rules.packetTime)
        if (at !== undefined) {
          times.add(at)
          if (pending?.problem === 'gap' && gaps.length < mostGaps) gaps.push(gapOf(pending, lastAt.get(item.apid), at))
          lastAt.set(item.apid, at)
        }
        pending = undefined
      } else if (item.problem !== 'wrap') {
        troubles++
        if (problems.length < 5) problems.push(describeProblem(item))
        // A gap is told right before the packet behind it.
        pending = item
      }
    }
    for await (const batch of walkBatches(source, subject.rules.packetFraming)) for (const item of batch) add(item)
    if (count === 0) fail('ingest/no-packets', `${size} octets, and no CCSDS packet in them`, { name: subject.name })
    if (troubles > problems.length) problems.push(`and ${troubles - problems.length} more remarks on the packet stream`)
    const [coverage, spans] = [times.coverage(), times.spans()]
    return {
      ...(coverage === undefined ? {} : { coverage }),
      records: count,
      content: { apids, ...(spans === undefined ? {} : { spans }), ...(gaps.length === 0 ? {} : { gaps }) },
      findings: problems,
    }
  } finally {
    await handle.close()
  }
}

/** Where packets of one APID are missing, as a fact of the file; times are those of the packets before and behind. */
interface PacketGap {
  readonly apid: number
  readonly start: string | null
  readonly stop: string
  readonly missing: number
}

/** The rest is in the findings' count: a stream of nothing but gaps must not fill the ledger. */
const mostGaps = 1000

const gapOf = (gap: Problem & { readonly problem: 'gap' }, before: bigint | undefined, at: bigint): PacketGap => ({
  apid: gap.apid,
  start: before === undefined ? null : formatUtc(before as Tt2000, 3),
  stop: formatUtc(at as Tt2000, 3),
  missing: gap.missing,
})

/** TT2000 of a packet by the product's rule; undefined where it carries none. */
function timeOf(packet: Packet, rule: PacketTime | undefined): bigint | undefined {
  if (rule === undefined || !packet.secondaryHeader || packet.bytes.byteLength < rule.octet + rule.coarse + rule.fine) return undefined
  const layout = { coarse: rule.coarse, fine: rule.fine }
  const nanoseconds = cucToNanoseconds(decodeCuc(packet.bytes, rule.octet, layout), layout)
  if (rule.epoch === 'tai-1958') return tt2000FromTai1958(nanoseconds)
  return tt2000FromUtcMs(Date.parse(`${rule.epoch}T00:00:00Z`) + Number(nanoseconds) / 1e6)
}
