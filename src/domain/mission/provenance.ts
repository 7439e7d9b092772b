import { readRecord } from './record.ts'
import { addFault, textOf } from './sheet.ts'
import type { Spot } from './sheet.ts'
import { provenanceAttributes } from './types.ts'
import type { Product, Provenance } from './types.ts'

/** `provenance: { attributes: [...], lines: [...] }` of a mission or of a product. */
export function readProvenance(spot: Spot | undefined, what: string): Provenance {
  if (spot === undefined) return { attributes: [], lines: [] }
  const one = readRecord(spot, `provenance of ${what}`, ['attributes', 'lines'])
  for (const item of one.items('lines'))
    if (!isExpression(textOf(item, 'a line'))) addFault(item, `"${textOf(item, 'a line')}" is no regular expression`)
  return { attributes: one.texts('attributes'), lines: one.texts('lines') }
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text).source !== ''
  } catch {
    return false
  }
}

export const joinProvenance = (a: Provenance, b: Provenance): Provenance => ({
  attributes: [...a.attributes, ...b.attributes],
  lines: [...a.lines, ...b.lines],
})

/** Whether an attribute of a product's files says where they come from, and nothing of science. */
export function isProvenanceOf(product: Pick<Product, 'provenance'>): (attribute: string) => boolean {
  const names = new Set([...provenanceAttributes, ...(product.provenance?.attributes ?? [])].map(name => name.toLowerCase()))
  return attribute => names.has(attribute.toLowerCase())
}
