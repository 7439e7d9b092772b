import type { Value } from '#formats/xtce'

/** A value as text: octets as hexadecimal digits, lists and records as JSON. */
export function formatCell(value: Value | undefined): string {
  if (value === undefined) return ''
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value, (_, inner: unknown) => plainJson(inner))
}

/** What JSON has no word for: 64-bit integers and octets as text, numbers that are none as null. */
export function plainJson(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}

/** A cell of a CSV row (RFC 4180). */
export const quoteCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
