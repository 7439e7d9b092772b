/** Times and numbers as every page writes them: UTC, ISO, decimal units. Times are UTC milliseconds. */

const day = 86_400_000
const iso = (ms: number): string => new Date(ms).toISOString()

export const formatDay = (ms: number): string => iso(ms).slice(0, 10)
export const formatMoment = (ms: number): string => `${iso(ms).slice(0, 16)}Z`
export const formatSecond = (ms: number): string => `${iso(ms).slice(0, 19)}Z`

/** `2026-328`. */
export function formatDayOfYear(ms: number): string {
  const year = new Date(ms).getUTCFullYear()
  const number = Math.floor((ms - Date.UTC(year, 0, 1)) / day) + 1
  return `${year}-${String(number).padStart(3, '0')}`
}

/** A half-open span without what repeats: `2026-11-24T16:00 – 18:00Z`; whole days as days. */
export function formatSpan(start: number, stop: number): string {
  if (start % day === 0 && stop - start === day) return formatDay(start)
  if (start % day === 0 && stop % day === 0) return `${formatDay(start)} – ${formatDay(stop - day)}`
  const [a, b] = [iso(start).slice(0, 16), iso(stop).slice(0, 16)]
  return a.slice(0, 10) === b.slice(0, 10) ? `${a} – ${b.slice(11)}Z` : `${a} – ${b}Z`
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** `1.2 GB` with a thin space. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)}\u2009${units[unit]}`
}

export const formatCount = (count: number): string => count.toLocaleString('en-US')

/** `1 file`, `2 files`. */
export const formatNumberOf = (count: number, one: string, many = `${one}s`): string => `${formatCount(count)} ${count === 1 ? one : many}`

/** `4 min ago`, `in 3 h`. */
export function formatAge(ms: number, now: number): string {
  const away = Math.abs(now - ms)
  const [amount, unit] =
    away < 60_000 ? [Math.round(away / 1000), 's'] : away < 5_400_000 ? [Math.round(away / 60_000), 'min'] : longAge(away)
  return ms > now ? `in ${amount} ${unit}` : `${amount} ${unit} ago`
}

const longAge = (away: number): readonly [number, string] =>
  away < 2 * day ? [Math.round(away / 3_600_000), 'h'] : [Math.round(away / day), 'd']

/** `4 min 40 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const s = Math.round(ms / 1000)
  if (s < 60) return `${s} s`
  if (s < 3600) return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`
}

/** A partition's key as people read it: `20261122093600` as `2026-11-22T09:36Z`, with seconds where there are any. */
export const formatPartition = (key: string): string =>
  key.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6Z').replace(/:00Z$/, 'Z')
