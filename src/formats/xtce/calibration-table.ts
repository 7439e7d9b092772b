import { fail } from '#error'
import { readCsv } from '#formats/csv'
import type { Calibration, Calibrator, Parameter, XtceDefinition } from './model.ts'

/** One row of a calibration table kept outside the definition: a polynomial, for all raw values or for those from low to high. */
export interface CalibrationRow {
  readonly packet: string
  readonly parameter: string
  readonly segment: { readonly low: number; readonly high: number } | undefined
  /** From the constant up. */
  readonly coefficients: readonly number[]
}

/**
 * Rows of a table with the columns packetName, mnemonic, convertAs (UNSEGMENTED_POLY or SEGMENTED_POLY), lowValue, highValue,
 * c0, c1 and so on. Throws `xtce/invalid` with the row.
 */
export function readCalibrationTable(csv: string): readonly CalibrationRow[] {
  const [head = [], ...lines] = readCsv(csv)
  const places = head.flatMap((name, i) => (/^c\d+$/.test(name) ? [i] : []))
  return lines.map((cells, i) => {
    const cell = (name: string): string =>
      cells[head.indexOf(name)] ?? fail('xtce/invalid', `the calibration table has no ${name} in row ${i + 2}`, { row: i + 2 })
    const number = (text: string): number =>
      text !== '' && Number.isFinite(Number(text))
        ? Number(text)
        : fail('xtce/invalid', `the calibration table has "${text}" for a number in row ${i + 2}`, { row: i + 2 })
    const kind = cell('convertAs')
    if (kind !== 'UNSEGMENTED_POLY' && kind !== 'SEGMENTED_POLY')
      fail('xtce/unsupported', `the calibration table converts as ${kind} in row ${i + 2}`, { row: i + 2 })
    return {
      packet: cell('packetName'),
      parameter: cell('mnemonic'),
      segment: kind === 'SEGMENTED_POLY' ? { low: number(cell('lowValue')), high: number(cell('highValue')) } : undefined,
      coefficients: places.map(place => number(cells[place] || '0')),
    }
  })
}

/** Calibration of one parameter by its rows; segments apply where its own raw value lies in them. */
function calibrationOf(parameter: string, rows: readonly CalibrationRow[]): Calibration {
  const polynomial = (row: CalibrationRow): Calibrator => ({ kind: 'polynomial', coefficients: row.coefficients })
  const whole = rows.find(row => row.segment === undefined)
  const ref = { parameter, path: [], calibrated: false }
  const contexts = rows.flatMap(row => {
    if (row.segment === undefined) return []
    const { low, high } = row.segment
    const when = {
      kind: 'all',
      of: [
        { kind: 'value', ref, operator: '>=', value: String(low) },
        { kind: 'value', ref, operator: '<=', value: String(high) },
      ],
    } as const
    return [{ when, calibrator: polynomial(row) }]
  })
  return { ...(whole === undefined ? {} : { default: polynomial(whole) }), contexts }
}

/**
 * The definition with calibrations from a table. `keyOf` names the parameter that a row is about, or undefined for rows of other
 * packets. Types that several parameters share are divided. Throws `xtce/invalid` for rows about nothing, or about no number.
 */
export function applyCalibrations(
  definition: XtceDefinition,
  rows: readonly CalibrationRow[],
  keyOf: (row: CalibrationRow) => string | undefined,
): XtceDefinition {
  const types = new Map(definition.types)
  const parameters = new Map(definition.parameters)
  const byKey = Map.groupBy(rows, row => keyOf(row) ?? '')
  byKey.delete('')
  for (const [key, list] of byKey) {
    const parameter: Parameter =
      parameters.get(key) ??
      fail('xtce/invalid', `the calibration table is about ${key}, which the definition does not have`, { parameter: key })
    const type = types.get(parameter.type)
    if (type === undefined || !('encoding' in type) || !('calibration' in type.encoding)) {
      fail('xtce/invalid', `the calibration table is about ${key}, which is no number`, { parameter: key })
    }
    const name = `${parameter.type}/${key}`
    types.set(name, { ...type, name, encoding: { ...type.encoding, calibration: calibrationOf(key, list) } })
    parameters.set(key, { ...parameter, type: name })
  }
  return { ...definition, types, parameters }
}
