import { fail } from '#error'
import type { Mission, Product, ProductKind } from '#domain/mission'

export type FileType = 'science' | 'ancillary' | 'hk'

/** Which kinds of file the file service lists under a word of its path. */
export const fileTypes: Readonly<Record<FileType, readonly ProductKind[]>> = { science: ['science'], ancillary: ['ancillary'], hk: [] }

/** One question to the file service, in the ledger's words. Absent = any. Times in UTC milliseconds, half-open, on the file's start tag. */
export interface FileQuery {
  readonly products: readonly string[]
  readonly spacecraft?: readonly string[]
  readonly names?: readonly string[]
  readonly versions?: readonly string[]
  readonly from?: number
  readonly to?: number
  /** Whether anything at all was asked for. */
  readonly constrained: boolean
}

/** Every spelling that clients in the field send, by what it means. */
const spellings = {
  file: ['file', 'files'],
  sc: ['sc_id', 'sc_ids'],
  instrument: ['instrument_id', 'instrument_ids'],
  mode: ['data_rate_mode', 'data_rate_modes'],
  level: ['data_level', 'data_levels'],
  descriptor: ['descriptor', 'descriptors'],
  product: ['product', 'products', 'ancprod'],
  version: ['version', 'versions'],
  start: ['start_date', 'start_time'],
  end: ['end_date', 'end_time'],
} as const
type Word = keyof typeof spellings

/** Reads the parameters of the file service: comma lists mean OR, different parameters AND; empty values and unknown names are ignored. */
export function parseFileQuery(mission: Mission, type: FileType, parameters: URLSearchParams): FileQuery {
  const asked = (word: Word): readonly string[] | undefined => {
    const values = spellings[word].flatMap(name => parameters.getAll(name)).flatMap(text => text.split(','))
    const given = values.map(v => v.trim()).filter(v => v !== '')
    return given.length === 0 ? undefined : given
  }
  const lower = (word: Word): readonly string[] | undefined => asked(word)?.map(v => v.toLowerCase())
  const science = type !== 'ancillary'
  const wanted: readonly (readonly [readonly string[] | undefined, (p: Product) => string | undefined])[] = science
    ? [
        [lower('instrument'), p => p.instrument],
        [lower('mode'), p => p.mode],
        [lower('level'), p => p.level],
        [lower('descriptor'), p => p.descriptor],
      ]
    : [[lower('product'), p => p.id]]
  const products = mission.products.filter(
    p =>
      fileTypes[type].includes(p.kind) &&
      wanted.every(([values, of]) => values === undefined || values.includes((of(p) ?? '').toLowerCase())),
  )
  const from = parseTag(asked('start')?.[0], 'start_date')
  const to = parseTag(asked('end')?.[0], 'end_date')
  const parts = { spacecraft: lower('sc'), names: asked('file'), versions: asked('version'), from, to }
  const constrained = Object.values(parts).some(v => v !== undefined) || wanted.some(([values]) => values !== undefined)
  const given = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
  return { products: products.map(p => p.id), constrained, ...given }
}

const tagPattern = /^(\d{4})-(\d{2})-(\d{2})(?:[-T](\d{2})[-:](\d{2})(?:[-:](\d{2})(?:\.\d+)?)?Z?)?$/

/** Reads `YYYY-MM-DD` or `YYYY-MM-DD-hh-mm-ss`; a bare date means its midnight. */
function parseTag(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const [, y, m, d, h = '00', min = '00', s = '00'] = tagPattern.exec(text) ?? malformed(text, name)
  const ms = Date.parse(`${y}-${m}-${d}T${h}:${min}:${s}Z`)
  // Date.parse rolls 30 February over to March: what comes back must be what was written.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== `${y}-${m}-${d}`) malformed(text, name)
  return ms
}

const malformed = (text: string, name: string): never =>
  fail('access/bad-time', `${name}=${text} is no time: write YYYY-MM-DD or YYYY-MM-DD-hh-mm-ss`, { text, name })
