import {
  tieRules,
  type AutomaticParameters,
  type BurstLoop,
  type BurstTables,
  type Category,
  type Dated,
  type Guideline,
  type PlaybackRules,
} from '#domain/burst'
import { addFault, durationOf, entriesOf, itemsOf, openSheet, readRecord, textOf, type Fault, type Sheaf, type Spot } from '#domain/mission'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { fieldNumber, fieldNumbers, fieldWhole } from './numbers.ts'
import { readTriggers } from './triggers.ts'
import { readValidation } from './validation.ts'

export type ParsedTables =
  | { readonly tables: BurstTables; readonly faults?: undefined }
  | { readonly tables?: undefined; readonly faults: readonly Fault[] }

const known =
  'cycle buffer-bytes memory reserved contact-buffers playback mission-weights triggers automatic categories guidelines validation loop tags'.split(
    ' ',
  )

/**
 * Reads a mission's burst tables (`burst.yaml`): one value, or every fault with its place. `spacecraft` are the mission's ids,
 * in its order; times are UTC and become TAI seconds since 1958.
 */
export function parseBurstTables(file: string, text: string, spacecraft: readonly string[]): ParsedTables {
  const faults: Fault[] = []
  const spot = openSheet(file, text, faults)
  if (spot === undefined) return { faults }
  const top = readRecord(spot, 'the burst table', known)
  const cycle = top.at('cycle')
  if (cycle === undefined) addFault(spot, 'the burst table needs the key "cycle"', 'how long a buffer lasts, e.g. 10 s')
  const tags = readTags(top.at('tags'))
  const loop = top.at('loop')
  const tables: BurstTables = {
    spacecraft,
    cycleSeconds: cycle === undefined ? 1 : durationOf(cycle, 'cycle') / 1000,
    bufferBytes: fieldWhole(top, 'buffer-bytes', 1),
    memory: fieldWhole(top, 'memory', 1),
    reserved: readDated(top, 'reserved', ['buffers'], one => fieldWhole(one, 'buffers', 0)),
    contactBuffers: fieldWhole(top, 'contact-buffers', 1),
    playback: readDated(top, 'playback', ['ties', 'ageing-per-day', 'retransmit-after'], readPlayback),
    missionWeights: fieldNumbers(top, 'mission-weights', spacecraft.length),
    triggers: readDated(top, 'triggers', ['parameter-set', 'terms', 'weights', 'offsets', 'below', 'spacecraft'], one =>
      readTriggers(one, spacecraft),
    ),
    automatic: readDated(top, 'automatic', automaticKeys, readAutomatic),
    categories: readDated(top, 'categories', ['ranges'], readCategories),
    guidelines: readDated(top, 'guidelines', ['usual'], one => readGuidelines(one, Object.keys(tags))),
    validation: readValidation(top, readDated),
    ...(loop === undefined ? {} : { loop: readLoop(loop) }),
    tags,
  }
  checkMemory(top, tables)
  return faults.length === 0 ? { tables } : { faults: [...faults].sort((a, b) => a.line - b.line || a.column - b.column) }
}

function readPlayback(one: Sheaf): PlaybackRules {
  const again = one.at('retransmit-after')
  if (again === undefined) addFault(one.spot, 'the key "retransmit-after" is missing')
  return {
    ties: one.choice('ties', tieRules, 'oldest-first') ?? 'oldest-first',
    ageingPerDay: fieldNumber(one, 'ageing-per-day', 0, 256),
    retransmitAfter: again === undefined ? 1 : durationOf(again, 'retransmit-after') / 1000,
  }
}

function readLoop(spot: Spot): BurstLoop {
  const one = readRecord(spot, 'loop', ['evaluation', 'telemetry', 'regions', 'open', 'sitl'])
  const open = one.at('open')
  if (open === undefined) addFault(spot, 'loop needs the key "open"', 'how long a window stays open, e.g. 12 h')
  return {
    evaluation: one.text('evaluation'),
    telemetry: one.text('telemetry'),
    regions: one.text('regions'),
    open: open === undefined ? 1 : durationOf(open, 'open'),
    sitl: one.texts('sitl'),
  }
}

/** Reads a list whose entries begin with `from: DATE`, ascending. */
function readDated<T>(top: Sheaf, key: string, keys: readonly string[], read: (one: Sheaf) => T): Dated<T> {
  const spot = top.at(key)
  if (spot === undefined) {
    addFault(top.spot, `the burst table needs the key "${key}"`)
    return []
  }
  const items = itemsOf(spot, key)
  if (items.length === 0) addFault(spot, `${key} needs an entry`, 'write - { from: 2015-03-13, … }')
  let before = -Infinity
  return items.map(item => {
    const one = readRecord(item, `an entry of ${key}`, ['from', ...keys])
    const from = readMoment(one)
    if (from <= before) addFault(one.at('from') ?? item, `${key}: ${one.text('from')} does not follow the entry before`, 'sort by date')
    before = Math.max(before, from)
    return { from, value: read(one) }
  })
}

/** UTC `YYYY-MM-DD`, with or without a time of day. */
function readMoment(one: Sheaf): number {
  const text = one.text('from')
  const at = one.at('from') ?? one.spot
  if (text === '') return 0
  try {
    return Math.round(tai1958FromTt2000(parseUtc(text.length === 10 ? `${text}T00:00:00` : text)))
  } catch {
    addFault(at, `"${text}" is no date`, 'write 2015-08-04 or 2015-08-04T12:00:00')
    return 0
  }
}

const automaticKeys =
  'target-buffs fom-ave target-ratio min-segment-size max-segment-size pad pad-passes split search-ratio fom-window-size fom-slope fom-skew fom-bias'.split(
    ' ',
  )

/** Ranges as documented for the automated selection. */
const readAutomatic = (one: Sheaf): AutomaticParameters => ({
  targetBuffs: fieldWhole(one, 'target-buffs', 1),
  fomAve: fieldNumber(one, 'fom-ave', 0, 255),
  targetRatio: fieldNumber(one, 'target-ratio', 1, 100),
  minSegmentSize: fieldWhole(one, 'min-segment-size', 1),
  maxSegmentSize: fieldWhole(one, 'max-segment-size', 0),
  pad: fieldWhole(one, 'pad', 0),
  padPasses: one.integer('pad-passes', 1, 1),
  split: one.choice('split', ['remainder-first', 'clamped'], 'remainder-first') ?? 'remainder-first',
  searchRatio: fieldNumber(one, 'search-ratio', 0.5, 2),
  fomWindowSize: fieldWhole(one, 'fom-window-size', 1),
  fomSlope: fieldNumber(one, 'fom-slope', 0, 100),
  fomSkew: fieldNumber(one, 'fom-skew', 0, 1),
  fomBias: fieldNumber(one, 'fom-bias', 0, 1),
})

function readCategories(one: Sheaf): readonly Category[] {
  const ranges = one.items('ranges').map(item => {
    const range = readRecord(item, 'a category', ['category', 'low', 'high', 'use'])
    const category = fieldWhole(range, 'category', 0)
    const low = fieldNumber(range, 'low', 0, 256)
    const high = fieldNumber(range, 'high', 0, 256)
    if (high <= low) addFault(item, `category ${category} ends at ${high}, not above its begin at ${low}`)
    return { category, low, high, use: range.text('use', '') }
  })
  const byLow = [...ranges].sort((a, b) => a.low - b.low)
  for (const [i, range] of byLow.entries()) {
    const before = byLow[i - 1]
    if (before !== undefined && before.high !== range.low)
      addFault(
        one.spot,
        `categories ${before.category} and ${range.category} ${before.high > range.low ? 'overlap' : 'leave a gap'} between ${before.high} and ${range.low}`,
        'each begins where the one below ends',
      )
  }
  return ranges
}

const readGuidelines = (one: Sheaf, tags: readonly string[]): readonly Guideline[] =>
  one.items('usual').map(item => {
    const guideline = readRecord(item, 'a guideline', ['fom', 'text', 'tags'])
    const own = guideline.texts('tags')
    for (const tag of own)
      if (!tags.includes(tag)) addFault(guideline.at('tags') ?? item, `the tag "${tag}" is unknown`, 'declare it under tags')
    return { fom: fieldNumber(guideline, 'fom', 0, 255), text: guideline.text('text'), tags: own }
  })

function readTags(spot: Spot | undefined): Readonly<Record<string, string>> {
  if (spot === undefined) return {}
  return Object.fromEntries(entriesOf(spot, 'tags').map(({ key, value }) => [key, textOf(value, `the tag ${key}`)]))
}

function checkMemory(top: Sheaf, { reserved, memory }: BurstTables): void {
  for (const { value } of reserved)
    if (value > memory) addFault(top.at('reserved') ?? top.spot, `${value} buffers are reserved, but a spacecraft has ${memory}`)
}
