import { fail } from '#error'
import { isTimeForm, timeForms } from './time-field.ts'
import type { TimeForm } from './time-field.ts'

/** What a template's text consists of. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'field'; readonly name: string; readonly upper: boolean; readonly form: TimeForm | undefined }
  | { readonly kind: 'optional'; readonly parts: readonly Part[] }

export type FieldPart = Part & { readonly kind: 'field' }

/** Throws `filename/bad-template` with the place of the fault. */
export function parseParts(text: string): readonly Part[] {
  const stack: Part[][] = [[]]
  const token = /\{([A-Za-z]+)(?::([A-Za-z_-]+))?\}|\[|\]|[^{}[\]]+|[{}]/g
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

function fieldPart(word: string, form: string | undefined, at: string): FieldPart {
  if (form !== undefined && !isTimeForm(form))
    fail('filename/bad-template', `the time form ${form} is none ${at}; e.g. ${timeForms.join(', ')}`, { form })
  return { kind: 'field', name: word.toLowerCase(), upper: word === word.toUpperCase(), form }
}
