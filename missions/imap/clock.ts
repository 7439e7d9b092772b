import { parseUtc, tt2000, utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'

/** Coarse time counts SI seconds from `zero` (UTC text); `correction` seconds are added. */
export interface ClockRule {
  readonly zero: string
  readonly correction: number
}

export const missionClock: ClockRule = { zero: '2010-01-01T00:00:00Z', correction: 0 }

/** Moment of a clock reading; `fine` is in units of 2^-16 s and may be a fraction. */
export function tt2000FromCoarse(coarse: number, fine: number, rule: ClockRule = missionClock): Tt2000 {
  const parts = BigInt(Math.round((fine / 65536 + rule.correction) * 1e9))
  return tt2000(parseUtc(rule.zero) + BigInt(coarse) * 1_000_000_000n + parts)
}

/** Milliseconds of UTC since 1970, whole seconds. */
export const utcMsFromCoarse = (coarse: number): number => Math.floor(utcMsFromTt2000(tt2000FromCoarse(coarse, 0)) / 1000) * 1000
