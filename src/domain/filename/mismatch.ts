import type { Part } from './parts.ts'
import { parseTimeField } from './time-field.ts'

/** Where and why a name does not fit a template. */
export interface Mismatch {
  /** How many leading characters of the name fit. */
  readonly matched: number
  /** The field that fails; undefined where fixed text or the end was wanted. */
  readonly field?: string
  /** The fixed text, or the form of a time; empty where the end was wanted or the field has no form. */
  readonly expected: string
  /** What stands there up to the next separator; empty at the end of the name. */
  readonly found: string
}

type Leaf = Exclude<Part, { kind: 'optional' }>

/** Tries the template with and without each optional part, and reports the try that gets furthest. */
export function findMismatch(
  parts: readonly Part[],
  name: string,
  patternOf: (leaf: Leaf) => string,
  presence: (field: string) => 'needed' | 'absent' | 'free',
): Mismatch {
  let best: Mismatch = { matched: -1, expected: '', found: name }
  for (const leaves of variantsOf(parts, presence)) {
    const one = tryVariant(leaves, name, patternOf)
    if (one.matched > best.matched) best = one
  }
  return best
}

function variantsOf(parts: readonly Part[], presence: (field: string) => 'needed' | 'absent' | 'free'): readonly (readonly Leaf[])[] {
  let variants: Leaf[][] = [[]]
  for (const part of parts) {
    if (part.kind !== 'optional') {
      for (const variant of variants) variant.push(part)
      continue
    }
    const fields = part.parts.flatMap(p => (p.kind === 'field' ? [presence(p.name)] : []))
    const inner = variantsOf(part.parts, presence)
    const withIt = fields.includes('absent') ? [] : variants.flatMap(v => inner.map(i => [...v, ...i]))
    variants = fields.includes('needed') ? withIt : [...withIt, ...variants]
  }
  return variants
}

function tryVariant(leaves: readonly Leaf[], name: string, patternOf: (leaf: Leaf) => string): Mismatch {
  for (let count = leaves.length; count >= 0; count--) {
    const match = new RegExp(
      `^${leaves
        .slice(0, count)
        .map(leaf => `(${patternOf(leaf)})`)
        .join('')}`,
    ).exec(name)
    if (match === null) continue
    let at = 0
    for (const [i, leaf] of leaves.slice(0, count).entries()) {
      const text = match[i + 1] ?? ''
      if (leaf.kind === 'field' && leaf.form !== undefined && parseTimeField(leaf.form, text) === undefined)
        return { matched: at, field: leaf.name, expected: leaf.form, found: text }
      at += text.length
    }
    const next = leaves[count]
    const found = /^[^_/]+|^.?/.exec(name.slice(at))?.[0] ?? ''
    if (next === undefined) return { matched: at, expected: '', found: name.slice(at) }
    if (next.kind === 'text') return { matched: at, expected: next.text, found }
    return { matched: at, field: next.name, expected: next.form ?? '', found }
  }
  return { matched: 0, expected: '', found: name }
}
