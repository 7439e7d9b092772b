/** Forms in which names carry a time, e.g. `{start:yyyyddd}`. `tag` is the field's 8, 12 or 14 digits. */
export const timeForms = ['tag', 'yyyymmdd', 'yyyymmddhhmmss', 'yyyymmddThhmmss', 'yyyyddd', 'yyyy_ddd', 'yyyy', 'mm', 'dd'] as const
export type TimeForm = (typeof timeForms)[number]

const digits: Record<TimeForm, string> = {
  tag: String.raw`\d{14}|\d{12}|\d{8}`,
  yyyymmdd: String.raw`\d{8}`,
  yyyymmddhhmmss: String.raw`\d{14}`,
  yyyymmddThhmmss: String.raw`\d{8}T\d{6}`,
  yyyyddd: String.raw`\d{7}`,
  yyyy_ddd: String.raw`\d{4}_\d{3}`,
  yyyy: String.raw`\d{4}`,
  mm: String.raw`\d{2}`,
  dd: String.raw`\d{2}`,
}

export const timePattern = (form: TimeForm): string => digits[form]

const utc = (y: number, month: number, day: number, h = 0, m = 0, s = 0): number | undefined => {
  const ms = Date.UTC(y, month - 1, day, h, m, s)
  const d = new Date(ms)
  const same = d.getUTCFullYear() === y && d.getUTCMonth() === month - 1 && d.getUTCDate() === day
  return same && h < 24 && m < 60 && s < 60 ? ms : undefined
}

/** Milliseconds of UTC since 1970; undefined where the digits are no time (month 13). Forms of less than a day are never parsed alone. */
export function parseTimeField(form: TimeForm, text: string): number | undefined {
  const t = text.replace(/[_T]/g, '')
  const n = (from: number, to: number): number => Number(t.slice(from, to) || '0')
  if (form === 'yyyyddd' || form === 'yyyy_ddd') {
    const doy = n(4, 7)
    const ms = Date.UTC(n(0, 4), 0, doy)
    return doy >= 1 && new Date(ms).getUTCFullYear() === n(0, 4) ? ms : undefined
  }
  return utc(n(0, 4), n(4, 6), n(6, 8), n(8, 10), n(10, 12), n(12, 14))
}

/** `tagDigits` chooses how many digits `tag` writes: 8 where files start at midnight by rule, else 14. */
export function formatTimeField(form: TimeForm, ms: number, tagDigits: 8 | 14): string {
  const iso = new Date(ms).toISOString()
  const day = iso.slice(0, 10).replaceAll('-', '')
  const clock = iso.slice(11, 19).replaceAll(':', '')
  const doy = String(Math.floor((ms - Date.UTC(Number(iso.slice(0, 4)), 0, 1)) / 86_400_000) + 1).padStart(3, '0')
  const forms: Record<TimeForm, string> = {
    tag: tagDigits === 8 ? day : day + clock,
    yyyymmdd: day,
    yyyymmddhhmmss: day + clock,
    yyyymmddThhmmss: `${day}T${clock}`,
    yyyyddd: iso.slice(0, 4) + doy,
    yyyy_ddd: `${iso.slice(0, 4)}_${doy}`,
    yyyy: iso.slice(0, 4),
    mm: iso.slice(5, 7),
    dd: iso.slice(8, 10),
  }
  return forms[form]
}
