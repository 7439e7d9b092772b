import { tt2000, type Tt2000 } from './tt2000.ts'

// 15,340 days of 86,400 s from 1958-01-01 to 2000-01-01, and J2000 TT is 11:59:27.816 TAI on that day.
const TAI1958_OF_J2000_NS = 1_325_419_167_816_000_000n

/** TT2000 of TAI seconds since 1958-01-01T00:00:00 TAI: seconds as a number, or exact nanoseconds as a bigint. */
export function tt2000FromTai1958(tai: number | bigint): Tt2000 {
  if (typeof tai === 'bigint') return tt2000(tai - TAI1958_OF_J2000_NS)
  const whole = Math.floor(tai)
  return tt2000(BigInt(whole) * 1_000_000_000n + BigInt(Math.round((tai - whole) * 1e9)) - TAI1958_OF_J2000_NS)
}

/** TAI seconds since 1958-01-01, as a double (about 0.2 µs). */
export function tai1958FromTt2000(t: Tt2000): number {
  const ns = tai1958NsFromTt2000(t)
  const whole = ns / 1_000_000_000n
  return Number(whole) + Number(ns - whole * 1_000_000_000n) / 1e9
}

/** TAI nanoseconds since 1958-01-01, exact. */
export const tai1958NsFromTt2000 = (t: Tt2000): bigint => t + TAI1958_OF_J2000_NS
