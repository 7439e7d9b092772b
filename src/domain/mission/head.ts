import { versionParts } from '#domain/version'
import type { VersionScheme } from '#domain/version'
import { SdcError } from '#error'
import { template } from '#domain/filename'
import { proposeNearest } from './fault.ts'
import { noIstp, readIstp } from './istp.ts'
import { readRecord } from './record.ts'
import { addFault, alternatives, choiceOf, entriesOf, isTextSpot, textOf, valueOf } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'
import { readProvenance } from './provenance.ts'
import type { Instrument, IstpPolicy, Provenance, Spacecraft } from './types.ts'

/** A text of `names`, `directories` or `datasets`, before a product fills it. */
export interface Pattern {
  readonly text: string
  readonly spot: Spot
}

/** A style of names: what `names` in a product refers to. */
export interface NameStyle extends Pattern {
  readonly scheme: VersionScheme
  /** Which words a product's key consists of, e.g. inst, mode, level and perhaps descriptor. */
  readonly key: readonly KeyWord[]
  /** Regular expressions of fields that only this style has. */
  readonly fields: Readonly<Record<string, string>>
}

export interface KeyWord {
  readonly field: string
  readonly optional: boolean
}

/** What `mission.yaml` says. */
export interface Head {
  readonly spot: Spot
  readonly id: string
  readonly title: string
  readonly description: string
  readonly spacecraft: readonly Spacecraft[]
  readonly instruments: readonly Instrument[]
  readonly styles: ReadonlyMap<string, NameStyle>
  readonly directories: ReadonlyMap<string, Pattern>
  readonly datasets: ReadonlyMap<string, Pattern>
  readonly publicLevels: readonly string[]
  readonly publicProducts: readonly { readonly id: string; readonly spot: Spot }[]
  readonly istp: IstpPolicy
  readonly simulation: Pattern | undefined
  readonly burst: Pattern | undefined
  readonly adapters: ReadonlyMap<string, Pattern>
  readonly provenance: Provenance
  readonly remakeLimit: number
  /** When the mission as a whole begins, UTC milliseconds. */
  readonly begins: number
  /** What products have by a word of their key, in order. */
  readonly defaults: readonly Default[]
}

/** Keys of a product that follow from a word of its own key, e.g. from its level. */
export interface Default {
  readonly word: string
  readonly entries: readonly Entry[]
}

const nameFields = ['sc', 'inst', 'mode', 'level', 'descriptor', 'product', 'ext', 'start', 'stop', 'version'] as const
export const keyFields = ['inst', 'mode', 'level', 'descriptor', 'product'] as const
/** Hooks that the core calls in an adapter module. */
const hooks = ['identify'] as const

/** So many remakes may follow from one input without a word. */
const usualRemakeLimit = 200

const known =
  'mission title description begins spacecraft instruments versions names directories datasets defaults release istp simulation burst adapters provenance remake-limit'.split(
    ' ',
  )

export function readHead(spot: Spot): Head {
  const top = readRecord(spot, 'the mission', known)
  const schemes = readSchemes(top.at('versions'))
  const release = readRecord(top.at('release') ?? nothingAt(spot), 'release', ['public-levels', 'public-products'])
  const simulation = top.at('simulation')
  const burst = top.at('burst')
  return {
    spot,
    id: word(top.at('mission'), top.text('mission')),
    title: top.text('title'),
    description: top.text('description', ''),
    spacecraft: top.items('spacecraft').map((item, i) => {
      const one = readRecord(item, 'the spacecraft', ['id', 'title', 'number'])
      const id = word(one.at('id'), one.text('id'))
      return { id, title: one.text('title', id), number: one.integer('number', i + 1) }
    }),
    instruments: top.items('instruments').map(item => {
      const one = readRecord(item, 'the instrument', ['id', 'title', 'modes'])
      return { id: word(one.at('id'), one.text('id')), title: one.text('title'), modes: one.texts('modes') }
    }),
    styles: readStyles(top.at('names'), schemes),
    directories: readPatterns(top.at('directories'), 'directories'),
    datasets: readPatterns(top.at('datasets'), 'datasets'),
    publicLevels: release.texts('public-levels'),
    publicProducts: release.items('public-products').map(item => ({ id: textOf(item, 'a public product'), spot: item })),
    istp: readIstp(top.at('istp'), 'istp', noIstp),
    simulation: simulation === undefined ? undefined : { text: top.text('simulation'), spot: simulation },
    burst: burst === undefined ? undefined : { text: top.text('burst'), spot: burst },
    adapters: readAdapters(top.at('adapters')),
    provenance: readProvenance(top.at('provenance'), 'the mission'),
    remakeLimit: top.integer('remake-limit', usualRemakeLimit, 1),
    begins: readBegin(top.at('begins')),
    defaults: readDefaults(top.at('defaults')),
  }
}

function readBegin(spot: Spot | undefined): number {
  const text = spot === undefined ? '2000-01-01' : String(valueOf(spot))
  const begins = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(begins) && spot !== undefined) addFault(spot, `the mission begins at a date, not "${text}"`, 'write it like 2015-03-13')
  return Number.isNaN(begins) ? 0 : begins
}

function readDefaults(spot: Spot | undefined): readonly Default[] {
  if (spot === undefined) return []
  return entriesOf(spot, 'defaults').flatMap(({ key, value }) =>
    alternatives(key).map(word => ({ word, entries: entriesOf(value, `the default of ${word}`) })),
  )
}

const nothingAt = (spot: Spot): Spot => ({ sheet: spot.sheet, node: null, at: spot.at })

function word(spot: Spot | undefined, text: string): string {
  if (spot !== undefined && text !== '' && !/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(text))
    addFault(spot, `"${text}" is part of file names and addresses`, 'use letters, digits and hyphens')
  return text
}

function readSchemes(spot: Spot | undefined): ReadonlyMap<string, VersionScheme> {
  const schemes = new Map<string, VersionScheme>()
  if (spot === undefined) return schemes
  for (const { key, value } of entriesOf(spot, 'versions')) {
    const one = readRecord(value, `the version scheme ${key}`, ['parts', 'written'])
    const parts = one
      .items('parts')
      .map(item => choiceOf(item, 'a part', versionParts))
      .filter(part => part !== undefined)
    const written = one.text('written')
    const slots = [...written.matchAll(/\{([a-z]+)(?::\d+)?\}/g)].map(m => m[1] ?? '')
    const at = one.at('written') ?? value
    if (parts.length === 0) addFault(value, `the version scheme ${key} needs parts`, `known: ${versionParts.join(', ')}`)
    for (const part of parts) if (!slots.includes(part)) addFault(at, `"${written}" does not write the part ${part}`, `put {${part}} in it`)
    for (const slot of slots)
      if (!parts.some(part => part === slot))
        addFault(at, `"${written}" writes {${slot}}, which is none of its parts`, proposeNearest(slot, parts))
    schemes.set(key, { id: key, parts, written })
  }
  return schemes
}

function readStyles(spot: Spot | undefined, schemes: ReadonlyMap<string, VersionScheme>): ReadonlyMap<string, NameStyle> {
  const styles = new Map<string, NameStyle>()
  if (spot === undefined) return styles
  for (const { key, value } of entriesOf(spot, 'names')) {
    const what = `the name style ${key}`
    const one = readRecord(value, what, ['template', 'version', 'key', 'fields'])
    const text = one.text('template')
    const version = one.text('version')
    const scheme = schemes.get(version)
    if (scheme === undefined && version !== '')
      addFault(one.at('version') ?? value, `the version scheme "${version}" is unknown`, proposeNearest(version, [...schemes.keys()]))
    const fields = readFieldPatterns(one.at('fields'), what)
    const at = one.at('template') ?? value
    checkTemplate({ text, spot: at }, [...nameFields, ...Object.keys(fields)])
    const words = one.text('key', key === 'ancillary' ? 'product' : 'inst mode level [descriptor]')
    styles.set(key, {
      text,
      spot: at,
      fields,
      key: readKeyWords(one.at('key') ?? value, words),
      scheme: scheme ?? { id: version, parts: ['revision'], written: '{revision}' },
    })
  }
  return styles
}

function readFieldPatterns(spot: Spot | undefined, what: string): Readonly<Record<string, string>> {
  if (spot === undefined) return {}
  const patterns: Record<string, string> = {}
  for (const { key, value } of entriesOf(spot, `fields of ${what}`)) {
    const text = textOf(value, `the pattern of ${key}`)
    if (isPattern(text)) patterns[key] = text
    else addFault(value, `the pattern of ${key} is no regular expression without groups: ${text}`, 'use (?: ) for groups')
  }
  return patterns
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(`${text}|`).exec('')?.length === 1
  } catch {
    return false
  }
}

function readKeyWords(spot: Spot, text: string): readonly KeyWord[] {
  return text.split(/\s+/).map(word => {
    const optional = /^\[\w+\]$/.test(word)
    const field = optional ? word.slice(1, -1) : word
    if (!keyFields.some(k => k === field)) addFault(spot, `a key cannot have the word "${word}"`, proposeNearest(field, keyFields))
    return { field, optional }
  })
}

function readPatterns(spot: Spot | undefined, what: string): ReadonlyMap<string, Pattern> {
  const patterns = new Map<string, Pattern>()
  if (spot === undefined) return patterns
  for (const { key, value } of entriesOf(spot, what)) {
    const pattern = { text: textOf(value, `${key} of ${what}`), spot: value }
    checkTemplate(pattern, nameFields)
    patterns.set(key, pattern)
  }
  return patterns
}

/** Faults of the template's own syntax, and fields that nothing gives. */
function checkTemplate(pattern: Pattern, fields: readonly string[]): void {
  try {
    template(pattern.text)
  } catch (error) {
    if (!(error instanceof SdcError)) throw error
    addFault(pattern.spot, error.message)
  }
  for (const [, word = ''] of pattern.text.matchAll(/\{([A-Za-z]+)/g))
    if (!fields.includes(word.toLowerCase())) addFault(pattern.spot, `no file has the field {${word}}`, proposeNearest(word, fields))
}

function readAdapters(spot: Spot | undefined): ReadonlyMap<string, Pattern> {
  const adapters = new Map<string, Pattern>()
  if (spot === undefined) return adapters
  for (const { key, keySpot, value } of entriesOf(spot, 'adapters')) {
    if (!hooks.some(hook => hook === key)) addFault(keySpot, `adapters has no key "${key}"`, proposeNearest(key, hooks))
    else if (isTextSpot(value)) adapters.set(key, { text: textOf(value, 'an adapter'), spot: value })
    else addFault(value, `the adapter ${key} must be the path of a module in the mission's folder`)
  }
  return adapters
}
