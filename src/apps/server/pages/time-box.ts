import { fail } from '#error'

const day = 86_400_000

/** What a time box means: a half-open span in UTC milliseconds. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

const dateForm = /^(\d{4})-(\d{2})-(\d{2})$/
const dayOfYearForm = /^(\d{4})-(\d{3})$/
const clockForm = /^(\d{2}):(\d{2})(?::(\d{2}))?$/
const agoForm = /^now-(\d+)(min|h|d)$/
const lengths: Readonly<Record<string, number>> = { min: 60_000, h: 3_600_000, d: day }

/**
 * Reads what people type: `2026-11-24`, `2026-328`, `2026-11-20/26`, `2026-11-20/2026-11-26`, `2026-11-24T02:10/04:00`, `now-6h`.
 * The last day named is included. Throws `access/bad-time`.
 */
export function parseTimeBox(text: string, now: number): TimeSpan {
  const typed = text.trim().replace(/Z$/, '')
  const ago = agoForm.exec(typed)
  if (ago !== null) return { from: now - Number(ago[1]) * (lengths[ago[2] ?? ''] ?? 0), to: now }
  const [first = '', second] = typed.split('/')
  const start = readMoment(first) ?? refuse(text)
  if (second === undefined) return { from: start.ms, to: start.ms + (start.whole ? day : 60_000) }
  const stop = readMoment(second) ?? readMoment(completeFrom(first, second)) ?? refuse(text)
  const to = stop.whole ? stop.ms + day : stop.ms
  return to > start.ms ? { from: start.ms, to } : refuse(text)
}

/** `26` after `2026-11-20`, `04:00` after `2026-11-24T02:10`: what is left out repeats. */
function completeFrom(first: string, second: string): string {
  if (clockForm.test(second)) return `${first.slice(0, first.indexOf('T') < 0 ? first.length : first.indexOf('T'))}T${second}`
  return first.slice(0, Math.max(0, first.length - second.length)) + second
}

function readMoment(text: string): { readonly ms: number; readonly whole: boolean } | undefined {
  const [date = '', clock] = text.split('T')
  const ms = readDate(date)
  if (ms === undefined || clock === undefined) return ms === undefined ? undefined : { ms, whole: true }
  const parts = clockForm.exec(clock)
  if (parts === null || Number(parts[1]) > 23 || Number(parts[2]) > 59) return undefined
  return { ms: ms + Number(parts[1]) * 3_600_000 + Number(parts[2]) * 60_000 + Number(parts[3] ?? 0) * 1000, whole: false }
}

function readDate(text: string): number | undefined {
  const doy = dayOfYearForm.exec(text)
  if (doy !== null) {
    const ms = Date.UTC(Number(doy[1]), 0, Number(doy[2]))
    return new Date(ms).getUTCFullYear() === Number(doy[1]) ? ms : undefined
  }
  if (!dateForm.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? undefined : ms
}

const refuse = (text: string): never =>
  fail('access/bad-time', `"${text}" is no time: write 2026-11-24, 2026-328, 2026-11-20/26, 2026-11-24T02:10/04:00 or now-6h`)
