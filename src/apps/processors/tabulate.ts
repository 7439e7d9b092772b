import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { writeCdfFile } from '#doors/cdf-node'
import { clockOf } from '#doors/clock'
import { globalAttributes, timeAxis } from '#doors/istp'
import { missionFile, noData, report, runProgram, type JobFile, type JobOutput, placeOf } from '#doors/job'
import { fail } from '#error'
import type { Packet } from '#formats/ccsds'
import { formatUtc, interval, parseUtc, tt2000, type SpacecraftClock } from '#formats/time'
import {
  applyCalibrations,
  compileIdentify,
  compileXtce,
  decodeColumns,
  decodePacket,
  describeDecodeProblem,
  parseXtce,
  readCalibrationTable,
  type CompiledXtce,
  type PacketTable,
} from '#formats/xtce'
import {
  describeGap,
  findGaps,
  makeRowCounts,
  mergeRows,
  readRows,
  riseStrictly,
  type Gap,
  type Row,
  type RowCounts,
  type TimeOf,
} from './packet-rows.ts'
import { readOptions, type TabulateOptions } from './tabulate-options.ts'
import { describeColumns, variableName } from './tabulate-variables.ts'

/**
 * Every parameter of one kind of packet against time: the rows of a partition out of all deliveries, each packet once and in
 * order of time, as raw values (output role `raw`) and as engineering values (`engineering`), each a CDF of its own.
 */
async function tabulate(job: JobFile): Promise<void> {
  const options = readOptions(job)
  const compiled = loadPackets(job, options)
  const partition = interval(parseUtc(job.partition.start), parseUtc(job.partition.stop))
  const counts = makeRowCounts()
  const timeOf = compileTime(compiled, options, clockOf(job))
  const { prefix, suffix, 'file-header': fileHeader, 'error-control': errorControl } = options.framing
  const found: Row[] = []
  for (const { path } of job.inputs)
    for (const row of await readRows(path, { prefix, suffix, fileHeader, errorControl }, timeOf, partition, counts)) found.push(row)
  const rows = mergeRows(found, counts)
  const gaps = findGaps(rows)
  report({ program: 'tabulate', container: options.container, rows: rows.length, gaps: gaps.length, ...counts })
  if (rows.length === 0) explainNone(job, options, counts)
  const table = decodeColumns(compiled, options.container, rows)
  for (const output of job.outputs) await writeTable(job, output, options, { rows, gaps, table, counts })
}

function explainNone(job: JobFile, { container }: TabulateOptions, { packets, bad }: RowCounts): never {
  const day = `${job.partition.start} to ${job.partition.stop}`
  const none =
    packets === 0 ? `no packet of ${container}` : `none of ${packets} packets of ${container} (${bad} of them damaged) is of ${day}`
  return noData(packets === 0 ? `${none} is in ${job.inputs.length} deliveries with data of ${day}` : none)
}

function loadPackets(job: JobFile, options: TabulateOptions): CompiledXtce {
  const parsed = parseXtce(readFileSync(missionFile(job, 'packets'), 'utf8'), {
    integerWords: options['integer-words'],
    sizeTags: options['size-tags'],
  })
  const { calibrations, container } = options
  const compiled = compileXtce(calibrations === undefined ? parsed : calibrate(job, parsed, calibrations), { withoutUnsupported: true })
  const left = compiled.left.find(one => one.container === container)
  if (left !== undefined) fail('tabulate/unsupported', `${container} cannot be decoded: ${left.reason} is not supported`, { container })
  if (!compiled.plans.has(container)) fail('tabulate/options', `the definition ${parsed.name} has no container ${container}`, { container })
  const known = new Set(compiled.plans.get(container)!.fields.map(field => field.name))
  const { seconds, subseconds = seconds } = options.time
  const stranger = [seconds, subseconds, ...options['leave-out'], ...Object.keys(options.shapes)].find(name => !known.has(name))
  if (stranger !== undefined) fail('tabulate/options', `${container} has no parameter ${stranger}`, { container, stranger })
  return compiled
}

/** Tables name a packet and its parameters in letters of any case. */
function calibrate(job: JobFile, parsed: ReturnType<typeof parseXtce>, { table, packet }: NonNullable<TabulateOptions['calibrations']>) {
  const path = isAbsolute(table) ? table : join(job.missionFolder, table)
  const keys = new Map([...parsed.parameters.keys()].map(key => [variableName(key).toUpperCase(), key]))
  const keyOf = (name: string): string => keys.get(name.toUpperCase()) ?? name
  return applyCalibrations(parsed, readCalibrationTable(readFileSync(path, 'utf8')), row =>
    row.packet === packet ? keyOf(row.parameter) : undefined,
  )
}

function compileTime(compiled: CompiledXtce, { container, time }: TabulateOptions, clock: SpacecraftClock): TimeOf {
  const identify = compileIdentify(compiled)
  return ({ bytes }: Packet) => {
    if (identify(bytes) !== container) return undefined
    const { raw, problems } = decodePacket(compiled, bytes, { container })
    if (problems.some(({ problem }) => problem === 'short' || problem === 'bad-size')) return 'bad'
    const parts = time.subseconds === undefined ? 0 : Number(raw[time.subseconds]) / time['per-second']
    return clock(raw[time.seconds] as number | bigint, parts)
  }
}

interface Content {
  readonly rows: readonly Row[]
  readonly gaps: readonly Gap[]
  readonly table: PacketTable
  readonly counts: RowCounts
}

async function writeTable(job: JobFile, output: JobOutput, options: TabulateOptions, content: Content): Promise<void> {
  const side = output.role === 'raw' || output.role === 'engineering' ? output.role : undefined
  if (side === undefined)
    return fail('job/no-output', `tabulate writes outputs of the roles raw and engineering, not ${output.role}`, { role: output.role })
  const { rows, gaps, table, counts } = content
  const left = new Set(options['leave-out'])
  const columns = [...table.columns.values()].filter(({ name }) => !left.has(name))
  const { seconds, subseconds = seconds } = options.time
  const header = columns.slice(0, headerFields).map(({ name }) => name)
  const variables = describeColumns(columns, {
    side,
    container: options.container,
    shapes: options.shapes,
    support: new Set([...header, seconds, subseconds]),
  })
  const attributes = globalAttributes(job, output, {
    descriptor: options.descriptor,
    ...(options.source === undefined ? {} : { source: options.source }),
    timeResolution: 'one record per packet',
    mods: [`${side === 'raw' ? 'Raw' : 'Engineering'} values, packets once each and in order of time.`],
    more: {
      Packet_statistics: Object.entries({ rows: rows.length, ...counts }).map(([what, n]) => `${what}=${n}`),
      Packet_remarks: table.problems.map(({ problem, packets }) => `${describeDecodeProblem(problem)} (${packets} packets)`),
      Data_gaps: gaps.map(describeGap),
    },
  })
  const axis = timeAxis('Epoch', riseStrictly(rows), 'Time of the packet, TT2000; packets that share one are a nanosecond apart')
  await writeCdfFile(placeOf(output), { attributes, variables: [axis, ...variables] })
  report({
    output: output.name,
    variables: variables.length,
    from: formatUtc(tt2000(rows[0]!.time), 3),
    to: formatUtc(tt2000(rows.at(-1)!.time), 3),
  })
}

/** Version, type, flags, APID, sequence flags and count, length: what every packet begins with. */
const headerFields = 7

export default tabulate
if (import.meta.main) await runProgram(tabulate)
