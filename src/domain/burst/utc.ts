import { formatUtc, tt2000FromTai1958 } from '#formats/time'

const secondsOfDay = 86_400
const digits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))

/** Days that were asked for lately: a window has a few. Days with a leap second are never kept. */
const days: { readonly from: number; readonly date: string }[] = []
const mostDays = 4

/** TAI seconds as `2015-06-12T17:20:05` UTC. */
export function utcOf(tai: number): string {
  for (const { from, date } of days) {
    const second = Math.floor(tai - from)
    if (second >= 0 && second < secondsOfDay)
      return `${date}T${digits[Math.floor(second / 3600)]}:${digits[Math.floor(second / 60) % 60]}:${digits[second % 60]}`
  }
  if (!Number.isFinite(tai)) return 'no time'
  const text = formatUtc(tt2000FromTai1958(tai), 0, '')
  keepDay(Math.floor(tai), text)
  return text
}

function keepDay(tai: number, text: string): void {
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(11).split(':').map(Number)
  const from = tai - 3600 * hours - 60 * minutes - seconds
  const last = formatUtc(tt2000FromTai1958(from + secondsOfDay - 1), 0, '')
  const next = formatUtc(tt2000FromTai1958(from + secondsOfDay), 0, '')
  if (!last.endsWith('T23:59:59') || !next.endsWith('T00:00:00')) return
  days.unshift({ from, date: text.slice(0, 10) })
  days.length = Math.min(days.length, mostDays)
}

/** A figure of merit as sentences show it. */
export const figure = (fom: number): number => (Number.isInteger(fom) ? fom : Number(fom.toFixed(2)))
