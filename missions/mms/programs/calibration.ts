import { basename } from 'node:path'
import { readYaml } from '#doors/read-yaml'
import { formatUtc, tt2000 } from '#formats/time'
import { fail } from '#error'

type Triple = readonly [number, number, number]

/** Magnetometer constants from a date on: B(body) = orthogonal * (gain * (counts * lsb[range] - offset)), nT. */
export interface FieldCalibration {
  /** UTC day. */
  readonly from: string
  /** nT per count, by range. */
  readonly lsb: readonly number[]
  readonly offset: Triple
  readonly gain: Triple
  readonly orthogonal: readonly [Triple, Triple, Triple]
}

/** Plasma constants from a date on: energy flux = (counts - background) / (factor * efficiency). */
export interface PlasmaCalibration {
  readonly from: string
  /** Counts per energy flux of 1 eV/(cm^2 s sr eV). */
  readonly factor: number
  readonly background: number
  /** eV, rising. */
  readonly energies: readonly number[]
  readonly efficiency: readonly number[]
}

/** A mission's calibration table: kind of sensor, spacecraft, rows in order of their date. */
export interface CalibrationFile {
  readonly name: string
  readonly tables: Readonly<Record<string, Readonly<Record<string, readonly { readonly from: string }[]>>>>
}

/** Reads a table out of the mission folder. */
export const readCalibration = (path: string): CalibrationFile => ({
  name: basename(path),
  tables: readYaml(path) as CalibrationFile['tables'],
})

/** A row and the samples [first, last) that it is in force for. */
export interface CalibrationSpan<Row> {
  readonly row: Row
  readonly first: number
  readonly last: number
}

/**
 * Splits samples by the rows in force on their UTC days: the last row whose date is not after the day. Throws
 * `mms/no-calibration` where none is.
 */
export function spansOf<Row extends { readonly from: string }>(
  file: CalibrationFile,
  kind: string,
  spacecraft: string,
  time: BigInt64Array,
): CalibrationSpan<Row>[] {
  const rows = (file.tables[kind]?.[spacecraft] ?? []) as readonly Row[]
  const spans: CalibrationSpan<Row>[] = []
  for (let first = 0; first < time.length;) {
    const day = formatUtc(tt2000(time[first] ?? 0n), 0).slice(0, 10)
    const at = rows.findLastIndex(({ from }) => from <= day)
    const row = rows[at] ?? fail('mms/no-calibration', `${file.name}: no row for ${kind} of ${spacecraft} is in force on ${day}`, { day })
    const next = rows[at + 1]?.from
    const last = next === undefined ? time.length : firstOnDay(time, next, first)
    spans.push({ row, first, last })
    first = last
  }
  return spans
}

function firstOnDay(time: BigInt64Array, day: string, from: number): number {
  let [low, high] = [from, time.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (formatUtc(tt2000(time[middle] ?? 0n), 0).slice(0, 10) < day) low = middle + 1
    else high = middle
  }
  return low
}
