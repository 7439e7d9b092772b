import { makerOf } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import { describeRule } from '#domain/partition'

/**
 * A grown mission at a glance, as its format guide would print it: one row per instrument with the modes, levels and descriptors that go
 * together, what one file covers and where it comes from. `–` is a product without a descriptor.
 */
export function glanceRows(mission: Mission): readonly (readonly string[])[] {
  const named = mission.products.filter(p => p.level !== undefined)
  const rows = [...groupBy(named, p => [p.instrument, p.mode, p.level, describeRule(p.partition), originOf(mission, p)])].map(
    ([key, products]) => {
      const [instrument = '', mode = '', level = '', per = '', origin = ''] = key.split('\t')
      return { instrument, modes: mode, levels: level, descriptors: joined(products.map(p => p.descriptor ?? '–')), per, origin }
    },
  )
  const modes = merge(rows, 'modes')
  const levels = merge(modes, 'levels')
  const others = [
    ...groupBy(
      mission.products.filter(p => p.level === undefined),
      p => [p.kind, describeRule(p.partition), originOf(mission, p)],
    ),
  ].map(([key, products]) => {
    const [kind = '', per = '', origin = ''] = key.split('\t')
    return [kind, '', '', joined(products.map(p => p.id)), per, origin]
  })
  const order = mission.instruments.map(i => i.id)
  const sorted = levels.toSorted((a, b) => order.indexOf(a.instrument) - order.indexOf(b.instrument))
  const cells = sorted.map((r, i) => {
    const first = sorted[i - 1]?.instrument !== r.instrument
    return [first ? r.instrument : '', r.modes, r.levels, r.descriptors, r.per, r.origin]
  })
  return [['instrument', 'modes', 'levels', 'descriptors', 'one per', 'from'], ...cells, ...others]
}

interface Row {
  readonly instrument: string
  readonly modes: string
  readonly levels: string
  readonly descriptors: string
  readonly per: string
  readonly origin: string
}

/** Rows that differ in one word only become one, with the words listed. */
function merge(rows: readonly Row[], word: 'modes' | 'levels'): readonly Row[] {
  const alike = groupBy(rows, row => Object.values({ ...row, [word]: '' }))
  return [...alike.values()].map(group => ({ ...(group[0] as Row), [word]: joined(group.map(row => row[word])) }))
}

const originOf = (mission: Mission, product: Product): string => {
  const maker = makerOf(mission, product.id)
  if (maker === undefined) return 'arrives'
  return maker.public === false ? 'a stand-in' : 'a program of its own'
}

const joined = (words: readonly string[]): string => [...new Set(words)].join(', ')

function groupBy<T>(items: readonly T[], key: (item: T) => readonly (string | undefined)[]): ReadonlyMap<string, readonly T[]> {
  return Map.groupBy(items, item => key(item).join('\t'))
}
