import { fail } from '#error'
import { daysFromCivil, daysInMonth } from './calendar.ts'

/** A moment as its text says it: whole days, second of the day (86,400 only in a leap second), attoseconds never. */
export interface UtcParts {
  /** Days since 1970-01-01. */
  readonly day: number
  /** 0 to 86,400. */
  readonly second: number
  /** Picoseconds within the second, 0 to 999,999,999,999. */
  readonly ps: number
}

const CALENDAR = String.raw`(\d{4})-(\d{2})-(\d{2})`
const DAY_OF_YEAR = String.raw`(\d{4})-(\d{3})`
const CLOCK = String.raw`(?:[T /](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,12}))?)?)?Z?`
const calendarForm = new RegExp(`^${CALENDAR}${CLOCK}$`)
const doyForm = new RegExp(`^${DAY_OF_YEAR}${CLOCK}$`)

/** Parses `yyyy-mm-dd` or `yyyy-doy` with optional clock time; throws `time/malformed` or `time/no-such-moment`. */
export function parseUtcParts(text: string): UtcParts {
  const calendar = calendarForm.exec(text)
  if (calendar !== null) {
    const [, y, m, d, ...clock] = calendar
    return addClock(text, dayOfDate(text, Number(y), Number(m), Number(d)), clock)
  }
  return parseDoyParts(text)
}

/** Parses `yyyy-doy` with optional clock time, and nothing else. */
export function parseDoyParts(text: string): UtcParts {
  const doy = doyForm.exec(text)
  if (doy === null) fail('time/malformed', `"${text}" is no UTC time: write yyyy-mm-ddThh:mm:ss.fff or yyyy-dddThh:mm:ss.fff`, { text })
  const [, y, n, ...clock] = doy
  const first = daysFromCivil(Number(y), 1, 1)
  const day = first + Number(n) - 1
  if (day < first || day >= daysFromCivil(Number(y) + 1, 1, 1))
    fail('time/no-such-moment', `"${text}": year ${y} has no day ${n}`, { text })
  return addClock(text, day, clock)
}

function dayOfDate(text: string, year: number, month: number, day: number): number {
  if (month < 1 || month > 12) fail('time/no-such-moment', `"${text}": there is no month ${month}`, { text })
  if (day < 1 || day > daysInMonth(year, month))
    fail('time/no-such-moment', `"${text}": month ${month} of ${year} has no day ${day}`, { text })
  return daysFromCivil(year, month, day)
}

function addClock(text: string, day: number, clock: readonly (string | undefined)[]): UtcParts {
  const [hour, minute, second] = [Number(clock[0] ?? 0), Number(clock[1] ?? 0), Number(clock[2] ?? 0)]
  const leap = hour === 23 && minute === 59 && second === 60
  if (hour > 23 || minute > 59 || (second > 59 && !leap)) fail('time/no-such-moment', `"${text}": there is no such time of day`, { text })
  return { day, second: hour * 3600 + minute * 60 + second, ps: Number((clock[3] ?? '').padEnd(12, '0')) }
}
