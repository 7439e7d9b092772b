import { readFileSync } from 'node:fs'
import { writeCdfFile } from '#doors/cdf-node'
import { clockOf } from '#doors/clock'
import { globalAttributes, labels, series, support, timeAxis } from '#doors/istp'
import { missionFile, noData, outputOf, report, runProgram, type JobFile, type JobOutput } from '#doors/job'
import { compileXtce, parseXtce } from '#doors/xtce'
import { fail } from '#error'
import type { DatasetVariable } from '#formats/cdf'
import { formatUtc, parseUtc, tt2000 } from '#formats/time'
import { collectVectors, sensors, type Collected, type Sample, type Sensor } from '../mag-vectors.ts'

/** Science packets of one APID and day to counts of both sensors, one CDF each. */
export async function makeCounts(job: JobFile): Promise<void> {
  const { apid } = readParameters(job)
  const clock = clockOf(job)
  const definition = compileXtce(parseXtce(readFileSync(missionFile(job, 'packets'), 'utf8')))
  const deliveries = job.inputs.map(input => readFileSync(input.path))
  const [start, stop] = [parseUtc(job.partition.start), parseUtc(job.partition.stop)]
  const collected = collectVectors(deliveries, definition, { apid, clock, start, stop })
  if (sensors.every(sensor => collected.samples[sensor].length === 0)) explainNone(job, apid, collected)
  for (const sensor of sensors) {
    const output = outputOf(job, sensor)
    await writeCdfFile(output.name, describeCounts(job, output, sensor, collected))
  }
  const [first, last] = [collected.samples.mago[0], collected.samples.mago.at(-1)]
  report({
    program: 'mag-l1a',
    packets: collected.packets,
    repeated: collected.repeated,
    refused: collected.refused,
    mago: collected.samples.mago.length,
    magi: collected.samples.magi.length,
    ...(first === undefined || last === undefined ? {} : { from: formatUtc(tt2000(first.time), 3), to: formatUtc(tt2000(last.time), 3) }),
  })
}

function readParameters(job: JobFile): { readonly apid: number } {
  const { apid } = job.parameters
  return typeof apid === 'number' ? { apid } : fail('job/parameter', `process ${job.process} needs the parameter apid (a number)`)
}

function explainNone(job: JobFile, apid: number, { packets, refused }: Collected): never {
  const day = `${job.partition.start} to ${job.partition.stop}`
  if (refused.length > 0) fail('mag/unreadable', `none of ${packets} packets of APID ${apid} could be read; the first: ${refused[0] ?? ''}`)
  return noData(
    packets === 0
      ? `no packet of APID ${apid} in the deliveries of ${day}`
      : `none of ${packets} packets of APID ${apid} has a vector in ${day}`,
  )
}

const names: Readonly<Record<Sensor, string>> = { mago: 'MAGo, the outboard sensor', magi: 'MAGi, the inboard sensor' }

function describeCounts(job: JobFile, output: JobOutput, sensor: Sensor, collected: Collected) {
  const samples = collected.samples[sensor]
  const rates = [...new Set(samples.map(sample => sample.rate))].sort((a, b) => a - b)
  const attributes = globalAttributes(job, output, {
    descriptor: 'MAG>Magnetometer',
    source: 'IMAP>Interstellar Mapping and Acceleration Probe',
    timeResolution: rates.map(rate => `${1 / rate} s`).join(', '),
    more: { Sensor: names[sensor], Packets_read: String(collected.packets), Packets_refused: String(collected.refused.length) },
  })
  return { attributes, variables: describeVariables(sensor, samples) }
}

/** Packets of a test can hold a time twice, an axis may not. */
function riseStrictly(samples: readonly Sample[]): BigInt64Array {
  const times = BigInt64Array.from(samples, sample => sample.time)
  for (let i = 1; i < times.length; i++) if ((times[i] ?? 0n) <= (times[i - 1] ?? 0n)) times[i] = (times[i - 1] ?? 0n) + 1n
  return times
}

function describeVariables(sensor: Sensor, samples: readonly Sample[]): DatasetVariable[] {
  const time = 'epoch'
  const perVector = (name: 'range' | 'rate' | 'sequence' | 'coarse' | 'fine'): number[] => samples.map(sample => sample[name])
  return [
    timeAxis(
      time,
      riseStrictly(samples),
      `Time of the vector by the instrument's clock, TT2000; vectors that share one are a nanosecond apart`,
    ),
    series({
      name: 'vectors',
      type: 'CDF_INT4',
      dims: [3],
      values: samples.flatMap(({ x, y, z }) => [x, y, z]),
      about: `Magnetic field in the axes of ${names[sensor]}`,
      field: 'Magnetic field counts',
      units: 'counts',
      valid: [
        [-32_768, -32_768, -32_768],
        [32_767, 32_767, 32_767],
      ],
      time,
      more: { LABL_PTR_1: 'direction_label', DISPLAY_TYPE: 'time_series' },
    }),
    support({
      name: 'range',
      type: 'CDF_UINT1',
      values: perVector('range'),
      about: 'Range of the vector, 0 the widest',
      units: ' ',
      valid: [0, 3],
      time,
    }),
    support({
      name: 'vectors_per_second',
      type: 'CDF_UINT2',
      values: perVector('rate'),
      about: 'Rate at which the sensor was read',
      units: 'Hz',
      valid: [1, 128],
      time,
    }),
    support({
      name: 'sequence_count',
      type: 'CDF_UINT2',
      values: perVector('sequence'),
      about: 'Sequence count of the packet that brought the vector',
      units: ' ',
      valid: [0, 16_383],
      time,
    }),
    support({
      name: 'packet_coarse',
      type: 'CDF_UINT4',
      values: perVector('coarse'),
      about: `Clock of the packet's first vector, seconds`,
      units: 's',
      valid: [0, 4_294_967_294],
      time,
    }),
    support({
      name: 'packet_fine',
      type: 'CDF_UINT4',
      values: perVector('fine'),
      about: `Clock of the packet's first vector, units of 1/65536 s`,
      units: ' ',
      valid: [0, 65_535],
      time,
    }),
    labels('direction_label', ['Bx', 'By', 'Bz'], 'Components in sensor axes'),
  ]
}

if (import.meta.main) await runProgram(makeCounts)
