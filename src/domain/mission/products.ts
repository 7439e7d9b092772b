import { followsEvents } from '#domain/partition'
import type { PartitionRule } from '#domain/partition'
import { proposeNearest } from './fault.ts'
import type { Head, NameStyle } from './head.ts'
import { noIstp, readIstp } from './istp.ts'
import { checkNames, fillPatterns, readPatternsOf, readWords } from './naming.ts'
import { joinProvenance, readProvenance } from './provenance.ts'
import { readRecord } from './record.ts'
import type { Sheaf } from './record.ts'
import { addFault, alternatives, entriesOf, isRow, isTextSpot, textOf } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'
import { readValidity } from './validity.ts'
import { eventKinds, expectations, fileFormats, productKinds } from './types.ts'
import type { Expect, FileFormat, IstpPolicy, Product } from './types.ts'
import { durationOf, partitionOf } from './words.ts'

/** A product with the places that later checks name. */
export interface ReadProduct {
  readonly product: Product
  readonly spot: Spot
  readonly style: NameStyle
  readonly packetsSpot: Spot | undefined
  readonly validitySpot: Spot | undefined
}

const keys =
  'title description kind instrument spacecraft names directory dataset format ext partition expect due interface packets packet-time packet-framing events validity istp attributes provenance'.split(
    ' ',
  )

const usualExt: Readonly<Partial<Record<FileFormat, string>>> = { ccsds: 'pkts', cdf: 'cdf', png: 'png', text: 'txt' }

export interface ReadProducts {
  readonly all: readonly ReadProduct[]
  /** Also those of products that are too faulty to be built. */
  readonly ids: readonly string[]
}

const idOf = (entry: Entry): string => entry.key.trim().split(/\s+/).join(' ')

export function readProducts(sheets: readonly Spot[], head: Head): ReadProducts {
  const entries = sheets.flatMap(spot => entriesOf(spot, 'the products').filter(isRow).flatMap(rowsOf))
  const all = entries.flatMap(entry => readProduct(entry, head) ?? [])
  const seen = new Set<string>()
  for (const { product, spot } of all) {
    if (seen.has(product.id)) addFault(spot, `the product "${product.id}" is declared twice`, 'keep one of the two')
    seen.add(product.id)
  }
  return { all, ids: entries.map(idOf) }
}

/** A key with alternatives (`a|b c`) stands for one product each; all with the same values. */
function rowsOf(entry: Entry): readonly Entry[] {
  const ids = alternatives(entry.key)
  if (ids.length === 1) return [entry]
  return ids.map(key => ({ ...entry, key }))
}

/** What the words of the key say by default; a text instead of keys is the title. */
function openRecord(entry: Entry, id: string, what: string, head: Head): Sheaf {
  const defaults = head.defaults.filter(({ word }) => id.split(' ').includes(word)).flatMap(({ entries }) => entries)
  if (!isTextSpot(entry.value)) return readRecord(entry.value, what, keys, defaults)
  const title: Entry = { key: 'title', keySpot: entry.keySpot, value: entry.value }
  return readRecord({ sheet: entry.value.sheet, node: null, at: entry.keySpot.at }, what, keys, [...defaults, title])
}

function readProduct(entry: Entry, head: Head): ReadProduct | undefined {
  const id = idOf(entry)
  const what = `the product "${id}"`
  const one = openRecord(entry, id, what, head)
  const kind = one.choice('kind', productKinds, 'science') ?? 'science'
  const format = one.choice('format', fileFormats) ?? 'text'
  const title = one.text('title')
  const partition = readPartition(entry, one, what, head.begins)
  const patterns = readPatternsOf(entry, one, kind, head)
  if (patterns === undefined) return undefined
  const { style } = patterns
  const words = readWords(entry, id, style)
  const spacecraft = readSpacecraft(one, what, head)
  const ext = one.text('ext', usualExt[format] ?? '')
  const due = one.at('due')
  const packets = one.at('packets')
  const product: Product = {
    id,
    title,
    description: one.text('description', ''),
    kind,
    instrument: readInstrument(entry, one, words['inst'], head),
    ...pick(words, ['mode', 'level', 'descriptor']),
    spacecraft,
    ...fillPatterns(patterns, { words, ext, spacecraft, partition }),
    scheme: style.scheme,
    format,
    ext,
    partition,
    expect: one.choice('expect', expectations, usualExpect(partition)) ?? 'inputs',
    ...(due === undefined ? {} : { due: durationOf(due, `due of ${what}`) }),
    interface: one.integer('interface', 0),
    ...(packets === undefined ? {} : { packets: textOf(packets, `packets of ${what}`) }),
    ...readPacketTime(one, what),
    ...readPacketFraming(one, what),
    ...readEventWords(one, what),
    ...readValidity(one, what, partition),
    attributes: one.data('attributes'),
    provenance: joinProvenance(head.provenance, readProvenance(one.at('provenance'), what)),
    istp: readPolicy(one, what, format, head),
    public: head.publicLevels.includes(words['level'] ?? '') || head.publicProducts.some(p => p.id === id),
  }
  checkNames(entry.keySpot, product, style)
  return { product, spot: entry.keySpot, style, packetsSpot: packets, validitySpot: one.at('validity') }
}

function readPartition(entry: Entry, one: Sheaf, what: string, begins: number): PartitionRule {
  const spot = one.at('partition')
  if (spot !== undefined) return partitionOf(spot, `partition of ${what}`, begins)
  addFault(entry.keySpot, `${what} needs the key "partition"`, 'day, hours N, month, orbit, region NAME, segment, contact, tag, span …')
  return { kind: 'day' }
}

function readPolicy(one: Sheaf, what: string, format: FileFormat, head: Head): IstpPolicy {
  const spot = one.at('istp')
  if (spot !== undefined && format !== 'cdf') addFault(spot, `${what} has format ${format}: ISTP is about CDF files`, 'take istp away')
  return format === 'cdf' ? readIstp(spot, `istp of ${what}`, head.istp) : noIstp
}

const usualExpect = (rule: PartitionRule): Expect => (followsEvents(rule) && rule.kind !== 'contact' ? 'events' : 'inputs')

/** What the event types of a list are here: `SROI: region sroi`. */
function readEventWords(one: Sheaf, what: string): Pick<Product, 'events'> {
  const spot = one.at('events')
  if (spot === undefined) return {}
  const entries = entriesOf(spot, `events of ${what}`).map(({ key, value }) => {
    const [kind = '', name = ''] = textOf(value, `the event ${key}`).split(' ')
    const known = eventKinds.find(k => k === kind)
    if (known === undefined && kind !== '') addFault(value, `"${kind}" is no kind of event`, proposeNearest(kind, eventKinds))
    return [key, { kind: known ?? 'region', name }] as const
  })
  return { events: Object.fromEntries(entries) }
}

function pick<Key extends string>(words: Readonly<Record<string, string>>, names: readonly Key[]): Partial<Record<Key, string>> {
  return Object.fromEntries(names.flatMap(name => (words[name] === undefined ? [] : [[name, words[name]]]))) as Partial<Record<Key, string>>
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

function readPacketFraming(one: Sheaf, what: string): Pick<Product, 'packetFraming'> {
  const spot = one.at('packet-framing')
  if (spot === undefined) return {}
  const framing = readRecord(spot, `packet-framing of ${what}`, ['prefix', 'suffix', 'file-header', 'version'])
  const octets = (key: string): number => framing.integer(key, 0, 0)
  return {
    packetFraming: { prefix: octets('prefix'), suffix: octets('suffix'), fileHeader: octets('file-header'), version: octets('version') },
  }
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
