import { fail } from '#error'

/** An unsegmented time code (CCSDS 301.0-B-4 section 3.2) without its P-field: seconds since its epoch and binary fractions. */
export interface CucTime {
  readonly coarse: number
  /** Fraction of a second in units of 2^-(8 * fine octets). */
  readonly fine: number
}

/** Octets of the two parts: coarse 1 to 6, fine 0 to 6 (so that both are exact numbers). */
export interface CucLayout {
  readonly coarse: number
  readonly fine: number
}

function readUnsigned(bytes: Uint8Array, start: number, octets: number): number {
  if (start + octets > bytes.byteLength) {
    fail('ccsds/short', `a time field of ${octets} octets at ${start} goes past the end at ${bytes.byteLength}`, { start, octets })
  }
  let value = 0
  for (let i = start; i < start + octets; i++) value = value * 256 + bytes[i]!
  return value
}

function writeUnsigned(bytes: Uint8Array, start: number, octets: number, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= 256 ** octets) {
    fail('ccsds/time-range', `${value} does not fit a time field of ${octets} octets`, { value, octets })
  }
  let rest = value
  for (let i = start + octets - 1; i >= start; i--) {
    bytes[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

const checkLayout = (layout: CucLayout): void => {
  if (layout.coarse < 1 || layout.coarse > 6 || layout.fine < 0 || layout.fine > 6) {
    fail('ccsds/time-layout', `a time field of ${layout.coarse} + ${layout.fine} octets cannot be held: at most 6 + 6`, { ...layout })
  }
}

/** The time code at `start`. Throws `ccsds/short`, `ccsds/time-layout`. */
export function decodeCuc(bytes: Uint8Array, start: number, layout: CucLayout): CucTime {
  checkLayout(layout)
  return { coarse: readUnsigned(bytes, start, layout.coarse), fine: readUnsigned(bytes, start + layout.coarse, layout.fine) }
}

/** The octets of a time code, most significant first. Throws `ccsds/time-range`. */
export function encodeCuc(time: CucTime, layout: CucLayout): Uint8Array {
  checkLayout(layout)
  const bytes = new Uint8Array(layout.coarse + layout.fine)
  writeUnsigned(bytes, 0, layout.coarse, time.coarse)
  writeUnsigned(bytes, layout.coarse, layout.fine, time.fine)
  return bytes
}

/** Nanoseconds since the code's epoch, rounded to the nearest. */
export function cucToNanoseconds(time: CucTime, layout: CucLayout): bigint {
  const unit = 1n << BigInt(8 * layout.fine)
  return BigInt(time.coarse) * 1_000_000_000n + (BigInt(time.fine) * 2_000_000_000n + unit) / (2n * unit)
}

/** The time code nearest to nanoseconds (>= 0) since the code's epoch. With up to 3 fine octets the way there and back is exact. */
export function nanosecondsToCuc(nanoseconds: bigint, layout: CucLayout): CucTime {
  const unit = 1n << BigInt(8 * layout.fine)
  const total = (nanoseconds * unit * 2n + 1_000_000_000n) / 2_000_000_000n
  return { coarse: Number(total / unit), fine: Number(total % unit) }
}

/** The layout that the P-field at `start` declares, its agency flag and its own size (CCSDS 301.0-B-4 section 3.2.2). */
export function decodeCucPField(bytes: Uint8Array, start: number): CucLayout & { readonly ownEpoch: boolean; readonly size: number } {
  const first = readUnsigned(bytes, start, 1)
  const code = (first >> 4) & 7
  if (code !== 1 && code !== 2)
    fail('ccsds/time-layout', `time code ${code} at ${start} is not an unsegmented one (1 or 2)`, { start, code })
  const second = first >= 128 ? readUnsigned(bytes, start + 1, 1) : 0
  const coarse = ((first >> 2) & 3) + 1 + ((second >> 5) & 3)
  return { coarse, fine: (first & 3) + ((second >> 2) & 7), ownEpoch: code === 2, size: first >= 128 ? 2 : 1 }
}

/** A day-segmented time code (CCSDS 301.0-B-4 section 3.3) without its P-field. */
export interface CdsTime {
  readonly days: number
  readonly milliseconds: number
  /** Microseconds of the millisecond (2 octets) or picoseconds of it (4 octets); 0 where the field is absent. */
  readonly submilliseconds: number
}

/** Octets of the day (2 or 3) and of the part below the millisecond (0, 2 microseconds, 4 picoseconds). */
export interface CdsLayout {
  readonly days: 2 | 3
  readonly submilliseconds: 0 | 2 | 4
}

/** The time code at `start`: days, 4 octets of milliseconds of day, part below. Throws `ccsds/short`. */
export function decodeCds(bytes: Uint8Array, start: number, layout: CdsLayout): CdsTime {
  return {
    days: readUnsigned(bytes, start, layout.days),
    milliseconds: readUnsigned(bytes, start + layout.days, 4),
    submilliseconds: readUnsigned(bytes, start + layout.days + 4, layout.submilliseconds),
  }
}

/** The octets of a time code. Throws `ccsds/time-range`. */
export function encodeCds(time: CdsTime, layout: CdsLayout): Uint8Array {
  const bytes = new Uint8Array(layout.days + 4 + layout.submilliseconds)
  writeUnsigned(bytes, 0, layout.days, time.days)
  writeUnsigned(bytes, layout.days, 4, time.milliseconds)
  writeUnsigned(bytes, layout.days + 4, layout.submilliseconds, time.submilliseconds)
  return bytes
}

/** Nanoseconds since the code's epoch in days of 86400 s: leap seconds are not counted (a day of UTC with one has milliseconds up to 86400999). */
export function cdsToNanoseconds(time: CdsTime, layout: CdsLayout): bigint {
  const below = layout.submilliseconds === 4 ? BigInt(time.submilliseconds) / 1000n : BigInt(time.submilliseconds) * 1000n
  return (BigInt(time.days) * 86_400_000n + BigInt(time.milliseconds)) * 1_000_000n + below
}

/** The time code of nanoseconds (>= 0) since the code's epoch in days of 86400 s; what lies below its unit is dropped. */
export function nanosecondsToCds(nanoseconds: bigint, layout: CdsLayout): CdsTime {
  const below = nanoseconds % 1_000_000n
  const milliseconds = nanoseconds / 1_000_000n
  const parts = { 0: 0n, 2: below / 1000n, 4: below * 1000n }
  return {
    days: Number(milliseconds / 86_400_000n),
    milliseconds: Number(milliseconds % 86_400_000n),
    submilliseconds: Number(parts[layout.submilliseconds]),
  }
}
