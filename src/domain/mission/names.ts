import type { Fields, Mismatch } from '#domain/filename'
import { formatVersion, parseVersion } from '#domain/version'
import type { Version } from '#domain/version'
import { fail } from '#error'
import type { Dataset, Mission, Process, Product } from './types.ts'

/** What a file's name says. Times are milliseconds of UTC since 1970. */
export interface Identified {
  readonly product: Product
  /** The dataset's id. */
  readonly dataset: string
  readonly spacecraft: string
  readonly fields: Fields
  readonly start: number
  /** Only where the name carries a second time. */
  readonly stop?: number
  readonly version: Version
  readonly reason?: undefined
}

/** A sentence for people: which product's names come nearest, and what is wrong. */
export interface NotIdentified {
  readonly product?: undefined
  readonly reason: string
}

/** Fields that a product's own key words fill, and the spacecraft. */
export const fieldsOf = (product: Product, spacecraft: string): Readonly<Record<string, string>> => ({
  sc: spacecraft,
  inst: product.instrument,
  ...(product.mode === undefined ? {} : { mode: product.mode }),
  ...(product.level === undefined ? {} : { level: product.level }),
  ...(product.descriptor === undefined ? {} : { descriptor: product.descriptor }),
})

/** Unique in the mission, e.g. `sc1_mag_srvy_l2`. */
export function datasetId(product: Product, spacecraft: string): string {
  let known = printed.get(product)
  if (known === undefined) printed.set(product, (known = new Map()))
  let id = known.get(spacecraft)
  if (id === undefined) known.set(spacecraft, (id = product.dataset.print({ sc: spacecraft })))
  return id
}

/** Planning asks for the same few names millions of times. */
const printed = new WeakMap<Product, Map<string, string>>()

export const datasetsOf = (mission: Mission): readonly Dataset[] =>
  mission.products.flatMap(product => product.spacecraft.map(spacecraft => ({ id: datasetId(product, spacecraft), product, spacecraft })))

/** Throws `mission/unknown-product`. */
export const findProduct = (mission: Mission, id: string): Product =>
  productsOf(mission).get(id) ??
  fail('mission/unknown-product', `mission ${mission.id} has no product "${id}"`, { mission: mission.id, product: id })

const products = new WeakMap<Mission, ReadonlyMap<string, Product>>()

function productsOf(mission: Mission): ReadonlyMap<string, Product> {
  let known = products.get(mission)
  if (known === undefined) products.set(mission, (known = new Map(mission.products.map(p => [p.id, p]))))
  return known
}

/** Reads a file name (no folders) by the products' templates. */
export function identifyName(mission: Mission, fileName: string): Identified | NotIdentified {
  for (const product of mission.products) {
    const fields = product.template.parse(fileName)
    if (fields === undefined) continue
    const spacecraft = String(fields['sc'] ?? product.spacecraft[0] ?? '')
    const version =
      fields['version'] === undefined ? product.scheme.parts.map(() => 0) : parseVersion(product.scheme, String(fields['version']))
    if (version === undefined) continue
    const [start, stop] = [Number(fields['start']), fields['stop']]
    if (typeof stop === 'number' && stop < start)
      return { reason: `${fileName} names a stop (${day(stop)}) before its start (${day(start)}).` }
    const times = typeof stop === 'number' ? { start, stop } : { start }
    return { product, dataset: datasetId(product, spacecraft), spacecraft, fields, ...times, version }
  }
  return { reason: explainName(mission, fileName) }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

function explainName(mission: Mission, fileName: string): string {
  const tries = mission.products.map(product => ({ product, mismatch: product.template.mismatch(fileName) }))
  const furthest = Math.max(0, ...tries.map(t => t.mismatch.matched))
  const best = tries.filter(t => t.mismatch.matched === furthest)
  const first = best[0]
  const start = `${fileName} fits no name of mission ${mission.id}`
  if (first === undefined || furthest === 0) {
    const samples = [...new Set(mission.products.map(product => product.template.text))]
    return `${start}. Its names look like ${samples.join(' or ')}.`
  }
  const wanted = [...new Set(best.map(t => wordFor(t.product, t.mismatch)))].sort()
  const names = [...new Set(best.map(t => t.product.id))]
  const nearest = names.length <= 3 ? `Nearest: ${names.join(', ')} (${first.product.template.text}). ` : ''
  const found = first.mismatch.found === '' ? 'the name ends' : `"${first.mismatch.found}" stands there`
  return `${start}. ${nearest}After "${fileName.slice(0, furthest)}" it needs ${wanted.slice(0, 8).join(' or ')}${wanted.length > 8 ? ' …' : ''}, but ${found}.`
}

function wordFor(product: Product, mismatch: Mismatch): string {
  const own: Readonly<Record<string, string | undefined>> = { ...fieldsOf(product, ''), ext: product.ext }
  switch (mismatch.field) {
    case undefined:
      return mismatch.expected === '' ? 'its end' : `"${mismatch.expected}"`
    case 'sc':
      return `a spacecraft (${product.spacecraft.join(', ')})`
    case 'version':
      return `a version (${product.scheme.written})`
    case 'start':
    case 'stop':
      return `a ${mismatch.field} time (${mismatch.expected})`
    case 'product':
      return `"${product.id}" (product)`
    default:
      return `"${own[mismatch.field] ?? mismatch.expected}" (${mismatch.field})`
  }
}

export interface NameParts {
  readonly product: Product
  readonly spacecraft: string
  readonly start: number
  readonly stop?: number
  readonly version: Version
}

/** The file name that a product's template gives. */
export const printName = ({ product, spacecraft, start, stop, version }: NameParts): string =>
  product.template.print({
    sc: spacecraft,
    start,
    ...(stop === undefined ? {} : { stop }),
    version: formatVersion(product.scheme, version),
  })

/** Where a file lies below the mission's archive folder, name included. */
export const archivePath = (product: Product, spacecraft: string, start: number, fileName: string): string =>
  `${product.directory.print({ sc: spacecraft, start })}/${fileName}`

/** Whether a product's files are public as soon as they are made. */
export const isPublic = (product: Product): boolean => product.public

/** The package of code whose releases a process runs with. */
export const packageOf = (mission: Mission, process: Process): string => process.code ?? mission.id
