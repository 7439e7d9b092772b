import type { DataView, Facet, ProductRow, ProductView, RibbonRow } from '#apps/web'
import { describeRule } from '#domain/partition'
import { SdcError } from '#error'
import type { Mission, Product } from '#domain/mission'
import { countDatasets, countFiles, countShown, hideInCell, listCells, searchFiles } from '#services/access'
import type { CellEntry } from '#services/access'
import type { PageAsk } from './frame.ts'
import { nameOfProduct, productName, snippetsFor } from './names.ts'
import { parseTimeBox } from './time-box.ts'
import type { TimeSpan } from './time-box.ts'

const day = 86_400_000

const facetsOf = [
  { name: 'kind', title: 'Kind', of: (p: Product) => p.kind as string },
  { name: 'instrument', title: 'Instrument', of: (p: Product) => p.instrument },
  { name: 'mode', title: 'Mode', of: (p: Product) => p.mode ?? '' },
  { name: 'level', title: 'Level', of: (p: Product) => p.level ?? '' },
] as const

export async function viewData(ask: PageAsk, mission: Mission): Promise<DataView> {
  const query = new URLSearchParams(ask.request.url.split('?')[1] ?? '')
  const counts = await countDatasets(ask.parts.db, mission.id, ask.sight)
  const shown = await countShown(ask.parts.db, mission.id, ask.now - 14 * day, ask.now)
  const chosen = facetsOf.flatMap(f => {
    const value = query.get(f.name)
    return value === null || value === '' ? [] : [{ ...f, value }]
  })
  const fits = (p: Product, without?: string): boolean => chosen.every(c => c.name === without || c.of(p) === c.value)
  const rows = mission.products
    .filter(p => fits(p))
    .map((p): ProductRow => {
      const own = counts.filter(c => c.product === p.id)
      const states = Object.fromEntries(shown.filter(s => s.product === p.id).map(s => [s.shown, s.cells]))
      const newest = own.length === 0 ? undefined : Math.max(...own.map(c => c.newest))
      const sum = (of: 'files' | 'bytes'): number => own.reduce((total, c) => total + c[of], 0)
      return {
        ...productName(p),
        instrument: p.instrument,
        mode: p.mode ?? '',
        level: p.level ?? '',
        kind: p.kind,
        public: p.public,
        files: sum('files'),
        bytes: sum('bytes'),
        newest,
        states,
        hidden: !p.public && ask.sight !== 'all' && own.length === 0,
      }
    })
  const link = (name: string, value: string | undefined): string => {
    const changed = new URLSearchParams(query)
    if (value === undefined) changed.delete(name)
    else changed.set(name, value)
    return `/${mission.id}/data${changed.size === 0 ? '' : `?${changed.toString()}`}`
  }
  const facets = facetsOf.map((f): Facet => {
    const values = [...new Set(mission.products.map(p => f.of(p)).filter(v => v !== ''))]
    const own = query.get(f.name)
    return {
      name: f.name,
      title: f.title,
      values: values.map(value => ({
        value,
        count: mission.products.filter(p => f.of(p) === value && fits(p, f.name)).length,
        href: link(f.name, own === value ? undefined : value),
        chosen: own === value,
      })),
    }
  })
  const wider = chosen.find(c => mission.products.some(p => fits(p, c.name)))
  const widen =
    rows.length > 0 || wider === undefined
      ? {}
      : {
          widen: {
            text: `Without ${wider.title.toLowerCase()} ${wider.value}: ${mission.products.filter(p => fits(p, wider.name)).length}`,
            href: link(wider.name, undefined),
          },
        }
  return { page: 'data', title: `Data of ${mission.title}`, facets, rows, all: mission.products.length, ...widen }
}

/** Days of the ribbon, at the most. */
const ribbonDays = 14
const filesShown = 60

export async function viewProduct(ask: PageAsk, mission: Mission, product: Product): Promise<ProductView> {
  const query = ask.request.query as Readonly<Record<string, string | undefined>>
  const time = (query['t'] ?? '').trim()
  const span = readSpan(time, ask.now)
  const spacecraft = product.spacecraft.find(s => s === query['sc'])
  const versions = query['versions'] === 'all'
  const { db } = ask.parts
  const search = {
    mission: mission.id,
    product: product.id,
    versions,
    limit: filesShown,
    ...(spacecraft === undefined ? {} : { spacecraft }),
    ...('from' in span ? span : {}),
  }
  const files = await searchFiles(db, search, ask.sight)
  const cells = (await listCells(db, { mission: mission.id, product: product.id, limit: 2000 }, ask.now)).map(c =>
    hideInCell(mission, c, ask.sight),
  )
  const days = [...new Set(cells.map(c => Math.floor(c.start / day) * day))]
    .toSorted((a, b) => b - a)
    .slice(0, ribbonDays)
    .reverse()
  const maker = mission.processes.find(p => p.outputs.some(o => o.product === product.id))
  const users = mission.processes.filter(p => p.inputs.some(i => i.products.includes(product.id)))
  const [example] = files
  return {
    page: 'product',
    title: product.title,
    product: productName(product),
    description: product.description === product.title ? '' : product.description,
    facts: factsOf(mission, product),
    ...(maker === undefined
      ? {}
      : {
          process: {
            id: maker.id,
            title: maker.title,
            inputs: maker.inputs.flatMap(i => i.products.map(one => nameOfProduct(mission, one))),
          },
        }),
    usedBy: users.flatMap(p => p.outputs.map(o => nameOfProduct(mission, o.product))),
    days,
    ribbon: makeRibbon(mission, product, cells, days),
    files,
    total: await countFiles(db, search, ask.sight),
    chosen: {
      ...(spacecraft === undefined ? {} : { spacecraft }),
      time,
      versions,
      meaning: 'fault' in span ? span.fault : 'from' in span ? `${iso(span.from)} to ${iso(span.to)} UTC; every file that overlaps it` : '',
      wrong: 'fault' in span,
    },
    spacecraft: product.spacecraft.map(id => ({ id, title: mission.spacecraft.find(s => s.id === id)?.title ?? id })),
    snippets: example === undefined ? [] : await snippetsFor(mission, ask.origin, example),
  }
}

/** A time that cannot be read is told in place; the page around it keeps working. */
function readSpan(text: string, now: number): TimeSpan | { readonly fault: string } | { readonly any: true } {
  if (text === '') return { any: true }
  try {
    return parseTimeBox(text, now)
  } catch (error) {
    if (error instanceof SdcError) return { fault: error.message }
    throw error
  }
}

const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16)

function factsOf(mission: Mission, product: Product): readonly (readonly [string, string])[] {
  const instrument = mission.instruments.find(i => i.id === product.instrument)
  const hours = product.due === undefined ? undefined : product.due / 3_600_000
  return [
    ['Instrument', instrument === undefined ? product.instrument : `${instrument.title} (${instrument.id})`],
    ['One file', `per spacecraft and ${describeRule(product.partition)}, ${product.format}`],
    ['Who sees it', product.public ? 'everybody, as soon as it is made' : 'the team, with a token'],
    ...(hours === undefined
      ? []
      : [['Promise', `${hours < 1 ? `${Math.round(hours * 60)} min` : `${hours} h`} after the data came down`] as const]),
    ['Names like', product.template.text],
  ]
}

function makeRibbon(mission: Mission, product: Product, cells: readonly CellEntry[], days: readonly number[]): readonly RibbonRow[] {
  return product.spacecraft.map(spacecraft => {
    const own = cells.filter(c => c.spacecraft === spacecraft).toSorted((a, b) => a.start - b.start)
    return {
      spacecraft,
      title: mission.spacecraft.find(s => s.id === spacecraft)?.title ?? spacecraft,
      days: days.map(d => ({ day: d, cells: own.filter(c => c.start >= d && c.start < d + day) })),
    }
  })
}
