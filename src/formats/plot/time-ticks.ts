export interface TimeTick {
  /** UTC ms. */
  readonly time: number
  /** Empty for minor ticks. */
  readonly label: string
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Distance of labels and of the small ticks between them, ms. */
const steps: readonly (readonly [major: number, minor: number])[] = [
  ...[1, 10, 100].flatMap(
    unit =>
      [
        [unit, unit / 5],
        [2 * unit, unit / 2],
        [5 * unit, unit],
      ] as const,
  ),
  [second, second / 5],
  [2 * second, second / 2],
  [5 * second, second],
  [10 * second, 2 * second],
  [15 * second, 5 * second],
  [20 * second, 5 * second],
  [30 * second, 5 * second],
  [minute, 10 * second],
  [2 * minute, 30 * second],
  [5 * minute, minute],
  [10 * minute, 2 * minute],
  [15 * minute, 5 * minute],
  [20 * minute, 5 * minute],
  [30 * minute, 5 * minute],
  [hour, 10 * minute],
  [2 * hour, 30 * minute],
  [3 * hour, hour],
  [4 * hour, hour],
  [6 * hour, hour],
  [12 * hour, 2 * hour],
  [day, 6 * hour],
  [2 * day, 12 * hour],
  [5 * day, day],
  [10 * day, 2 * day],
  [20 * day, 5 * day],
  [50 * day, 10 * day],
  [100 * day, 20 * day],
  [200 * day, 50 * day],
  [500 * day, 100 * day],
]

/** Number of the day in its year, 1 January = 1. */
export function dayOfYear(time: number): number {
  const date = new Date(time)
  return Math.floor((time - Date.UTC(date.getUTCFullYear(), 0, 1)) / day) + 1
}

/** `2015-12-01`. */
export const writeDate = (time: number): string => new Date(time).toISOString().slice(0, 10)

const pad = (value: number): string => String(value).padStart(3, '0')

/** `2015-12-01 · 335`: date and day of year, always together. */
export const writeDateAndDay = (time: number): string => `${writeDate(time)} · ${pad(dayOfYear(time))}`

function writeTick(time: number, step: number, start: number, stop: number): string {
  const text = new Date(time).toISOString()
  if (time % day === 0 && step >= minute && (step >= day || (time > start && time < stop))) {
    return `${text.slice(5, 10)} · ${pad(dayOfYear(time))}`
  }
  if (time % day === 0 && time === stop && step >= minute) return '24:00'
  if (step >= minute) return text.slice(11, 16)
  if (step >= second) return text.slice(11, 19)
  return text.slice(11, step >= 100 ? 21 : step >= 10 ? 22 : 23)
}

/**
 * Ticks in [start, stop] at whole UTC times, at most `most` labels. A label is the time of day; a midnight inside is
 * month-day and day of year, one at the end 24:00.
 */
export function timeTicks(start: number, stop: number, most: number): TimeTick[] {
  const span = stop - start
  if (!(span > 0)) return []
  const [major, minor] = steps.find(([step]) => span / step <= most) ?? ([1000 * day, 200 * day] as const)
  const ticks: TimeTick[] = []
  // Counted, not added up: fractions of a millisecond must not drift.
  const last = Math.floor(stop / minor + 1e-9)
  const perMajor = Math.round(major / minor)
  for (let index = Math.ceil(start / minor - 1e-9); index <= last; index++) {
    const time = index * minor
    ticks.push({ time, label: index % perMajor === 0 ? writeTick(Math.round(time), major, start, stop) : '' })
  }
  return ticks
}

/** `10:00 – 12:00 UTC`; the end of a day is 24:00, seconds appear when they matter, the end's date when it differs. */
export function writeSpan(start: number, stop: number): string {
  const withSeconds = start % minute !== 0 || stop % minute !== 0
  const write = (time: number): string => new Date(time).toISOString().slice(11, withSeconds ? 19 : 16)
  const endsDay = stop % day === 0 && writeDate(stop - 1) === writeDate(start)
  if (endsDay) return `${write(start)} – 24:00${withSeconds ? ':00' : ''} UTC`
  const sameDay = writeDate(start) === writeDate(stop)
  return `${write(start)} – ${sameDay ? '' : `${writeDateAndDay(stop)} `}${write(stop)} UTC`
}
