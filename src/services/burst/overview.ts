import { accountFor, isFinished, type Account, type BurstTables } from '#domain/burst'
import type { Db } from '#services/db'
import { measureLatency, type Latency } from './latency.ts'
import { listSegments } from './segment.ts'
import { listWindows } from './window.ts'

/** How burst stands: in windows, segments, buffers over all spacecraft, and time. */
export interface BurstOverview {
  readonly windows: { readonly open: number; readonly byPeople: number; readonly automatic: number }
  /** When the next window closes, UTC milliseconds. */
  readonly nextClose: number | undefined
  readonly finished: number
  readonly complete: number
  readonly account: Account
  readonly latency: readonly Latency[]
}

const days = 86_400_000

/** Of the last `recent` days; undefined where there was no window in them. */
export async function readBurstOverview(
  db: Db,
  tables: BurstTables,
  mission: string,
  now: number,
  recent = 7,
): Promise<BurstOverview | undefined> {
  const since = now - recent * days
  const windows = (await listWindows(db, mission, 1000)).filter(window => window.openedAt >= since || window.state === 'open')
  if (windows.length === 0) return undefined
  const open = windows.filter(({ state }) => state === 'open')
  const closed = windows.filter(({ state }) => state === 'closed')
  const segments = (await Promise.all(closed.map(({ id }) => listSegments(db, mission, { window: id })))).flat()
  return {
    windows: {
      open: open.length,
      byPeople: closed.filter(({ decidedBy }) => decidedBy !== null).length,
      automatic: closed.filter(({ decidedBy }) => decidedBy === null).length,
    },
    nextClose: open.length === 0 ? undefined : Math.min(...open.map(({ deadline }) => deadline)),
    finished: segments.filter(({ status }) => isFinished(status.state)).length,
    complete: segments.filter(({ status }) => status.state === 'complete').length,
    account: accountFor(segments),
    latency: await measureLatency(db, tables, mission, since),
  }
}

/** The overview in a few lines of text, each with a word in front. */
export function burstLines({
  windows,
  nextClose,
  finished,
  complete,
  account,
  latency,
}: BurstOverview): readonly (readonly [word: string, text: string])[] {
  const { open, byPeople, automatic } = windows
  const next = nextClose === undefined ? '' : ` until ${new Date(nextClose).toISOString().slice(0, 16)}Z`
  const closed = byPeople + automatic
  const gone = account.demoted + account.derelict
  const sitl = latency.filter(({ to }) => to !== 'window')
  const toWindow = latency.find(({ to }) => to === 'window')
  return [
    ['burst', `${closed} windows closed (${byPeople} by people, ${automatic} as automated), ${open} open${next}`],
    [
      '',
      `${finished} of ${account.segments} segments finished, ${complete} of them complete; ` +
        `${account.received} of ${account.chosen} buffers have come${gone === 0 ? '' : `, ${gone} are lost`}`,
    ],
    ...(latency.length === 0
      ? []
      : [
          [
            'latency',
            [
              ...sitl.map(one => `${one.to} ${seconds(one.median)} (95 %: ${seconds(one.p95)}, ${one.count})`),
              ...(toWindow === undefined ? [] : [`window ${seconds(toWindow.median)} (95 %: ${seconds(toWindow.p95)}, ${toWindow.count})`]),
            ].join(', '),
          ] as const,
        ]),
  ]
}

/** `12 s`, `4.5 min`, `3.2 h`. */
const seconds = (s: number): string =>
  s < 120 ? `${s.toFixed(s < 10 ? 1 : 0)} s` : s < 7200 ? `${(s / 60).toFixed(1)} min` : `${(s / 3600).toFixed(1)} h`
