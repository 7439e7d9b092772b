import type { CdfVariable } from '../model.ts'
import { isText, isTime, type CdfNumbers } from '../types.ts'
import { varTypeOf, type Report } from './model.ts'

const CHUNK_BYTES = 1 << 22

/** What the values themselves must keep; read in chunks. */
export async function checkValues(variable: CdfVariable, report: Report): Promise<void> {
  if (isText(variable.type) || variable.records === 0 || varTypeOf(variable) === 'ignore_data') return
  const chunk = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, variable.recordBytes)))
  const tally = { nan: 0, outside: 0, backward: 0, fill: 0, last: undefined as number | bigint | undefined }
  for (let first = 0; first < variable.records; first += chunk) {
    const { values } = await variable.read({ first, count: chunk })
    if (Array.isArray(values)) return
    tallyRange(variable, values, tally)
    if (isTime(variable.type) && variable.dims.length === 0 && variable.type !== 'CDF_EPOCH16') tallyOrder(variable, values, tally)
  }
  tell(variable, tally, report)
}

interface Tally {
  nan: number
  outside: number
  backward: number
  fill: number
  last: number | bigint | undefined
}

const numbersOf = (variable: CdfVariable, name: string): readonly (number | bigint)[] => {
  const value = variable.attributes.get(name)?.value
  return value === undefined || typeof value === 'string' ? [] : value
}

function tallyRange(variable: CdfVariable, values: CdfNumbers, tally: Tally): void {
  const fill = numbersOf(variable, 'FILLVAL')[0]
  const low = numbersOf(variable, 'VALIDMIN')
  const high = numbersOf(variable, 'VALIDMAX')
  const width = low.length > 1 && low.length === high.length ? low.length : 1
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number | bigint
    if (Number.isNaN(value)) tally.nan++
    else if (value !== fill && isOutside(value, low[i % width], high[i % width])) tally.outside++
  }
}

// Limits of the wrong type are reported elsewhere; a bigint still compares with a number.
const isOutside = (value: number | bigint, low: number | bigint | undefined, high: number | bigint | undefined): boolean =>
  (low !== undefined && value < low) || (high !== undefined && value > high)

function tallyOrder(variable: CdfVariable, values: CdfNumbers, tally: Tally): void {
  const fill = numbersOf(variable, 'FILLVAL')[0] ?? (values instanceof BigInt64Array ? -(2n ** 63n) : -1e31)
  for (const value of values) {
    if (value === fill) tally.fill++
    else {
      if (tally.last !== undefined && value < tally.last) tally.backward++
      tally.last = value
    }
  }
}

function tell(variable: CdfVariable, tally: Tally, report: Report): void {
  const { name } = variable
  if (tally.outside > 0)
    report(
      'warning',
      'values/range',
      `${tally.outside} values of ${name} are outside VALIDMIN and VALIDMAX and not FILLVAL`,
      'replace them by FILLVAL or widen the limits',
    )
  if (tally.nan > 0) report('warning', 'values/nan', `${tally.nan} values of ${name} are NaN`, 'use FILLVAL')
  if (tally.backward > 0) report('error', 'epoch/order', `the times ${name} go back ${tally.backward} times`, 'sort the records by time')
  if (tally.fill > 0) report('error', 'epoch/fill', `${tally.fill} of the times ${name} are fill`, 'leave such records out')
}
