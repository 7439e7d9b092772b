import type { Packet, Problem } from '#formats/ccsds'
import { describeProblem, isHarmless } from '#formats/ccsds'
import type { CompiledXtce, ProblemCollector } from '#formats/xtce'
import { collectProblems, decodePacket, describeDecodeProblem } from '#formats/xtce'
import { fail } from '#error'
import { say, sayJson } from './cdf-format.ts'
import type { DefinitionFlags, FileFlags } from './packets-open.ts'
import { loadDefinition, needDefinition, walkFile } from './packets-open.ts'

interface StatFlags extends FileFlags, DefinitionFlags {
  readonly time?: string
  readonly most: number
  readonly json: boolean
}

interface TimeStep {
  readonly apid: number
  readonly offset: number
  readonly from: number
  readonly step: number
}

interface Statistics {
  packets: number
  octets: number
  readonly problems: Map<string, { count: number; readonly first: Problem[] }>
  /** What decoding says, once per kind of packet and problem. */
  readonly decoding: ProblemCollector
  readonly steps: TimeStep[]
}

function addDecoding(
  statistics: Statistics,
  compiled: CompiledXtce,
  packet: Packet,
  time: string | undefined,
  last: Map<number, number>,
): void {
  const { problems, engineering } = decodePacket(compiled, packet.bytes)
  for (const problem of problems) statistics.decoding.add(statistics.packets - 1, problem)
  const value = time === undefined ? undefined : engineering[time]
  if (typeof value !== 'number') return
  const before = last.get(packet.apid)
  if (before !== undefined) statistics.steps.push({ apid: packet.apid, offset: packet.offset, from: before, step: value - before })
  last.set(packet.apid, value)
}

/** Steps that are no usual ones: above one and a half medians of their APID, or backwards. */
function strangeSteps(steps: readonly TimeStep[]): readonly TimeStep[] {
  const byApid = Map.groupBy(steps, step => step.apid)
  return [...byApid.values()].flatMap(list => {
    const sorted = list
      .map(({ step }) => step)
      .filter(step => step > 0)
      .sort((a, b) => a - b)
    const median = sorted[sorted.length >> 1] ?? Infinity
    return list.filter(({ step }) => step < 0 || step > 1.5 * median)
  })
}

/** `packets stat FILE` */
export async function tellStatistics(path: string, flags: StatFlags): Promise<void> {
  const compiled = flags.time === undefined ? loadDefinition(flags) : needDefinition(flags, 'a gap in time')
  if (flags.time !== undefined && compiled?.definition.parameters.has(flags.time) !== true) {
    fail('cli/unknown-parameter', `the definition has no parameter ${flags.time}`, { parameter: flags.time })
  }
  const statistics: Statistics = { packets: 0, octets: 0, problems: new Map(), decoding: collectProblems(), steps: [] }
  const last = new Map<number, number>()
  for await (const item of walkFile(path, flags)) {
    if (item.kind === 'packet') {
      statistics.packets++
      statistics.octets += item.bytes.byteLength
      if (compiled !== undefined) addDecoding(statistics, compiled, item, flags.time, last)
    } else {
      const kind = statistics.problems.get(item.problem) ?? { count: 0, first: [] }
      kind.count++
      if (kind.first.length < flags.most) kind.first.push(item)
      statistics.problems.set(item.problem, kind)
    }
  }
  const steps = strangeSteps(statistics.steps)
  if (flags.json) {
    const problems = Object.fromEntries(statistics.problems)
    sayJson({
      file: path,
      packets: statistics.packets,
      octets: statistics.octets,
      problems,
      decoding: statistics.decoding.groups(),
      timeSteps: steps,
    })
  } else tell(path, statistics, steps, flags)
}

function tell(path: string, statistics: Statistics, steps: readonly TimeStep[], flags: StatFlags): void {
  say(`${path}: ${statistics.packets} packets, ${statistics.octets} octets`)
  for (const [kind, { count, first }] of statistics.problems) {
    say(`${kind}: ${count}${first[0] !== undefined && isHarmless(first[0]) ? ' (harmless)' : ''}`)
    for (const problem of first) say(`  ${describeProblem(problem)}`)
    if (count > first.length) say(`  and ${count - first.length} more`)
  }
  const decoding = statistics.decoding.groups()
  for (const { problem, packets } of decoding) say(`${describeDecodeProblem(problem)} (${packets} packets)`)
  if (flags.time !== undefined) say(`steps of ${flags.time} that are no usual ones: ${steps.length}`)
  for (const { apid, offset, from, step } of steps.slice(0, flags.most)) say(`  octet ${offset}, APID ${apid}: ${step} behind ${from}`)
  if (statistics.problems.size === 0 && decoding.length === 0 && steps.length === 0) say('nothing remarkable')
}
