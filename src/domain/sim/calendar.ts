import { formatDoy, formatUtc, tai1958FromTt2000, tt2000FromTai1958, tt2000FromUtcMs, utcMsFromTt2000, type Tt2000 } from '#formats/time'

const DAY_MS = 86_400_000

/** TAI seconds since 1958 of a moment, to the millisecond. */
export const taiOf = (t: Tt2000): number => Math.round(tai1958FromTt2000(t) * 1000) / 1000
export const momentOf = (tai: number): Tt2000 => tt2000FromTai1958(Math.round(tai * 1000) / 1000)

/** A UTC day as a number since 1970, with its bounds in TAI seconds. */
export interface UtcDay {
  readonly day: number
  readonly from: number
  readonly to: number
}

const startOfDay = (day: number): number => Math.round(taiOf(tt2000FromUtcMs(day * DAY_MS)))

/** The UTC day that holds a moment. */
export function dayOf(tai: number): UtcDay {
  const day = Math.floor(utcMsFromTt2000(momentOf(tai)) / DAY_MS)
  return { day, from: startOfDay(day), to: startOfDay(day + 1) }
}

/** The UTC days that [from, to) touches. */
export function daysOf(from: number, to: number): readonly UtcDay[] {
  const days: UtcDay[] = []
  for (let day = dayOf(from); day.from < to; day = dayOf(day.to)) days.push(day)
  return days
}

/** `yyyyddd` of a UTC day. */
export const dayTag = ({ from }: UtcDay): string => formatDoy(momentOf(from)).replace('-', '')

/** The fourteen digits of a moment, from year to second. */
export const secondTag = (tai: number): string => formatUtc(momentOf(tai), 0, '').replaceAll(/[-:T]/g, '')
