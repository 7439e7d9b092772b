import { fail } from '#error'
import { formatTimeField, parseTimeField, timeForms, timePattern } from './time-field.ts'
import type { TimeForm } from './time-field.ts'

/** Values of a name's fields: text, or milliseconds of UTC since 1970 for times. A field of an absent optional part is absent. */
export type Fields = Readonly<Record<string, string | number>>

/**
 * One text that parses and prints: `{sc}_{inst}[_{descriptor}]_{start:yyyymmdd}_v{version}.cdf`. `{SC}` is `{sc}` in capitals;
 * `[ ]` is left out when a field in it is absent; `{start:FORM}` is a time (see `timeForms`).
 */
export interface NameTemplate {
  readonly text: string
  /** undefined where the name does not fit, or a time in it is none. */
  parse(name: string): Fields | undefined
  /** Throws `filename/missing-field` where a field outside [ ] is absent. */
  print(fields: Fields): string
}

export interface TemplateOptions {
  /** Regular expressions (text, no capturing groups) by field; default: letters, digits and hyphens. */
  readonly patterns?: Readonly<Record<string, string>>
  /** Fields that are fixed: they need not be given to print, and a name with another value does not parse. */
  readonly constants?: Readonly<Record<string, string>>
  readonly tagDigits?: 8 | 14
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string; readonly upper: boolean; readonly form: TimeForm | undefined }
  | { readonly kind: 'optional'; readonly parts: readonly Part[] }

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** Throws `filename/bad-template` with the place of the fault. */
export function template(text: string, options: TemplateOptions = {}): NameTemplate {
  const parts = parseParts(text)
  const constants = options.constants ?? {}
  let count = 0
  const groups: { group: string; part: Part & { kind: 'field' } }[] = []
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
  }
}

function fieldPattern(part: Part & { kind: 'field' }, options: TemplateOptions): string {
  if (part.form !== undefined) return timePattern(part.form)
  const constant = options.constants?.[part.name]
  const own = constant === undefined ? (options.patterns?.[part.name] ?? '[A-Za-z0-9-]+') : escape(constant)
  return part.upper ? own.replace(/\\.|[a-z]+/g, m => (m.startsWith('\\') ? m : m.toUpperCase())) : own
}

function collect(
  match: RegExpExecArray | null,
  groups: readonly { group: string; part: Part & { kind: 'field' } }[],
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

function parseParts(text: string): readonly Part[] {
  const stack: Part[][] = [[]]
  const token = /\{([A-Za-z]+)(?::([A-Za-z_]+))?\}|\[|\]|[^{}[\]]+|[{}]/g
  for (const m of text.matchAll(token)) {
    const at = `at character ${m.index + 1} of ${text}`
    if (m[0] === '[') stack.push([])
    else if (m[0] === ']') {
      const inner = stack.pop() ?? []
      const outer = stack.at(-1) ?? fail('filename/bad-template', `a ] without its [ ${at}`, { text })
      outer.push({ kind: 'optional', parts: inner })
    } else if (m[1] === undefined) {
      if (m[0] === '{' || m[0] === '}') fail('filename/bad-template', `a lone ${m[0]} ${at}`, { text })
      stack.at(-1)?.push({ kind: 'text', text: m[0] })
    } else stack.at(-1)?.push(fieldPart(m[1], m[2], at))
  }
  if (stack.length > 1) fail('filename/bad-template', `a [ without its ] in ${text}`, { text })
  return stack[0] ?? []
}

function fieldPart(word: string, form: string | undefined, at: string): Part {
  const known = timeForms.find(f => f === form)
  if (form !== undefined && known === undefined)
    fail('filename/bad-template', `the time form ${form} is unknown ${at}; known are ${timeForms.join(', ')}`, { form })
  return { kind: 'field', name: word.toLowerCase(), upper: word === word.toUpperCase(), form: known }
}
