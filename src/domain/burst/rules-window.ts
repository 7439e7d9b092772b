import { cyclesWithin, runAround } from './grid.ts'
import { crossesGap } from './rules-segment.ts'
import { partInside, regionsOf } from './room.ts'
import { drop, leastWorth, nameSegment, perSegment, spanOf, type Context, type Found, type Mend, type Rule, type Stretch } from './rule.ts'
import { membersOf, segmentLength, totalLength, type Segment } from './types.ts'
import { figure, utcOf } from './utc.ts'

const trimTo = (id: number, start: number, stop: number, label: string): Mend => ({ label, edit: { kind: 'trim', id, start, stop } })
const sameBounds = (a: Segment, b: Segment): boolean => a.start === b.start && a.stop === b.stop

/** The checks of segments among each other, of the file's own counts, and of what was recorded; the present tool makes none. */
export const windowRules: readonly Rule[] = [
  {
    id: 'N3',
    class: 'error',
    title: 'segments overlap',
    check: c => pairs(c, (a, b) => !sameBounds(a, b)).map(([a, b]) => overlap(c, a, b)),
  },
  { id: 'N4', class: 'error', title: 'segment given twice', check: c => pairs(c, sameBounds).map(([a, b]) => duplicate(c, a, b)) },
  { id: 'N5', class: 'error', title: 'segments are not in order of time', check: checkOrder },
  { id: 'N6', class: 'error', title: 'counts do not fit the segments', check: checkCounts },
  { id: 'N12', class: 'error', title: 'segment outside of all science regions', check: c => checkRegions(c, 'outside') },
  { id: 'N13', class: 'yellow', title: 'segment partly outside of the science regions', check: c => checkRegions(c, 'partly') },
  { id: 'N14', class: 'error', title: 'segment older than the burst data in memory', check: checkOldest },
  perSegment(
    'N15',
    'error',
    'segment crosses a gap',
    (segment, c) => {
      if (!crossesGap(c, segment)) return undefined
      const last = runAround(c.selection.grid, segment.start)?.last ?? segment.stop
      return {
        sentence: `${nameSegment(c, segment)} reaches over the gap after cycle ${last}: there is no buffer between.`,
        mend: trimTo(segment.id, segment.start, segment.stop, 'cut it at the gap'),
      }
    },
    'sound',
  ),
  {
    id: 'N16',
    class: 'orange',
    title: 'too many segments',
    check: ({ selection: { segments }, limits }) => {
      if (segments.length <= limits.segmentsMax) return []
      const ids = leastWorth(segments, rest => rest.length <= limits.segmentsMax)
      return [
        {
          segments: [],
          sentence: `${segments.length} segments are selected; ${limits.segmentsMax} are the limit.`,
          mend: { label: `delete the ${ids.length} of least merit`, edit: { kind: 'delete', ids } },
        },
      ]
    },
  },
  { id: 'N17', class: 'yellow', title: 'trigger metadata incomplete', check: checkReceived },
  { id: 'N19', class: 'yellow', title: 'nothing is selected', check: checkEmpty },
  { id: 'N20', class: 'yellow', title: 'the automated selection unchanged', check: checkUnchanged },
]

/** Neighbours in time that share cycles, each with the one that reaches farthest before it. */
function pairs({ sound }: Context, which: (a: Segment, b: Segment) => boolean): readonly (readonly [Segment, Segment])[] {
  const byTime = [...sound].sort((a, b) => a.start - b.start || a.stop - b.stop)
  const found: (readonly [Segment, Segment])[] = []
  let farthest: Segment | undefined
  for (const segment of byTime) {
    if (farthest !== undefined && segment.start <= farthest.stop && which(farthest, segment)) found.push([farthest, segment])
    if (farthest === undefined || segment.stop >= farthest.stop) farthest = segment
  }
  return found
}

function overlap(c: Context, a: Segment, b: Segment): Found {
  const shared = Math.min(a.stop, b.stop) - Math.max(a.start, b.start) + 1
  const [kept, other] = b.fom > a.fom ? [b, a] : [a, b]
  return {
    segments: [a.id, b.id],
    sentence: `${nameSegment(c, a)} and segment ${b.id} share ${shared} cycles from ${utcOf(spanOf(c.selection, b).from)} on.`,
    mend: trimTo(kept.id, kept.start, kept.stop, `let segment ${other.id} give way to ${kept.id}`),
  }
}

function duplicate(c: Context, a: Segment, b: Segment): Found {
  const worse = b.fom > a.fom ? a : b
  return {
    segments: [a.id, b.id],
    sentence: `${nameSegment(c, a)} stands there again as segment ${b.id}, with the figures of merit ${figure(a.fom)} and ${figure(b.fom)}.`,
    mend: drop(worse.id, `delete segment ${worse.id}`),
  }
}

function checkOrder({ sound }: Context): readonly Found[] {
  const late = sound.find((segment, i) => segment.start < (sound[i - 1]?.start ?? -1))
  if (late === undefined) return []
  const best = sound.reduce((one, other) => (other.fom > one.fom ? other : one), late)
  return [
    {
      segments: [late.id],
      sentence: `Segment ${late.id} starts with cycle ${late.start} but stands after one that starts later.`,
      mend: trimTo(best.id, best.start, best.stop, 'sort them by time'),
    },
  ]
}

function checkCounts({ selection: { frame, segments } }: Context): readonly Found[] {
  const { declared } = frame
  if (declared === undefined) return []
  const lengths = segments.map(segmentLength)
  const wrong = lengths.findIndex((length, i) => length !== declared.lengths[i])
  const faults = [
    declared.segments === segments.length ? '' : `${declared.segments} segments instead of ${segments.length}`,
    declared.buffers === totalLength(segments) ? '' : `${declared.buffers} buffers instead of ${totalLength(segments)}`,
    declared.lengths.length === lengths.length ? '' : `${declared.lengths.length} lengths instead of ${lengths.length}`,
    wrong === -1
      ? ''
      : `the length ${declared.lengths[wrong] ?? 'nothing'} of segment ${segments[wrong]?.id ?? 0} instead of ${lengths[wrong] ?? 0}`,
  ].filter(text => text !== '')
  if (faults.length === 0) return []
  return [
    {
      segments: [],
      sentence: `The file states ${faults.join(', ')}.`,
      mend: { label: 'count anew', edit: { kind: 'frame', to: { declared: undefined } } },
    },
  ]
}

function checkRegions(c: Context, which: 'outside' | 'partly'): readonly Found[] | string {
  const { facts, selection, sound } = c
  if (facts.regions === undefined) return 'the science regions of the window are not known'
  const found: Found[] = []
  for (const segment of sound) {
    const regions = regionsOf(c, segment.spacecraft) ?? []
    const { from, to } = spanOf(selection, segment)
    let seconds = 0
    for (const { start, stop } of regions) if (start < to && stop > from) seconds += Math.min(stop, to) - Math.max(start, from)
    if (which === 'outside' ? seconds > 0 : seconds === 0 || seconds >= to - from) continue
    const name = nameSegment(c, segment)
    found.push(
      which === 'outside'
        ? {
            segments: [segment.id],
            sentence: `${name} lies outside of all ${regions.length} science regions of its spacecraft.`,
            mend: drop(segment.id),
          }
        : {
            segments: [segment.id],
            sentence: `${name} has ${to - from - seconds} of ${to - from} seconds outside of the science regions.`,
            mend: trimInto(c, segment, regions),
          },
    )
  }
  return found
}

function trimInto(c: Context, segment: Segment, regions: readonly Stretch[]): Mend {
  const inside = partInside(c, segment, regions)
  if (inside === undefined) return drop(segment.id)
  return trimTo(segment.id, inside.first, inside.last, `keep its ${inside.last - inside.first + 1} buffers inside`)
}

function checkOldest(c: Context): readonly Found[] | string {
  const { facts, selection, sound, tables } = c
  const { oldest } = facts
  if (oldest === undefined) return 'how far back the burst memory reaches is not known'
  const since = (i: number): number => oldest[i] ?? Infinity
  return sound.flatMap((segment): readonly Found[] => {
    const { from, to } = spanOf(selection, segment)
    const members = membersOf(segment.spacecraft).filter(i => i < tables.spacecraft.length)
    const gone = members.filter(i => since(i) > from)
    if (gone.length === 0) return []
    const whole = members.filter(i => since(i) <= from).reduce((set, i) => set | (1 << i), 0)
    const firstCommon = cyclesWithin(selection.grid, Math.max(...gone.map(since)), to)
    const names = gone.map(i => `${tables.spacecraft[i] ?? ''} (since ${oldest[i] === null ? 'never' : utcOf(since(i))})`).join(', ')
    return [
      {
        segments: [segment.id],
        sentence: `${nameSegment(c, segment)} is older than the burst data in the memory of ${names}.`,
        mend:
          whole !== 0
            ? { label: 'take only the spacecraft that hold it', edit: { kind: 'change', ids: [segment.id], to: { spacecraft: whole } } }
            : laterPart(segment, firstCommon?.first, selection.grid.starts, Math.max(...gone.map(since))),
      },
    ]
  })
}

function laterPart(segment: Segment, touched: number | undefined, starts: readonly number[], since: number): Mend {
  if (touched === undefined || !Number.isFinite(since)) return drop(segment.id)
  const first = (starts[touched] ?? 0) < since ? touched + 1 : touched
  return first > segment.stop
    ? drop(segment.id)
    : trimTo(segment.id, first, segment.stop, `keep its last ${segment.stop - first + 1} buffers`)
}

function checkReceived({ facts, selection, tables }: Context): readonly Found[] | string {
  if (facts.received === undefined) return 'the share of received trigger metadata is not known'
  const lacking = facts.received.flatMap((percent, i) => (percent < 100 ? [`${tables.spacecraft[i] ?? ''} ${percent} %`] : []))
  if (lacking.length === 0 || selection.frame.note.trim() !== '') return []
  const note = `Trigger metadata incomplete: ${lacking.join(', ')}.`
  return [
    {
      segments: [],
      sentence: `${note} The note should say how it was dealt with.`,
      mend: { label: 'say it in the note', edit: { kind: 'frame', to: { note } } },
    },
  ]
}

function checkEmpty({ selection }: Context): readonly Found[] {
  if (selection.segments.length > 0 || selection.frame.note.trim() !== '') return []
  const mend: Mend = { label: 'say so in the note', edit: { kind: 'frame', to: { note: 'Nothing in this window is worth its downlink.' } } }
  return [{ segments: [], sentence: '0 segments are selected, and the note does not say why.', mend }]
}

function checkUnchanged({ facts, selection }: Context): readonly Found[] | string {
  if (facts.automatic === undefined) return 'the automated selection of the window is not known'
  const { segments } = facts.automatic
  const same = (a: Segment, b: Segment | undefined): boolean =>
    b !== undefined && sameBounds(a, b) && a.fom === b.fom && a.spacecraft === b.spacecraft
  const unchanged =
    segments.length > 0 && segments.length === selection.segments.length && segments.every((one, i) => same(one, selection.segments[i]))
  if (!unchanged || selection.frame.note.trim() !== '') return []
  return [
    {
      segments: [],
      sentence: `All ${segments.length} segments are as the automated selection made them, and the note does not say that this is meant.`,
      mend: { label: 'say so in the note', edit: { kind: 'frame', to: { note: 'The automated selection stands.' } } },
    },
  ]
}
