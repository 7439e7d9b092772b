import type { Packet, Problem } from '#formats/ccsds'
import { describeProblem, headerSize, isHarmless } from '#formats/ccsds'
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

/** Steps of one APID that are equal in four digits: so that memory does not grow with the file. */
interface StepGroup {
  readonly step: number
  count: number
  readonly first: TimeStep[]
}

interface Statistics {
  packets: number
  octets: number
  readonly problems: Map<string, { count: number; readonly first: Problem[] }>
  /** What decoding says, once per kind of packet and problem. */
  readonly decoding: ProblemCollector
  readonly steps: Map<string, StepGroup>
}

function addDecoding(
  statistics: Statistics,
  compiled: CompiledXtce,
  packet: Packet,
  { time, most }: StatFlags,
  last: Map<number, number>,
): void {
  const { problems, engineering } = decodePacket(compiled, packet.bytes)
  for (const problem of problems) statistics.decoding.add(statistics.packets - 1, problem)
  const value = time === undefined ? undefined : engineering[time]
  if (typeof value !== 'number') return
  const before = last.get(packet.apid)
  if (before !== undefined)
    addStep(statistics.steps, { apid: packet.apid, offset: packet.offset, from: before, step: value - before }, most)
  last.set(packet.apid, value)
}

function addStep(groups: Map<string, StepGroup>, step: TimeStep, most: number): void {
  const key = `${step.apid} ${step.step.toPrecision(4)}`
  const group = groups.get(key) ?? { step: step.step, count: 0, first: [] }
  groups.set(key, group)
  group.count++
  if (group.first.length < most) group.first.push(step)
}

/** Steps that are no usual ones: above one and a half medians of their APID, or backwards. */
function strangeSteps(groups: Iterable<StepGroup>): { readonly count: number; readonly first: readonly TimeStep[] } {
  const byApid = Map.groupBy(groups, group => group.first[0]?.apid)
  const strange = [...byApid.values()].flatMap(list => {
    const median = medianOf(list.filter(({ step }) => step > 0))
    return list.filter(({ step }) => step < 0 || step > 1.5 * median)
  })
  return {
    count: strange.reduce((sum, { count }) => sum + count, 0),
    first: strange.flatMap(({ first }) => first).sort((a, b) => a.offset - b.offset),
  }
}

function medianOf(groups: readonly StepGroup[]): number {
  const half = groups.reduce((sum, { count }) => sum + count, 0) / 2
  let seen = 0
  return groups.toSorted((a, b) => a.step - b.step).find(({ count }) => (seen += count) > half)?.step ?? Infinity
}

/** `packets stat FILE` */
export async function tellStatistics(path: string, flags: StatFlags): Promise<void> {
  const compiled = flags.time === undefined ? loadDefinition(flags) : needDefinition(flags, 'a gap in time')
  if (flags.time !== undefined && compiled?.definition.parameters.has(flags.time) !== true) {
    fail('cli/unknown-parameter', `the definition has no parameter ${flags.time}`, { parameter: flags.time })
  }
  const statistics: Statistics = { packets: 0, octets: 0, problems: new Map(), decoding: collectProblems(), steps: new Map() }
  const last = new Map<number, number>()
  const add = (item: Packet | Problem): void => {
    if (item.kind === 'packet') {
      statistics.packets++
      statistics.octets += headerSize + item.length
      if (compiled !== undefined) addDecoding(statistics, compiled, item, flags, last)
      return
    }
    const kind = statistics.problems.get(item.problem) ?? { count: 0, first: [] }
    kind.count++
    if (kind.first.length < flags.most) kind.first.push(item)
    statistics.problems.set(item.problem, kind)
  }
  for await (const batch of walkFile(path, flags)) for (const item of batch) add(item)
  const steps = strangeSteps(statistics.steps.values())
  if (flags.json) {
    const problems = Object.fromEntries(statistics.problems)
    sayJson({
      file: path,
      packets: statistics.packets,
      octets: statistics.octets,
      problems,
      decoding: statistics.decoding.groups(),
      timeSteps: { count: steps.count, first: steps.first.slice(0, flags.most) },
    })
  } else tell(path, statistics, steps, flags)
}

function tell(path: string, statistics: Statistics, steps: ReturnType<typeof strangeSteps>, flags: StatFlags): void {
  say(`${path}: ${statistics.packets} packets, ${statistics.octets} octets`)
  for (const [kind, { count, first }] of statistics.problems) {
    say(`${kind}: ${count}${first[0] !== undefined && isHarmless(first[0]) ? ' (harmless)' : ''}`)
    for (const problem of first) say(`  ${describeProblem(problem)}`)
    if (count > first.length) say(`  and ${count - first.length} more`)
  }
  const decoding = statistics.decoding.groups()
  for (const { problem, packets } of decoding) say(`${describeDecodeProblem(problem)} (${packets} packets)`)
  if (flags.time !== undefined) say(`steps of ${flags.time} that are no usual ones: ${steps.count}`)
  for (const { apid, offset, from, step } of steps.first.slice(0, flags.most))
    say(`  octet ${offset}, APID ${apid}: ${step} behind ${from}`)
  if (statistics.problems.size === 0 && decoding.length === 0 && steps.count === 0) say('nothing remarkable')
}
