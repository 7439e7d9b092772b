import type { Packet, Problem } from '#formats/ccsds'
import { headerSize, isHarmless } from '#formats/ccsds'
import { compileIdentify } from '#formats/xtce'
import { formatTable, say, sayJson } from './cdf-format.ts'
import type { DefinitionFlags, FileFlags } from './packets-open.ts'
import { loadDefinition, walkFile } from './packets-open.ts'

interface ListFlags extends FileFlags, DefinitionFlags {
  readonly json: boolean
}

interface ApidSummary {
  readonly apid: number
  kinds: string[]
  packets: number
  octets: number
  least: number
  most: number
  firstCount: number
  lastCount: number
  missing: number
  gaps: number
  duplicates: number
  disorder: number
}

const newSummary = ({ apid, sequenceCount }: Packet): ApidSummary => ({
  apid,
  kinds: [],
  packets: 0,
  octets: 0,
  least: Infinity,
  most: 0,
  firstCount: sequenceCount,
  lastCount: sequenceCount,
  missing: 0,
  gaps: 0,
  duplicates: 0,
  disorder: 0,
})

function addPacket(summary: ApidSummary, packet: Packet): void {
  const size = headerSize + packet.length
  summary.packets++
  summary.octets += size
  summary.least = Math.min(summary.least, size)
  summary.most = Math.max(summary.most, size)
  summary.lastCount = packet.sequenceCount
}

function addProblem(summary: ApidSummary, problem: Problem): void {
  if (problem.problem === 'gap') {
    summary.gaps++
    summary.missing += problem.missing
  } else if (problem.problem === 'duplicate') summary.duplicates++
  else if (problem.problem === 'out-of-order' || problem.problem === 'repeated-count') summary.disorder++
}

/** `packets ls FILE` */
export async function listPackets(path: string, flags: ListFlags): Promise<void> {
  const compiled = loadDefinition(flags)
  const identify = compiled === undefined ? undefined : compileIdentify(compiled)
  const summaries = new Map<number, ApidSummary>()
  const pending = new Map<number, Problem[]>()
  let strange = 0
  const add = (item: Packet | Problem): void => {
    if (item.kind === 'problem') {
      if ('apid' in item) pending.set(item.apid, [...(pending.get(item.apid) ?? []), item])
      else if (!isHarmless(item)) strange += 'size' in item ? item.size : 0
      return
    }
    const summary = summaries.get(item.apid) ?? newSummary(item)
    summaries.set(item.apid, summary)
    addPacket(summary, item)
    for (const problem of pending.get(item.apid) ?? []) addProblem(summary, problem)
    if (pending.size > 0) pending.delete(item.apid)
    const kind = identify?.(item.bytes)
    if (kind !== undefined && !summary.kinds.includes(kind)) summary.kinds.push(kind)
  }
  for await (const batch of walkFile(path, flags)) for (const item of batch) add(item)
  const list = [...summaries.values()].sort((a, b) => a.apid - b.apid)
  if (flags.json) sayJson({ file: path, apids: list, strangeOctets: strange })
  else for (const line of formatTable(tableOf(list, compiled !== undefined))) say(line)
  if (!flags.json && strange > 0) say(`${strange} octets are no packets: apsis packets stat says where`)
}

function tableOf(list: readonly ApidSummary[], named: boolean): readonly (readonly string[])[] {
  const head = ['APID', 'packets', 'octets', 'size', 'counts', 'gaps', 'missing', 'duplicates', 'disorder', ...(named ? ['kind'] : [])]
  const rows = list.map(one => [
    String(one.apid),
    String(one.packets),
    String(one.octets),
    one.least === one.most ? String(one.least) : `${one.least}-${one.most}`,
    `${one.firstCount}-${one.lastCount}`,
    String(one.gaps),
    String(one.missing),
    String(one.duplicates),
    String(one.disorder),
    ...(named ? [one.kinds.join(', ') || '(not in the definition)'] : []),
  ])
  return [head, ...rows]
}
