import { tt2000FromEpoch, utcMsFromTt2000, type Tt2000 } from '#formats/time'
import type { Cdf, CdfVariable } from '../model.ts'
import type { Report, Subject } from './model.ts'

/** The day that a file name gives, and the time of the day where there is one; delimited as in `sc1_fgm_brst_l2_20200101123000_v1.2.0`. */
const NAMED_START = /_(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(?=_)/u
const DAY = 86_400_000
/** Names are cut to seconds, and instruments begin a little before their files. */
const TOLERANCE = 60_000

/** The first record against the start in the file's name: no earlier, and on the same day. A name does not say where its data end. */
export async function checkNamedStart({ cdf, options }: Subject, report: Report): Promise<void> {
  const named = startInName(options.fileName ?? '')
  const time = timesOf(cdf)
  if (named === undefined || time === undefined) return
  const first = await firstUtc(time)
  if (first === undefined || (first >= named - TOLERANCE && first <= named - (named % DAY) + DAY + TOLERANCE)) return
  report(
    'warning',
    'identity/start',
    `the first of the times ${time.name} is ${isoOf(first)}, the file name says ${isoOf(named)}`,
    'give the file the name of its data, or leave out the records that are not of it',
  )
}

/** UTC milliseconds; undefined where the name holds none that exists. */
function startInName(fileName: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = NAMED_START.exec(fileName.split('/').at(-1) ?? '') ?? []
  if (year === undefined) return undefined
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const ms = Date.parse(text)
  return Number.isNaN(ms) || isoOf(ms) !== text ? undefined : ms
}

const timesOf = (cdf: Cdf): CdfVariable | undefined =>
  [...cdf.variables.values()].find(
    v =>
      v.name.toLowerCase() === 'epoch' && (v.type === 'CDF_TIME_TT2000' || v.type === 'CDF_EPOCH') && v.records > 0 && v.dims.length === 0,
  )

/** Undefined where it is fill. */
async function firstUtc(time: CdfVariable): Promise<number | undefined> {
  const [first] = (await time.read({ first: 0, count: 1 })).values
  if (typeof first === 'string' || first === undefined || first === time.attributes.get('FILLVAL')?.value[0]) return undefined
  if (typeof first === 'number' && !(first > 0)) return undefined
  if (first === -(2n ** 63n)) return undefined
  return utcMsFromTt2000((typeof first === 'bigint' ? first : tt2000FromEpoch(first)) as Tt2000)
}

const isoOf = (ms: number): string => new Date(ms).toISOString()
