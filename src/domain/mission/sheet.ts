import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import { proposeNearest } from './fault.ts'
import type { Fault } from './fault.ts'

/** One YAML file being read: where its faults go, and how offsets become lines. */
export interface Sheet {
  readonly file: string
  readonly document: Document
  readonly lines: LineCounter
  readonly faults: Fault[]
}

/** A value in a sheet, with its place. */
export interface Spot {
  readonly sheet: Sheet
  readonly node: Node | null
  /** Offset in the text, for the place of a fault. */
  readonly at: number
  /** What `$name` stands for in texts of this entry of a table; undefined outside of tables. */
  readonly words?: Words
}

export type Words = Readonly<Record<string, string>>

/** Faults of the syntax and keys given twice are added to `faults`; undefined where the text is not YAML. */
export function openSheet(file: string, text: string, faults: Fault[]): Spot | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, logLevel: 'error' })
  const sheet: Sheet = { file, document, lines, faults }
  const twice = document.errors.filter(error => error.code === 'DUPLICATE_KEY')
  for (const error of twice) addFault({ sheet, node: null, at: error.pos[0] }, 'the same key stands here twice', 'keep one of the two')
  // After the first break of syntax the rest of the file is guesswork.
  const broken = [...document.errors, ...document.warnings].find(error => error.code !== 'DUPLICATE_KEY')
  if (broken === undefined) return checkAliases(sheet) ? spotOf({ sheet }, document.contents, 0) : undefined
  addFault({ sheet, node: null, at: broken.pos[0] }, `not YAML: ${broken.message}`, 'what follows in this file was not read')
  return undefined
}

/** Whether every alias leads somewhere else than into itself, and every merge key to a map; reading relies on it. */
function checkAliases(sheet: Sheet): boolean {
  const before = sheet.faults.length
  const say = (node: unknown, message: string, hint: string): void => addFault(spotOf({ sheet }, node, 0), message, hint)
  visit(sheet.document, {
    Alias(_, node, path) {
      const target = node.resolve(sheet.document)
      if (target === undefined) say(node, `no anchor &${node.source} stands before *${node.source}`, '')
      else if (path.includes(target)) say(node, `*${node.source} stands inside of what it stands for`, '')
    },
    Pair(_, pair) {
      if (!isMerge(pair.key)) return
      const source = isAlias(pair.value) ? pair.value.resolve(sheet.document) : pair.value
      if (!isMap(source)) say(pair.key, 'only keys with values can be merged', 'write <<: *name')
    },
  })
  return sheet.faults.length === before
}

const isMerge = (key: unknown): boolean => isScalar(key) && (typeof key.value === 'symbol' || key.value === '<<')

function spotOf({ sheet, words }: Pick<Spot, 'sheet' | 'words'>, node: unknown, at: number): Spot {
  const own = (node ?? null) as Node | null
  const offset = own?.range?.[0] ?? at
  const spot = { sheet, node: isAlias(own) ? (own.resolve(sheet.document) ?? null) : own, at: offset }
  return words === undefined ? spot : { ...spot, words }
}

export function addFault(spot: Spot, message: string, hint = ''): void {
  const { line, col } = spot.sheet.lines.linePos(spot.at)
  spot.sheet.faults.push({ file: spot.sheet.file, line: Math.max(line, 1), column: Math.max(col, 1), message, hint })
}

export interface Entry {
  readonly key: string
  readonly keySpot: Spot
  readonly value: Spot
}

/** A key that begins with a dot stands for nothing itself: it holds what anchors of other entries share. */
export const isRow = (entry: Entry): boolean => !entry.key.startsWith('.')

const isEmpty = (spot: Spot): boolean => spot.node === null || (isScalar(spot.node) && spot.node.value === null)

/** The key-value pairs of a map; an empty value counts as an empty map, anything else is a fault. */
export function entriesOf(spot: Spot, what: string): readonly Entry[] {
  if (isEmpty(spot)) return []
  if (!isMap(spot.node)) {
    addFault(spot, `${what} must be keys with values, not ${kindOf(spot)}`)
    return []
  }
  const all = spot.node.items.map((pair): Entry => {
    const keySpot = spotOf(spot, pair.key, spot.at)
    const key = isMerge(keySpot.node) ? '<<' : isScalar(keySpot.node) ? fillWords(keySpot, String(keySpot.node.value)) : ''
    if (key === '') addFault(keySpot, `a key of ${what} must be text`)
    return { key, keySpot, value: spotOf(spot, pair.value, keySpot.at) }
  })
  // A merged map gives way to the map's own keys, wherever << stands (yaml.org/type/merge).
  const own = all.filter(entry => entry.key !== '<<')
  const merged = all.filter(entry => entry.key === '<<').flatMap(entry => entriesOf(entry.value, what))
  return [...own, ...merged.filter(entry => !own.some(other => other.key === entry.key))]
}

export function itemsOf(spot: Spot, what: string): readonly Spot[] {
  if (isEmpty(spot)) return []
  if (isSeq(spot.node)) return spot.node.items.map(item => spotOf(spot, item, spot.at))
  addFault(spot, `${what} must be a list, not ${kindOf(spot)}`, 'write it as [a, b]')
  return []
}

/** The value as plain data, aliases resolved and `$names` filled in. */
export function valueOf(spot: Spot): unknown {
  const value: unknown = spot.node?.toJS(spot.sheet.document, { maxAliasCount: -1 }) ?? null
  return spot.words === undefined ? value : fillDeep(spot, value)
}

function fillDeep(spot: Spot, value: unknown): unknown {
  if (typeof value === 'string') return fillWords(spot, value)
  if (Array.isArray(value)) return value.map(item => fillDeep(spot, item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fillWords(spot, key), fillDeep(spot, item)]))
}

/** Puts in what `$name` stands for; a name that stands for nothing is a fault. */
function fillWords(spot: Spot, text: string): string {
  const { words } = spot
  if (words === undefined || !text.includes('$')) return text
  return text.replace(/\$([a-z]+)/g, (whole, name: string) => {
    const word = words[name]
    if (word === undefined) addFault(spot, `${whole} stands for nothing here`, proposeNearest(name, Object.keys(words)))
    return word ?? ''
  })
}

/** `a|b c|d` as `a c`, `a d`, `b c`, `b d`: how a table writes several keys in one line. */
export const alternatives = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s+/)
    .reduce<readonly string[]>((rows, word) => rows.flatMap(row => word.split('|').map(one => (row === '' ? one : `${row} ${one}`))), [''])

export const isTextSpot = (spot: Spot): boolean => isScalar(spot.node) && typeof spot.node.value === 'string'

export function kindOf(spot: Spot): string {
  if (isMap(spot.node)) return 'keys with values'
  if (isSeq(spot.node)) return 'a list'
  const value = valueOf(spot)
  if (value === null) return 'nothing'
  return typeof value === 'string' ? `the text "${value}"` : `the ${typeof value} ${JSON.stringify(value)}`
}

export function textOf(spot: Spot, what: string): string {
  const value = valueOf(spot)
  if (typeof value === 'string' && value.trim() !== '') return value
  addFault(spot, `${what} must be text, not ${kindOf(spot)}`, typeof value === 'number' ? 'put it in quotes' : '')
  return ''
}

export function integerOf(spot: Spot, what: string, lowest = 0): number {
  const value = valueOf(spot)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= lowest) return value
  addFault(spot, `${what} must be a whole number from ${lowest}, not ${kindOf(spot)}`)
  return lowest
}

export function booleanOf(spot: Spot, what: string): boolean {
  const value = valueOf(spot)
  if (typeof value === 'boolean') return value
  addFault(spot, `${what} must be true or false, not ${kindOf(spot)}`)
  return false
}

export function choiceOf<Choice extends string>(spot: Spot, what: string, choices: readonly Choice[]): Choice | undefined {
  const word = textOf(spot, what)
  if (word === '') return undefined
  const found = choices.find(choice => choice === word)
  if (found === undefined) addFault(spot, `${what}: "${word}" is unknown`, proposeNearest(word, choices))
  return found
}
