import { fail } from '#error'
import { findMismatch } from './mismatch.ts'
import type { Mismatch } from './mismatch.ts'
import { parseParts } from './parts.ts'
import type { FieldPart, Part } from './parts.ts'
import { formatTimeField, parseTimeField, timePattern } from './time-field.ts'

/** Values of a name's fields: text, or milliseconds of UTC since 1970 for times. A field of an absent optional part is absent. */
export type Fields = Readonly<Record<string, string | number>>

/**
 * One text that parses and prints: `{sc}_{inst}[_{descriptor}]_{start:yyyymmdd}_v{version}.cdf`. `{SC}` is `{sc}` in capitals;
 * `[ ]` is left out when a field in it is absent; `{start:FORM}` is a time (see `TimeForm`).
 */
export interface NameTemplate {
  readonly text: string
  /** undefined where the name does not fit, or a time in it is none. */
  parse(name: string): Fields | undefined
  /** Throws `filename/missing-field` where a field outside [ ] is absent. */
  print(fields: Fields): string
  /** Of a name that {@link parse} refuses: how far it fits, and what is wrong there. */
  mismatch(name: string): Mismatch
}

export interface TemplateOptions {
  /** Regular expressions (text, no capturing groups) by field; default: letters, digits and hyphens. */
  readonly patterns?: Readonly<Record<string, string>>
  /** Fields that are fixed: they need not be given to print, and a name with another value does not parse. */
  readonly constants?: Readonly<Record<string, string>>
  /** Fields that this template never has: their optional parts are always left out. */
  readonly absent?: readonly string[]
  readonly tagDigits?: 8 | 14
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Throws `filename/bad-template` with the place of the fault. */
export function template(text: string, options: TemplateOptions = {}): NameTemplate {
  const parts = parseParts(text)
  const constants = options.constants ?? {}
  let count = 0
  const groups: { group: string; part: FieldPart }[] = []
  const pattern = (part: Part): string => {
    if (part.kind === 'text') return escape(part.text)
    if (part.kind === 'optional') return `(?:${part.parts.map(pattern).join('')})?`
    const group = `g${count++}`
    groups.push({ group, part })
    return `(?<${group}>${fieldPattern(part, options)})`
  }
  const expression = new RegExp(`^${parts.map(pattern).join('')}$`)
  return {
    text,
    parse: name => collect(expression.exec(name), groups, constants),
    print: fields => parts.map(part => printPart(part, { ...fields, ...constants }, text, options.tagDigits ?? 14)).join(''),
    mismatch: name =>
      findMismatch(
        parts,
        name,
        leaf => (leaf.kind === 'text' ? escape(leaf.text) : fieldPattern(leaf, options)),
        field => (constants[field] === undefined ? (options.absent?.includes(field) === true ? 'absent' : 'free') : 'needed'),
      ),
  }
}

const neverMatches = '(?!)'

function fieldPattern(part: FieldPart, options: TemplateOptions): string {
  if (options.absent?.includes(part.name) === true) return neverMatches
  if (part.form !== undefined) return timePattern(part.form)
  const constant = options.constants?.[part.name]
  const own = constant === undefined ? (options.patterns?.[part.name] ?? '[A-Za-z0-9-]+') : escape(constant)
  return part.upper ? own.replace(/\\.|[a-z]+/g, m => (m.startsWith('\\') ? m : m.toUpperCase())) : own
}

function collect(
  match: RegExpExecArray | null,
  groups: readonly { group: string; part: FieldPart }[],
  constants: Readonly<Record<string, string>>,
): Fields | undefined {
  if (match === null) return undefined
  const fields: Record<string, string | number> = {}
  for (const { group, part } of groups) {
    const found = match.groups?.[group]
    if (found === undefined) continue
    const value = part.form === undefined ? (part.upper ? found.toLowerCase() : found) : parseTimeField(part.form, found)
    if (value === undefined || (fields[part.name] !== undefined && fields[part.name] !== value)) return undefined
    fields[part.name] = value
  }
  // A constant that stands in an optional part must be there.
  return Object.entries(constants).every(([k, v]) => fields[k] === v || !groups.some(g => g.part.name === k)) ? fields : undefined
}

function printPart(part: Part, fields: Fields, text: string, tagDigits: 8 | 14): string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'optional') {
    const absent = part.parts.some(p => p.kind === 'field' && fields[p.name] === undefined)
    return absent ? '' : part.parts.map(p => printPart(p, fields, text, tagDigits)).join('')
  }
  const value =
    fields[part.name] ?? fail('filename/missing-field', `the name ${text} needs the field ${part.name}`, { text, field: part.name })
  if (typeof value === 'number') return formatTimeField(part.form ?? 'tag', value, tagDigits)
  return part.upper ? value.toUpperCase() : value
}
