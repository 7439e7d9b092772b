import { fail } from '#error'

/** What can be wrong with a text file of flight dynamics; `detail.line` counts from 1. */
export type EphemerisCode = 'ephemeris/not-this-kind' | 'ephemeris/bad-line' | 'ephemeris/times-disagree' | 'ephemeris/cut-short'

/** Ends the reading with the line's number. */
export const failAt = (code: EphemerisCode, line: number, message: string): never => fail(code, `line ${line}: ${message}`, { line })

/** Lines of a text; a last line without its newline counts, an empty rest does not. */
export function splitLines(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map(line => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

const NUMBER = /^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/

/** The fields of a data line, split at blanks. Throws `ephemeris/bad-line` unless there are at least `least`. */
export function splitFields(line: string, number: number, least: number): string[] {
  const fields = line.trim().split(/\s+/)
  if (fields.length < least || fields[0] === '')
    failAt('ephemeris/bad-line', number, `${line.trim() === '' ? 0 : fields.length} fields where ${least} are expected`)
  return fields
}

/** A decimal number of a data line. */
export function parseNumber(text: string | undefined, number: number, column: string): number {
  if (text === undefined || !NUMBER.test(text)) failAt('ephemeris/bad-line', number, `${column} is "${text ?? ''}", not a number`)
  return Number(text)
}

/** `key = value` lines of a header. */
export function parseEntries(lines: readonly string[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const line of lines) {
    const at = line.indexOf('=')
    if (at > 0 && !line.startsWith('COMMENT')) entries.set(line.slice(0, at).trim(), line.slice(at + 1).trim())
  }
  return entries
}
