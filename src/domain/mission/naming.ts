import { template } from '#domain/filename'
import type { NameTemplate, TemplateOptions } from '#domain/filename'
import type { PartitionRule } from '#domain/partition'
import { versionPattern } from '#domain/version'
import { proposeNearest } from './fault.ts'
import { keyFields } from './head.ts'
import type { Head, NameStyle, Pattern } from './head.ts'
import type { Sheaf } from './record.ts'
import { addFault } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'
import type { Product, ProductKind } from './types.ts'

/** What a product takes from `mission.yaml` for its names. */
export interface Patterns {
  readonly style: NameStyle
  readonly directory: Pattern
  readonly dataset: Pattern
}

/** Finds the styles that a product names, or its kind's; undefined (with faults) where one is unknown. */
export function readPatternsOf(entry: Entry, one: Sheaf, kind: ProductKind, head: Head): Patterns | undefined {
  const name = one.text('names', kind === 'ancillary' || kind === 'calibration' ? 'ancillary' : 'science')
  const style = lookUp(head.styles, name, one.at('names') ?? entry.keySpot, 'name style')
  // By default all three have one name; then one fault for an unknown style is enough.
  const byName = (all: ReadonlyMap<string, Pattern>, key: string, what: string): Pattern | undefined => {
    const spot = one.at(key)
    if (spot === undefined && style === undefined) return undefined
    return lookUp(all, one.text(key, name), spot ?? entry.keySpot, what)
  }
  const directory = byName(head.directories, 'directory', 'directory')
  const dataset = byName(head.datasets, 'dataset', 'dataset name')
  return style === undefined || directory === undefined || dataset === undefined ? undefined : { style, directory, dataset }
}

function lookUp<T>(all: ReadonlyMap<string, T>, name: string, spot: Spot, what: string): T | undefined {
  const found = all.get(name)
  if (found === undefined && name !== '') addFault(spot, `the ${what} "${name}" is unknown`, proposeNearest(name, [...all.keys()]))
  return found
}

export interface Filling {
  /** Fields of the product's key. */
  readonly words: Readonly<Record<string, string>>
  readonly ext: string
  readonly spacecraft: readonly string[]
  readonly partition: PartitionRule
}

const startsAtMidnight: readonly PartitionRule['kind'][] = ['day', 'month', 'mission']

/** The product's own templates: what its key says is fixed in them, what it lacks never appears. */
export function fillPatterns(
  { style, directory, dataset }: Patterns,
  { words, ext, spacecraft, partition }: Filling,
): Pick<Product, 'template' | 'directory' | 'dataset'> {
  const options: TemplateOptions = {
    constants: { ...words, ext },
    absent: keyFields.filter(field => words[field] === undefined),
    tagDigits: startsAtMidnight.includes(partition.kind) ? 8 : 14,
    patterns: {
      ...style.fields,
      sc: spacecraft.map(sc => sc.replaceAll('-', String.raw`\-`)).join('|'),
      version: versionPattern(style.scheme),
    },
  }
  return { template: fill(style, options), directory: fill(directory, options), dataset: fill(dataset, options) }
}

/** A template whose syntax is wrong has its fault already; what stands here instead never parses a name. */
function fill(pattern: Pattern, options: TemplateOptions): NameTemplate {
  try {
    return template(pattern.text, options)
  } catch {
    return { text: pattern.text, parse: () => undefined, print: () => '', mismatch: name => ({ matched: 0, expected: '', found: name }) }
  }
}

/** Fields that the words of a product's key stand for. */
export function readWords(entry: Entry, id: string, style: NameStyle): Readonly<Record<string, string>> {
  const words = id.split(' ')
  const least = style.key.filter(word => !word.optional).length
  const shape = style.key.map(word => (word.optional ? `[${word.field}]` : word.field)).join(' ')
  if (words.length < least || words.length > style.key.length)
    addFault(entry.keySpot, `the key "${id}" has ${words.length} words, its names need: ${shape}`)
  for (const word of words)
    if (!/^[A-Za-z0-9-]+$/.test(word))
      addFault(entry.keySpot, `"${word}" in the key "${id}" is part of file names`, 'use letters, digits and hyphens')
  return Object.fromEntries(style.key.flatMap(({ field }, i) => (words[i] === undefined ? [] : [[field, words[i]]])))
}

/** Names must carry what tells the product's files apart. */
export function checkNames(spot: Spot, product: Product, style: NameStyle): void {
  const has = (field: string): boolean => new RegExp(`\\{${field}[:}]`, 'i').test(style.text)
  if (product.spacecraft.length > 1 && !has('sc'))
    addFault(
      spot,
      `the product "${product.id}" is of ${product.spacecraft.length} spacecraft, but its names do not say which`,
      'put {sc} in the template',
    )
  if (!has('start')) addFault(spot, `names of the product "${product.id}" carry no time`, 'put {start:tag} in the template')
  if (has('ext') && product.ext === '')
    addFault(spot, `names of the product "${product.id}" end in {ext}, but it has none`, 'add the key "ext"')
}
