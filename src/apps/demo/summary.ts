import { hostname } from 'node:os'
import { burstLines, type BurstOverview } from '#services/burst'
import type { Db } from '#services/db'
import { readStatus } from '#services/monitor'

export interface SummaryFacts {
  readonly address: string
  readonly signIn: string
  readonly home: string
  readonly seconds: number
  readonly fresh: boolean
  /** Whether somebody can open a browser on this machine. */
  readonly screen: boolean
  readonly homeOption: string
  /** How burst stands, where the mission selects it. */
  readonly burst?: BurstOverview | undefined
}

/** What a newcomer wants to know when it is done, in plain words. */
export async function summaryLines(db: Db, facts: SummaryFacts, now: number): Promise<readonly string[]> {
  const status = await readStatus(db, now)
  const newest = await db
    .selectFrom('file')
    .select(['name', 'arrived_at'])
    .where('public', '=', true)
    .where('kind', '=', 'science')
    .orderBy('arrived_at', 'desc')
    .limit(3)
    .execute()
  const levels = status.byKind.map(k => `${k.kind} ${k.files}`).join(', ')
  const told = await pickStory(db)
  const port = new URL(facts.address).port
  return [
    '',
    facts.fresh
      ? `The simulated mission flew; everything was made in ${facts.seconds} s.`
      : `The simulated mission is back in ${facts.seconds} s.`,
    `  Files: ${status.files} with all versions; of each product the newest: ${levels}.`,
    `  Newest public products: ${newest.map(n => n.name).join(', ')}`,
    ...(facts.burst === undefined ? [] : burstSummary(facts.burst)),
    '',
    'Not everything went well, on purpose. Try:',
    `  ./apsis why ${told.dataset} ${told.partition}${facts.homeOption}`,
    `  ./apsis trace ${told.file}${facts.homeOption}`,
    `  ./apsis status${facts.homeOption}`,
    ...(facts.burst === undefined ? [] : [`  ./apsis sitl status${facts.homeOption}; ./apsis sitl why 1${facts.homeOption}`]),
    '',
    `The site: ${facts.address}`,
    ...(facts.screen
      ? []
      : [`  this machine has no screen; from yours: ssh -L ${port}:127.0.0.1:${port} ${hostname()}, then open http://127.0.0.1:${port}`]),
    `  sign in as operator, once: ${facts.signIn}`,
    `Files are in ${facts.home}; ./apsis clean takes it all away again.`,
  ]
}

/** What became of the bursts, and how soon the scientist on duty had something to look at. */
function burstSummary(overview: BurstOverview): readonly string[] {
  const [windows, segments, latency] = burstLines(overview).map(([, text]) => text)
  return [
    `  Burst: ${windows}.`,
    `    ${segments}.`,
    ...(latency === undefined ? [] : [`    From telemetry to what selecting needs: ${latency}.`]),
  ]
}

/** The cell with the best story: blamed on something lost, else on anything; and a raw file to follow. */
async function pickStory(db: Db): Promise<{ dataset: string; partition: string; file: string }> {
  const cells = await db
    .selectFrom('cell')
    .select(['dataset', 'partition', 'reason', 'product', 'next'])
    .where('have', '=', 'partial')
    .orderBy('start_time')
    .execute()
  const blamed = cells.filter(c => (c.reason as { kind?: unknown }).kind === 'inputs')
  const cell = blamed.find(c => c.product.endsWith(' l2')) ?? blamed[0] ?? cells[0]
  const raw = await db.selectFrom('file').select('name').where('kind', '=', 'telemetry').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return { dataset: cell?.dataset ?? 'DATASET', partition: cell?.partition ?? 'PARTITION', file: raw?.name ?? 'FILE' }
}
