import type { Amount } from './model.ts'
import type { Lookup, Value } from './value.ts'
import { compileCriteria, find } from './value.ts'

/** Why decoding of a packet ended early. */
export interface Stop {
  readonly problem: 'short' | 'bad-size'
  /** Bits that were wanted, and bits that were left. */
  readonly need: number
  readonly have: number
}

/** A place in a packet while it is read. `stop` is set instead of reading past the end. */
export interface Cursor extends Lookup {
  readonly bytes: Uint8Array
  bit: number
  readonly end: number
  stop: Stop | undefined
}

/** A packet while it is written: octets that grow, zero where nothing was written. */
export interface Writer extends Lookup {
  bytes: Uint8Array
  bit: number
  /** The bit behind the last one written: placed entries can lie anywhere. */
  farthest: number
}

/** Whether `bits` more bits are there; if not, the cursor stops. */
export function ensureBits(cursor: Cursor, bits: number): boolean {
  const have = cursor.end - cursor.bit
  if (bits >= 0 && bits <= have) return true
  // NaN (a size that depends on something absent) and fractions of bits come here as well.
  cursor.stop ??= { problem: bits > have ? 'short' : 'bad-size', need: bits, have }
  return false
}

/** Makes room for `bits` more bits. */
export function growWriter(writer: Writer, bits: number): void {
  const need = (writer.bit + bits + 7) >>> 3
  if (need <= writer.bytes.byteLength) return
  const grown = new Uint8Array(Math.max(need, 2 * writer.bytes.byteLength))
  grown.set(writer.bytes)
  writer.bytes = grown
}

export type AmountOf = (lookup: Lookup) => number

/** A closure that gives a whole number >= 0, or NaN when it depends on something absent or comes out as no such number. */
export function compileAmount(amount: Amount): AmountOf {
  const check = (value: number): number => (Number.isInteger(value) && value >= 0 ? value : Number.NaN)
  if (amount.kind === 'fixed') {
    const value = check(amount.value)
    return () => value
  }
  if (amount.kind === 'dynamic') {
    const { ref, slope, intercept } = amount
    return lookup => check(toNumber(find(lookup, ref)) * slope + intercept)
  }
  const cases = amount.cases.map(({ when, value }) => ({ test: compileCriteria(when), value: check(value) }))
  return lookup => cases.find(({ test }) => test(lookup))?.value ?? Number.NaN
}

const toNumber = (value: Value | undefined): number =>
  typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : Number.NaN
