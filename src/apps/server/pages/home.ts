import type { HomeView, Matrix, Picture, Said, TourStep } from '#apps/web'
import { datasetId } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import type { CellName } from '#domain/plan'
import { countDatasets, hideInCell, listCells, newestCells, readStatus, searchFiles } from '#services/access'
import type { CellEntry, DatasetCount, FileEntry, MissionStatus } from '#services/access'
import type { PageAsk } from './frame.ts'
import { nameOfProduct, pictureOf, productName, slugOf, snippetsFor } from './names.ts'

/** How far back Home looks for the state of a dataset. */
const recent = 14 * 86_400_000

/** The mission that a visitor of the root most likely wants: the one with the most files. */
export async function leadingMission(ask: PageAsk): Promise<Mission | undefined> {
  const [only, ...others] = ask.parts.missions
  if (others.length === 0) return only
  const status = await readStatus(
    ask.parts.db,
    ask.parts.missions.map(m => m.id),
    ask.sight,
    ask.now,
  )
  const [first] = status.missions.toSorted((a, b) => b.files - a.files)
  return ask.parts.missions.find(m => m.id === first?.mission)
}

export async function viewHome(ask: PageAsk, mission: Mission): Promise<HomeView> {
  const { db } = ask.parts
  const status = (await readStatus(db, [mission.id], ask.sight, ask.now)).missions[0]
  const counts = await countDatasets(db, mission.id, ask.sight)
  const { troubled, newest } = await recentCells(ask, mission)
  const arrived = await searchFiles(db, { mission: mission.id, order: 'arrived', limit: 10 }, ask.sight)
  const pictures = await latestPictures(ask, mission)
  const example = await chooseExample(ask, mission)
  return {
    page: 'home',
    title: mission.title,
    sentence: sayState(mission.id, status, troubled),
    counts: { files: status?.files ?? 0, bytes: status?.bytes ?? 0, newestArrival: status?.newestArrival ?? undefined },
    matrix: makeMatrix(mission, counts, troubled, newest),
    newest: arrived,
    pictures,
    tour: planTour(mission, pictures[0], example, [...troubled, ...newest]),
    snippets: example === undefined ? [] : await snippetsFor(mission, ask.origin, example),
    example: example?.name,
  }
}

/** What is not as it should be of late, newest first, and the newest cell of each dataset of the matrix. */
async function recentCells(ask: PageAsk, mission: Mission): Promise<Record<'troubled' | 'newest', readonly CellEntry[]>> {
  const from = ask.now - recent
  const states = ['failed', 'late', 'held', 'lost', 'waiting', 'running', 'partial'] as const
  const troubled = await listCells(ask.parts.db, { mission: mission.id, from, states, limit: 2000 }, ask.now)
  const datasets = mission.products.filter(isInMatrix).flatMap(p => p.spacecraft.map(s => datasetId(p, s)))
  const newest = await newestCells(ask.parts.db, mission.id, datasets, from, ask.now)
  const hide = (c: CellEntry): CellEntry => hideInCell(mission, c, ask.sight)
  return { troubled: troubled.map(hide), newest: newest.map(hide) }
}

const isInMatrix = (product: Product): boolean => product.kind === 'science' && product.public

/** One sentence that says the state first: what is not as it should be, each part leading to where it is explained. */
export function sayState(mission: string, status: MissionStatus | undefined, cells: readonly CellEntry[]): readonly Said[] {
  const count = (shown: CellEntry['shown']): number => status?.cells[shown] ?? 0
  const total = Object.values(status?.cells ?? {}).reduce((sum, n) => sum + n, 0)
  if (status === undefined || (total === 0 && status.files === 0)) return [{ text: 'Nothing has arrived yet.' }]
  if (total === 0) return [{ text: 'Nothing is expected here; what comes is kept.' }]
  const bad = (['failed', 'late', 'held'] as const).filter(s => count(s) > 0)
  const coming = count('waiting') + count('running')
  const aside: Said[] = [
    ...(coming === 0 ? [] : [{ text: ` ${coming} more ${coming === 1 ? 'waits' : 'wait'} for data or for the job that makes it.` }]),
    ...(count('lost') === 0 ? [] : [{ text: ` ${count('lost')} lost on the way down.`, href: '/ops' }]),
  ]
  if (bad.length === 0) return [{ text: 'Everything expected by now is made.', state: 'made' }, ...aside]
  const made = count('made') + count('partial')
  const byName = new Map(cells.map(c => [keyOf(c), c]))
  const roots = new Set(cells.filter(c => bad.some(b => b === c.shown)).map(c => rootOf(c, byName)))
  const parts = bad.flatMap((s, i): Said[] => [...(i > 0 ? [{ text: ', ' }] : []), { text: `${count(s)} ${s}`, state: s, href: '/ops' }])
  const causes = roots.size === 0 ? '' : roots.size === 1 ? ', one cause' : `, ${roots.size} causes`
  return [
    { text: `${made} of ${made + bad.reduce((sum, s) => sum + count(s), 0)} products due by now are made; ` },
    ...parts,
    { text: `${causes}.` },
    ...aside,
  ]
}

function rootOf(cell: CellEntry, cells: ReadonlyMap<string, CellEntry>): string {
  const seen = new Set<CellEntry>()
  let at = cell
  for (;;) {
    seen.add(at)
    const cause = at.reason.causes?.[0]
    if (cause === undefined) return at.reason.job === undefined ? keyOf(at) : `job ${at.reason.job}`
    const next = cells.get(keyOf(cause))
    if (next === undefined || seen.has(next)) return keyOf(cause)
    at = next
  }
}

const keyOf = ({ dataset, partition }: CellName): string => `${dataset} ${partition}`

function makeMatrix(
  mission: Mission,
  counts: readonly DatasetCount[],
  troubled: readonly CellEntry[],
  newest: readonly CellEntry[],
): Matrix {
  const known = new Set([...counts, ...newest].map(c => c.product))
  const products = mission.products.filter(p => isInMatrix(p) && known.has(p.id))
  const telling = new Map(newest.map(c => [c.dataset, c]))
  // The newest of those that failed or are late is the last to be written.
  for (const c of troubled.toReversed()) if (c.shown === 'failed' || c.shown === 'late') telling.set(c.dataset, c)
  const newestOf = new Map(counts.map(c => [c.dataset, c.newest]))
  const rows = mission.spacecraft.map(s => ({
    spacecraft: s.id,
    title: s.title,
    cells: products.map(p => {
      if (!p.spacecraft.includes(s.id)) return undefined
      const dataset = datasetId(p, s.id)
      const cell = telling.get(dataset)
      return { dataset, newest: newestOf.get(dataset), shown: cell?.shown, partition: cell?.partition }
    }),
  }))
  return { products: products.map(productName), rows: products.length === 0 ? [] : rows }
}

/** The newest picture of each spacecraft, of the kind of picture that has the newest. */
async function latestPictures(ask: PageAsk, mission: Mission): Promise<readonly Picture[]> {
  const search = { mission: mission.id, kind: 'quicklook', order: 'arrived', limit: 200 } as const
  const files = await searchFiles(ask.parts.db, search, ask.sight)
  const whole = files.filter(f => f.product === (files.find(g => g.partition.length === 10) ?? files[0])?.product)
  const newest = whole.toSorted((a, b) => b.start - a.start || (a.spacecraft < b.spacecraft ? -1 : 1))
  const firsts = newest.filter((f, i) => newest.findIndex(g => g.spacecraft === f.spacecraft) === i)
  return firsts
    .toSorted((a, b) => (a.spacecraft < b.spacecraft ? -1 : 1))
    .slice(0, 4)
    .map(f => pictureOf(mission, f))
}

/** The file that the tour shows and loads: public, with as rich a lineage as there is, its time over. */
async function chooseExample(ask: PageAsk, mission: Mission): Promise<FileEntry | undefined> {
  const files = await searchFiles(ask.parts.db, { mission: mission.id, kind: 'science', limit: 300 }, 'public')
  const inputsOf = (f: FileEntry): number =>
    f.job === null ? 0 : (mission.processes.find(p => p.outputs.some(o => o.product === f.product))?.inputs.length ?? 0)
  const rank = (f: FileEntry): number => inputsOf(f) + (f.stop <= ask.now ? 0.5 : 0)
  return files.toSorted((a, b) => rank(b) - rank(a) || b.start - a.start)[0]
}

function planTour(
  mission: Mission,
  picture: Picture | undefined,
  example: FileEntry | undefined,
  cells: readonly CellEntry[],
): readonly TourStep[] {
  if (example === undefined) return []
  const troubled =
    cells.find(c => c.shown === 'late' && (c.reason.causes ?? []).length > 0) ??
    cells.find(c => ['late', 'failed', 'held'].includes(c.shown)) ??
    cells.find(c => (c.reason.causes ?? []).length > 0) ??
    cells.find(c => c.shown === 'lost' || c.shown === 'partial') ??
    cells[0]
  const file = `/${mission.id}/file/${encodeURIComponent(example.name)}`
  const lookAt = `/${mission.id}/quicklook?day=${new Date(picture?.start ?? 0).toISOString().slice(0, 10)}`
  return [
    ...(picture === undefined
      ? []
      : [
          {
            title: 'A picture',
            text: 'The day at a glance: field, spectra, moments.',
            href: `${lookAt}&product=${slugOf(picture.product.id)}&sc=${picture.spacecraft}`,
          },
        ]),
    { title: 'A file', text: `${nameOfProduct(mission, example.product).title}: checksum, coverage, versions.`, href: file },
    { title: 'Its lineage', text: 'Down to the telemetry it was made from.', href: `${file}#lineage` },
    ...(troubled === undefined
      ? []
      : [
          {
            title: 'Why not?',
            text: `${troubled.dataset} ${troubled.partition} is ${troubled.shown}: the chain of causes.`,
            href: `/${mission.id}/why/${troubled.dataset}/${troubled.partition}`,
          },
        ]),
    { title: 'Load it', text: 'This very file from this address, by curl or Python.', href: '#load' },
  ]
}
