import type { QuicklookView } from '#apps/web'
import { datasetId } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import { hideInCell, listCells, searchFiles } from '#services/access'
import type { FileEntry } from '#services/access'
import type { PageAsk } from './frame.ts'
import { findBySlug, pictureOf, productName, slugOf } from './names.ts'

const day = 86_400_000
const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const dayOf = (ms: number): number => Math.floor(ms / day) * day

interface Choice {
  readonly day: number
  readonly product: string
  readonly sc: string
  readonly at?: string
}

/** The day browser: one kind of picture, one spacecraft, one day, and the way to its neighbours. */
export async function viewQuicklook(ask: PageAsk, mission: Mission): Promise<QuicklookView> {
  const query = ask.request.query as Readonly<Record<string, string | undefined>>
  const search = { mission: mission.id, kind: 'quicklook', limit: 5000 } as const
  const files = await searchFiles(ask.parts.db, search, ask.sight)
  const kinds = mission.products.filter(p => p.kind === 'quicklook')
  const product = chooseProduct(kinds, files, findBySlug(mission, query['product'] ?? ''))
  const own = files.filter(f => f.product === product?.id)
  const sc = product?.spacecraft.find(s => s === query['sc']) ?? own[0]?.spacecraft ?? product?.spacecraft[0] ?? ''
  const asked = Date.parse(query['day'] ?? '')
  const ofCraft = own.filter(f => f.spacecraft === sc)
  const today = dayOf(Number.isNaN(asked) ? (ofCraft[0]?.start ?? ask.now) : asked)
  const ofDay = ofCraft.filter(f => f.start < today + day && f.stop > today).toSorted((a, b) => a.start - b.start)
  const main = ofDay.find(f => f.partition === query['at']) ?? ofDay[0]
  const here: Choice = { day: today, product: slugOf(product?.id ?? ''), sc }
  const link = (change: Partial<Choice>): string => {
    const to = { ...here, ...change }
    const at = to.at === undefined ? '' : `&at=${to.at}`
    return `/${mission.id}/quicklook?day=${dayText(to.day)}&product=${to.product}&sc=${to.sc}${at}`
  }
  const days = countDays(ofCraft)
  return {
    page: 'quicklook',
    title: `Quicklook ${dayText(today)}`,
    days,
    day: today,
    earlier: neighbour(days, today, -1, link),
    later: neighbour(days, today, 1, link),
    product: here.product,
    products: kinds
      .filter(p => p.id === product?.id || files.some(f => f.product === p.id))
      .map(p => ({ ...productName(p), href: link({ product: slugOf(p.id) }), chosen: p.id === product?.id })),
    spacecraft: (product?.spacecraft ?? []).map(id => ({
      id,
      title: mission.spacecraft.find(s => s.id === id)?.title ?? id,
      href: link({ sc: id }),
      chosen: id === sc,
      there: own.some(f => f.spacecraft === id && f.start < today + day && f.stop > today),
    })),
    main: main === undefined ? undefined : pictureOf(mission, main),
    strip: ofDay.map(f => ({ ...pictureOf(mission, f), href: link({ at: f.partition }), chosen: f === main })),
    missing: main === undefined ? await sayMissing(ask, mission, product, sc, today) : undefined,
  }
}

/** The one asked for, else the one of whole days with pictures, else any with pictures. */
function chooseProduct(kinds: readonly Product[], files: readonly FileEntry[], asked: Product | undefined): Product | undefined {
  if (asked?.kind === 'quicklook') return asked
  const there = kinds.filter(p => files.some(f => f.product === p.id))
  return there.find(p => p.partition.kind === 'day') ?? there[0] ?? kinds[0]
}

function countDays(files: readonly FileEntry[]): QuicklookView['days'] {
  const counts = new Map<number, number>()
  for (const f of files) counts.set(dayOf(f.start), (counts.get(dayOf(f.start)) ?? 0) + 1)
  return [...counts].map(([d, pictures]) => ({ day: d, pictures })).toSorted((a, b) => b.day - a.day)
}

/** The next day that has pictures; beside the last one the calendar day, so that a missing picture's reason can be reached. */
function neighbour(days: QuicklookView['days'], today: number, step: 1 | -1, link: (to: Partial<Choice>) => string): string | undefined {
  const beyond = days.map(d => d.day).filter(d => (step > 0 ? d > today : d < today))
  if (beyond.length === 0) return undefined
  return link({ day: step > 0 ? Math.min(...beyond) : Math.max(...beyond) })
}

async function sayMissing(
  ask: PageAsk,
  mission: Mission,
  product: Product | undefined,
  sc: string,
  today: number,
): Promise<QuicklookView['missing']> {
  if (product === undefined) return { text: `${mission.title} makes no pictures.` }
  if (!product.public && ask.sight !== 'all') return { text: `Pictures of the kind ${product.id} are for the team: sign in to see them.` }
  const search = { mission: mission.id, dataset: datasetId(product, sc), from: today, to: today + day, limit: 1 }
  const [cell] = await listCells(ask.parts.db, search, ask.now)
  if (cell === undefined) return { text: `No ${product.id} picture of ${sc.toUpperCase()} is expected on ${dayText(today)}.` }
  const { reason, shown, dataset, partition } = hideInCell(mission, cell, ask.sight)
  return {
    text: `The picture of ${sc.toUpperCase()} on ${dayText(today)} is ${shown}: ${reason.text}.`,
    why: `/${mission.id}/why/${dataset}/${partition}`,
  }
}
