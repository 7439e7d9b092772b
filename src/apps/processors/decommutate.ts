import { readFileSync } from 'node:fs'
import { writeCdfFile } from '#doors/cdf-node'
import { globalAttributes, labels, series, support, timeAxis } from '#doors/istp'
import { inputsOf, missionFile, noData, report, runProgram, type JobFile, placeOf } from '#doors/job'
import type { DatasetVariable } from '#formats/cdf'
import { formatUtc, interval, parseUtc, tt2000, type Interval } from '#formats/time'
import { compileXtce, decodePacket, parseXtce, type CompiledXtce } from '#formats/xtce'
import { fail } from '#error'
import { buildColumns, type Columns, type PacketValues } from './decom-columns.ts'
import { makeCounts, mergePackets, soundPackets, type PacketCounts, type TimedPacket } from './decom-packets.ts'
import { readPlan, type DecomPlan, type StreamPlan, type TimePlan } from './decom-plan.ts'

type StreamPackets = Map<StreamPlan, TimedPacket<PacketValues>[]>

/**
 * Telemetry to a CDF of one partition: packets of all contact files of the job, each once and in order of time, named by the
 * definition (`packets`) and spread over variables as the plan (`plan`) says.
 */
export async function decommutate(job: JobFile): Promise<void> {
  const output = job.outputs[0] ?? fail('job/no-output', `job ${job.job} names no output`)
  const plan = readPlan(missionFile(job, 'plan'), job.spacecraft, output.fields['mode'])
  const compiled = compileXtce(parseXtce(readFileSync(missionFile(job, 'packets'), 'utf8')))
  checkPlan(plan, compiled)
  const partition = interval(parseUtc(job.partition.start), parseUtc(job.partition.stop))
  const counts = makeCounts()
  const found = collectPackets(job, plan, compiled, counts)
  const streams = plan.streams.map(stream => ({ stream, columns: buildStream(stream, found, partition, counts) }))
  const samples = streams.reduce((sum, { columns }) => sum + columns.time.length, 0)
  report({ program: 'decommutate', samples, ...counts })
  if (samples === 0) noData(`no packet of ${job.partition.start} to ${job.partition.stop} is in ${job.inputs.length} telemetry files`)
  const attributes = globalAttributes(job, output, {
    descriptor: plan.descriptor,
    source: plan.source,
    timeResolution: plan.timeResolution,
    mods: plan.mods,
    more: { Packet_statistics: Object.entries(counts).map(([what, n]) => `${what}=${n}`) },
  })
  await writeCdfFile(placeOf(output), { attributes, variables: streams.flatMap(({ stream, columns }) => describeStream(stream, columns)) })
}

/** A plan that asks for what the definition does not have would find nothing, silently: say so instead. */
function checkPlan(plan: DecomPlan, { plans, definition }: CompiledXtce): void {
  for (const { container, time, variables } of plan.streams) {
    if (!plans.has(container)) fail('decom/plan', `the definition ${definition.name} has no container ${container}`, { container })
    const asked = [
      time.seconds,
      ...(time.subseconds === undefined ? [] : [time.subseconds]),
      ...variables.map(({ parameter }) => parameter),
    ]
    const stranger = asked.find(parameter => !definition.parameters.has(parameter))
    if (stranger !== undefined)
      fail('decom/plan', `the definition ${definition.name} has no parameter ${stranger}`, { container, stranger })
  }
}

function collectPackets(job: JobFile, plan: DecomPlan, compiled: CompiledXtce, counts: PacketCounts): StreamPackets {
  const found: StreamPackets = new Map(plan.streams.map(stream => [stream, []]))
  const wanted = plan.streams.some(({ apid }) => apid === undefined) ? undefined : new Set(plan.streams.map(({ apid }) => apid))
  for (const input of inputsOf(job, 'telemetry')) {
    for (const packet of soundPackets(readFileSync(input.path), plan.errorControl, counts)) {
      if (wanted !== undefined && !wanted.has(packet.apid)) continue
      const decoded = decodePacket(compiled, packet.bytes)
      const stream = plan.streams.find(({ container }) => container === decoded.container)
      if (stream === undefined) continue
      if (decoded.problems.some(({ problem }) => problem === 'short' || problem === 'bad-size')) counts.bad++
      else found.get(stream)?.push({ time: timeOf(stream.time, decoded), packet, values: decoded })
    }
  }
  return found
}

function timeOf(plan: TimePlan, values: PacketValues): bigint {
  const seconds = values.raw[plan.seconds]
  const parts = plan.subseconds === undefined ? 0 : values.raw[plan.subseconds]
  if (seconds === undefined || parts === undefined)
    fail('decom/plan', `the packet has no parameter ${seconds === undefined ? plan.seconds : plan.subseconds} for its time`)
  return plan.epoch + BigInt(Number(seconds)) * 1_000_000_000n + BigInt(Math.round((Number(parts) / plan.perSecond) * 1e9))
}

function buildStream(stream: StreamPlan, found: StreamPackets, partition: Interval, counts: PacketCounts): Columns {
  const columns = buildColumns(stream, mergePackets(found.get(stream) ?? [], counts), partition, counts)
  const [first, last] = [columns.time[0], columns.time.at(-1)]
  if (first !== undefined && last !== undefined)
    report({ stream: stream.container, samples: columns.time.length, from: formatUtc(tt2000(first), 3), to: formatUtc(tt2000(last), 3) })
  return columns
}

function describeStream(stream: StreamPlan, { time, variables }: Columns): DatasetVariable[] {
  const axis = timeAxis(stream.epoch, time, stream.about)
  const described = variables.flatMap(({ plan, values }) => {
    const build = plan.kind === 'data' ? series : support
    const variable = build({
      name: plan.name,
      type: plan.type,
      values,
      ...(plan.dims.length === 0 ? {} : { dims: plan.dims }),
      about: plan.about,
      units: plan.units,
      valid: plan.valid,
      time: stream.epoch,
      ...(plan.notes === undefined ? {} : { notes: plan.notes }),
      ...(plan.labels === undefined ? { label: plan.label ?? plan.parameter.slice(0, 20) } : { more: { LABL_PTR_1: plan.labels.name } }),
    })
    return plan.labels === undefined ? [variable] : [variable, labels(plan.labels.name, plan.labels.values, `Labels of ${plan.name}`)]
  })
  return [axis, ...described]
}

export default decommutate
if (import.meta.main) await runProgram(decommutate)
