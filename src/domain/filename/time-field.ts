/**
 * How a name writes a time, e.g. `yyyymmdd`, `yyyyddd`, `yyyy-mm-ddThh-mm-ssZ`: yyyy, mm, dd, ddd (day of year), hh, mm (minutes where
 * it follows hh), ss, and T Z _ - between them; or `tag`: 8, 12 or 14 digits, as many as the name has.
 */
export type TimeForm = string

/** Forms that missions use; any other composition is as good. */
export const timeForms: readonly TimeForm[] = ['tag', 'yyyymmdd', 'yyyymmddThhmmss', 'yyyyddd', 'yyyy_ddd', 'yyyy-mm-ddThh-mm-ssZ']

type Unit = 'year' | 'month' | 'day' | 'dayOfYear' | 'hour' | 'minute' | 'second'
type Piece = { readonly unit: Unit; readonly digits: number } | { readonly text: string }

const units: Readonly<Record<string, Unit>> = { yyyy: 'year', mm: 'month', ddd: 'dayOfYear', dd: 'day', hh: 'hour', ss: 'second' }
const tagForms: readonly TimeForm[] = ['yyyymmddhhmmss', 'yyyymmddhhmm', 'yyyymmdd']
const grammar = /yyyy|ddd|dd|hh|mm|ss|[TZ_-]/y

function piecesOf(form: TimeForm): readonly Piece[] | undefined {
  const pieces: Piece[] = []
  let hourSeen = false
  grammar.lastIndex = 0
  for (let at = 0; at < form.length; at = grammar.lastIndex) {
    const word = grammar.exec(form)?.[0]
    if (word === undefined) return undefined
    const unit = word === 'mm' && hourSeen ? 'minute' : units[word]
    if (unit === 'hour') hourSeen = true
    pieces.push(unit === undefined ? { text: word } : { unit, digits: word.length })
  }
  return pieces
}

export const isTimeForm = (form: string): boolean => form === 'tag' || (form !== '' && piecesOf(form)?.some(p => 'unit' in p) === true)

/** A regular expression (text) that a form's texts match; whether the digits are a time only {@link parseTimeField} knows. */
export function timePattern(form: TimeForm): string {
  if (form === 'tag') return tagForms.map(timePattern).join('|')
  return (piecesOf(form) ?? []).map(p => ('unit' in p ? String.raw`\d{${p.digits}}` : p.text)).join('')
}

/** Milliseconds of UTC since 1970; undefined where the text does not fit, is no time (month 13), or has no year. */
export function parseTimeField(form: TimeForm, text: string): number | undefined {
  if (form === 'tag') {
    const fitting = tagForms.find(f => f.length === text.length)
    return fitting === undefined ? undefined : parseTimeField(fitting, text)
  }
  const found: Partial<Record<Unit, number>> = {}
  let at = 0
  for (const piece of piecesOf(form) ?? []) {
    const part = text.slice(at, at + ('unit' in piece ? piece.digits : piece.text.length))
    at += part.length
    if ('unit' in piece) {
      if (!/^\d+$/.test(part) || part.length !== piece.digits) return undefined
      found[piece.unit] = Number(part)
    } else if (part !== piece.text) return undefined
  }
  return at === text.length && found.year !== undefined ? instant({ ...found, year: found.year }) : undefined
}

function instant(t: Partial<Record<Unit, number>> & { readonly year: number }): number | undefined {
  const { year, month = 1, dayOfYear, hour = 0, minute = 0, second = 0 } = t
  const day = dayOfYear ?? t.day ?? 1
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  const date = new Date(ms)
  if (hour > 23 || minute > 59 || second > 59 || day < 1 || date.getUTCFullYear() !== year) return undefined
  const sameDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return dayOfYear !== undefined || sameDay ? ms : undefined
}

/** `tagDigits` chooses how many digits `tag` writes: 8 where files start at midnight by rule, else 14. */
export function formatTimeField(form: TimeForm, ms: number, tagDigits: 8 | 14): string {
  if (form === 'tag') return formatTimeField(tagDigits === 8 ? 'yyyymmdd' : 'yyyymmddhhmmss', ms, tagDigits)
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  const values: Readonly<Record<Unit, number>> = {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    dayOfYear: Math.floor((ms - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
  return (piecesOf(form) ?? []).map(p => ('unit' in p ? String(values[p.unit]).padStart(p.digits, '0') : p.text)).join('')
}
