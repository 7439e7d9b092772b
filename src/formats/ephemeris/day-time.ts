import { civilFromDays, parseDoy, tai1958FromTt2000, utcLabel, type Tt2000 } from '#formats/time'
import { failAt } from './lines.ts'

// Both columns are rounded, the days of DEFEPH to 1e-9 d = 0.09 ms and the clock to 1 ms.
const TOLERANCE_S = 0.0012

/** The moment of a data line: UTC by day of year, checked against the second column, `unit` seconds of TAI since 1958 each. */
export function parseMoment(utc: string, tai: number, unit: 1 | 86_400, line: number): Tt2000 {
  const time = parseHeaderMoment(utc, line)
  const want = tai1958FromTt2000(time)
  if (Math.abs(tai * unit - want) <= TOLERANCE_S) return time
  const other = unit === 1 ? 86_400 : 1
  const hint = Math.abs(tai * other - want) < 1 ? `; it counts ${unit === 1 ? 'days, not seconds' : 'seconds, not days'}` : ''
  return failAt('ephemeris/times-disagree', line, `UTC ${utc} is TAI ${(want / unit).toFixed(9)} since 1958, the file says ${tai}${hint}`)
}

/** A UTC time by day of year; damage is reported with the line's number. */
export function parseHeaderMoment(utc: string, line: number): Tt2000 {
  try {
    return parseDoy(utc)
  } catch (error) {
    return failAt('ephemeris/bad-line', line, error instanceof Error ? error.message : String(error))
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `Jan 29 2019 08:39:20.303 UTC`, as DEFEPH's FileCreationDate is written. */
export function formatCreation(time: Tt2000): string {
  const { day, nano } = utcLabel(time)
  const { year, month, day: date } = civilFromDays(day)
  const ms = Number(nano / 1_000_000n)
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0')
  const clock = `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`
  return `${MONTHS[month - 1] ?? ''} ${two(date)} ${year} ${clock} UTC`
}
