import type { CdfVariable } from '../model.ts'
import { viewNumbers } from '../numbers.ts'
import { isText, isTime, typeOf, type CdfNumbers } from '../types.ts'
import { varTypeOf, type Report } from './model.ts'
import { orderCounter, rangeCounter, type ValueTally } from './value-tally.ts'

const CHUNK_BYTES = 1 << 22

/** Is shown the values of a variable, in order, some whole records at a time. */
interface ValueWatch {
  /** Bytes as `readBytes` gives them. */
  readonly add: (bytes: Uint8Array) => void
  /** Reports what was seen. */
  readonly end: () => void
}

/** What the values themselves must keep; read in chunks. */
export async function checkValues(variable: CdfVariable, report: Report): Promise<void> {
  if (!hasLimits(variable)) return
  const chunk = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, variable.recordBytes)))
  const count = openCount(variable)
  for (let first = 0; first < variable.records; first += chunk) {
    const { values } = await variable.read({ first, count: chunk })
    if (Array.isArray(values)) return
    count.add(values)
  }
  tell(variable, count.tally, report)
}

/** The same of values that another one reads. */
export function watchValues(variable: CdfVariable, report: Report): ValueWatch {
  if (!hasLimits(variable)) return { add: () => undefined, end: () => undefined }
  const count = openCount(variable)
  return { add: bytes => count.add(viewNumbers(bytes, typeOf(variable.type))), end: () => tell(variable, count.tally, report) }
}

const hasLimits = (variable: CdfVariable): boolean =>
  !isText(variable.type) && variable.records > 0 && varTypeOf(variable) !== 'ignore_data'

function openCount(variable: CdfVariable): { readonly tally: ValueTally; readonly add: (values: CdfNumbers) => void } {
  const tally = { nan: 0, outside: 0, backward: 0, fill: 0 }
  const ordered = isTime(variable.type) && variable.dims.length === 0 && variable.type !== 'CDF_EPOCH16'
  const [range, order] = [rangeCounter(variable, tally), ordered ? orderCounter(variable, tally) : undefined]
  return {
    tally,
    add: values => {
      range(values)
      order?.(values)
    },
  }
}

function tell(variable: CdfVariable, tally: ValueTally, report: Report): void {
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
