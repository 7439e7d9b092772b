import { template } from '#domain/filename'
import type { NameTemplate, TemplateOptions } from '#domain/filename'
import { versionPattern } from '#domain/version'
import { proposeNearest } from './fault.ts'
import { keyFields } from './head.ts'
import type { Head, NameStyle, Pattern } from './head.ts'
import { readRecord } from './record.ts'
import type { Sheaf } from './record.ts'
import { addFault, entriesOf, textOf } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'
import { fileFormats, productKinds } from './types.ts'
import type { FileFormat, Product } from './types.ts'
import { durationOf, partitionOf } from './words.ts'

/** A product with the places that later checks name. */
export interface ReadProduct {
  readonly product: Product
  readonly spot: Spot
  readonly style: NameStyle
  readonly packetsSpot: Spot | undefined
}

const keys =
  'title description kind instrument spacecraft names directory dataset format ext partition expect due interface packets packet-time attributes'.split(
    ' ',
  )

const usualExt: Readonly<Partial<Record<FileFormat, string>>> = { ccsds: 'pkts', cdf: 'cdf', png: 'png', text: 'txt' }

export interface ReadProducts {
  readonly all: readonly ReadProduct[]
  /** Also those of products that are too faulty to be built. */
  readonly ids: readonly string[]
}

const idOf = (entry: Entry): string => entry.key.trim().split(/\s+/).join(' ')

export function readProducts(spot: Spot, head: Head): ReadProducts {
  const entries = entriesOf(spot, 'the products')
  const all = entries.flatMap(entry => readProduct(entry, head) ?? [])
  const seen = new Set<string>()
  for (const { product, spot } of all) {
    if (seen.has(product.id)) addFault(spot, `the product "${product.id}" is declared twice`, 'keep one of the two')
    seen.add(product.id)
  }
  return { all, ids: entries.map(idOf) }
}

function readProduct(entry: Entry, head: Head): ReadProduct | undefined {
  const id = idOf(entry)
  const what = `the product "${id}"`
  const one = readRecord(entry.value, what, keys)
  const kind = one.choice('kind', productKinds, 'science') ?? 'science'
  const styleName = one.text('names', kind === 'ancillary' ? 'ancillary' : 'science')
  const style = lookUp(head.styles, styleName, one.at('names') ?? entry.keySpot, 'name style')
  const format = one.choice('format', fileFormats) ?? 'text'
  const due = one.at('due')
  const packets = one.at('packets')
  const title = one.text('title')
  const partitionSpot = one.at('partition')
  if (partitionSpot === undefined) addFault(entry.keySpot, `${what} needs the key "partition"`, 'day, hours N, tag, contact or span')
  // By default all three have one name; then one fault for an unknown style is enough.
  const byName = <T>(all: ReadonlyMap<string, T>, key: string, what: string): T | undefined => {
    const spot = one.at(key)
    if (spot === undefined && style === undefined) return undefined
    return lookUp(all, one.text(key, styleName), spot ?? entry.keySpot, what)
  }
  const directory = byName(head.directories, 'directory', 'directory')
  const dataset = byName(head.datasets, 'dataset', 'dataset name')
  if (style === undefined || directory === undefined || dataset === undefined) return undefined

  const words = readWords(entry, id, style)
  const spacecraft = readSpacecraft(one, what, head)
  const instrument = readInstrument(entry, one, words['inst'], head)
  const ext = one.text('ext', usualExt[format] ?? '')
  const partition = partitionSpot === undefined ? { kind: 'day' as const } : partitionOf(partitionSpot, `partition of ${what}`)
  const options: TemplateOptions = {
    constants: { ...words, ext },
    absent: keyFields.filter(field => words[field] === undefined),
    tagDigits: partition.kind === 'day' ? 8 : 14,
    patterns: {
      ...style.fields,
      sc: spacecraft.map(sc => sc.replaceAll('-', String.raw`\-`)).join('|'),
      version: versionPattern(style.scheme),
    },
  }
  const { mode, level, descriptor } = words
  const product: Product = {
    id,
    title,
    description: one.text('description', ''),
    kind,
    instrument,
    ...(mode === undefined ? {} : { mode }),
    ...(level === undefined ? {} : { level }),
    ...(descriptor === undefined ? {} : { descriptor }),
    spacecraft,
    template: fill(style, options),
    dataset: fill(dataset, options),
    directory: fill(directory, options),
    scheme: style.scheme,
    format,
    ext,
    partition,
    expect: one.choice('expect', ['contacts', 'inputs'], 'inputs') ?? 'inputs',
    ...(due === undefined ? {} : { due: durationOf(due, `due of ${what}`) }),
    interface: one.integer('interface', 0),
    ...(packets === undefined ? {} : { packets: textOf(packets, `packets of ${what}`) }),
    ...readPacketTime(one, what),
    attributes: one.data('attributes'),
    public: (level !== undefined && head.publicLevels.includes(level)) || head.publicProducts.some(p => p.id === id),
  }
  checkNames(entry.keySpot, product, style)
  return { product, spot: entry.keySpot, style, packetsSpot: packets }
}

function readPacketTime(one: Sheaf, what: string): Pick<Product, 'packetTime'> {
  const spot = one.at('packet-time')
  if (spot === undefined) return {}
  const time = readRecord(spot, `packet-time of ${what}`, ['octet', 'coarse', 'fine', 'epoch'])
  const epoch = time.text('epoch')
  if (epoch !== 'tai-1958' && !/^\d{4}-\d{2}-\d{2}$/.test(epoch))
    addFault(time.at('epoch') ?? spot, `the epoch "${epoch}" is no date`, 'tai-1958 or a date such as 2010-01-01')
  const [octet, coarse, fine] = [time.integer('octet', 6, 6), time.integer('coarse', 4, 1), time.integer('fine', 0, 0)]
  return { packetTime: { octet, coarse, fine, epoch } }
}

/** A template whose syntax is wrong has its fault already; what stands here instead never parses a name. */
function fill(pattern: Pattern, options: TemplateOptions): NameTemplate {
  try {
    return template(pattern.text, options)
  } catch {
    return { text: pattern.text, parse: () => undefined, print: () => '', mismatch: name => ({ matched: 0, expected: '', found: name }) }
  }
}

function lookUp<T>(all: ReadonlyMap<string, T>, name: string, spot: Spot, what: string): T | undefined {
  const found = all.get(name)
  if (found === undefined && name !== '') addFault(spot, `the ${what} "${name}" is unknown`, proposeNearest(name, [...all.keys()]))
  return found
}

/** Fields that the words of a product's key stand for. */
function readWords(entry: Entry, id: string, style: NameStyle): Readonly<Record<string, string>> {
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

function readSpacecraft(one: Sheaf, what: string, head: Head): readonly string[] {
  const all = head.spacecraft.map(sc => sc.id)
  const items = one.items('spacecraft')
  if (items.length === 0) return all
  return items.map(item => {
    const id = textOf(item, `a spacecraft of ${what}`)
    if (id !== '' && id !== head.id && !all.includes(id))
      addFault(item, `the spacecraft "${id}" is unknown`, proposeNearest(id, [...all, head.id]))
    return id
  })
}

function readInstrument(entry: Entry, one: Sheaf, fromKey: string | undefined, head: Head): string {
  const spot = one.at('instrument')
  if (fromKey === undefined && spot === undefined)
    addFault(entry.keySpot, `the product "${entry.key}" needs the key "instrument"`, 'its key does not say it')
  const id = fromKey ?? one.text('instrument', '')
  const all = head.instruments.map(instrument => instrument.id)
  if (id !== '' && !all.includes(id)) addFault(spot ?? entry.keySpot, `the instrument "${id}" is unknown`, proposeNearest(id, all))
  return id
}

/** Names must carry what tells the product's files apart. */
function checkNames(spot: Spot, product: Product, style: NameStyle): void {
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
