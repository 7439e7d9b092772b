import { cutAtGaps, type Run } from './grid.ts'
import { unite, wholeCycles } from './room.ts'
import { nameSegment, spanOf, type Context, type Found, type Mend, type Region, type Rule } from './rule.ts'
import { inForce } from './tables.ts'
import { everySpacecraft, type Segment } from './types.ts'
import { utcOf } from './utc.ts'

/** The checks of a window's close: only a final selection closes. Regions of all spacecraft count, also those that straddle. */
export const closeRules: readonly Rule[] = [
  {
    id: 'U0',
    class: 'error',
    title: 'final, but no time of close',
    check: whenFinal(c => {
      if (c.selection.frame.close !== null) return []
      const from = latestEnd(c)
      return [
        {
          segments: [],
          sentence: `The selection is final but names no time at which the window closes; its last segment ends at ${utcOf(from)}.`,
          mend: closeAfter(c, from),
        },
      ]
    }),
  },
  {
    id: 'U1',
    class: 'error',
    title: 'close inside of a science region',
    check: whenClosing((c, close) => {
      if (c.facts.regions === undefined) return 'the science regions of the window are not known'
      return c.facts.regions
        .filter(({ start, stop }) => start <= close && close <= stop)
        .slice(0, 1)
        .map(region => ({
          segments: [],
          sentence: `The close at ${utcOf(close)} lies inside of the science region of ${c.tables.spacecraft[region.spacecraft] ?? ''} from ${utcOf(region.start)} to ${utcOf(region.stop)}.`,
          mend: closeAfter(c, Math.max(close, latestEnd(c))),
        }))
    }),
  },
  {
    id: 'U2',
    class: 'error',
    title: 'segment reaches beyond the close',
    check: whenClosing((c, close) => {
      const beyond = c.sound.filter(segment => spanOf(c.selection, segment).to >= close)
      const mend = closeAfter(c, latestEnd(c))
      return beyond.map(segment => ({
        segments: [segment.id],
        sentence: `${nameSegment(c, segment)} ends at ${utcOf(spanOf(c.selection, segment).to)}, not before the close at ${utcOf(close)}.`,
        mend,
      }))
    }),
  },
  { id: 'U3', class: 'yellow', title: 'science region without selection', check: whenClosing(checkEmptyRegions) },
  {
    id: 'U4',
    class: 'error',
    title: 'a final selection was accepted before',
    check: whenFinal(c => {
      if (c.facts.finalAccepted === undefined) return 'whether a final selection was accepted before is not known'
      if (!c.facts.finalAccepted) return []
      return [
        {
          segments: [],
          sentence: `A final selection for the evaluation "${c.selection.frame.evaluation}" was accepted before; there can be 1.`,
          mend: { label: 'make it a draft', edit: { kind: 'frame', to: { final: false } } },
        },
      ]
    }),
  },
]

function whenFinal(check: Rule['check']): Rule['check'] {
  return c => (c.selection.frame.final ? check(c) : [])
}

function whenClosing(check: (c: Context, close: number) => ReturnType<Rule['check']>): Rule['check'] {
  return whenFinal(c => (c.selection.frame.close === null ? [] : check(c, c.selection.frame.close)))
}

/** End of the last segment, or of the window's first cycle where there is none. */
function latestEnd({ selection, sound }: Context): number {
  const { starts, step } = selection.grid
  return sound.reduce((end, segment) => Math.max(end, spanOf(selection, segment).to), (starts[0] ?? 0) + step)
}

/** The first moment a cycle after `tai` that no science region holds. */
function closeAfter({ facts, selection }: Context, tai: number): Mend {
  const { step } = selection.grid
  let close = tai + step
  for (const { start, stop } of [...(facts.regions ?? [])].sort((a, b) => a.start - b.start))
    if (start <= close && close <= stop) close = stop + step
  return { label: `close at ${utcOf(close)}`, edit: { kind: 'frame', to: { close } } }
}

function checkEmptyRegions(c: Context, close: number): readonly Found[] | string {
  const { facts, selection, sound } = c
  if (facts.regions === undefined) return 'the science regions of the window are not known'
  return unite(facts.regions.filter(({ stop }) => stop < close)).flatMap((region): readonly Found[] => {
    const has = sound.some(segment => {
      const { from, to } = spanOf(selection, segment)
      return from < region.stop && to > region.start
    })
    const free = has ? undefined : selectableIn(c, region)
    if (free === undefined) return []
    return [
      {
        segments: [],
        sentence: `The science region from ${utcOf(region.start)} to ${utcOf(region.stop)} has no selection, though ${free.last - free.first + 1} cycles of it can be selected.`,
        mend: contextIn(c, free),
      },
    ]
  })
}

/** The longest stretch of whole cycles in a region that a spacecraft still holds; undefined where a usual segment does not fit. */
function selectableIn({ facts, limits, selection: { grid } }: Context, region: Pick<Region, 'start' | 'stop'>): Run | undefined {
  const held = Math.min(...(facts.oldest ?? [-Infinity]).map(oldest => oldest ?? Infinity))
  const from = Math.max(region.start, held)
  const whole = Number.isFinite(from) ? wholeCycles(grid, { start: from, stop: region.stop }) : undefined
  if (whole === undefined) return undefined
  const longest = [...cutAtGaps(grid, whole.first, whole.last)].sort((a, b) => b.last - b.first - (a.last - a.first))[0]
  return longest !== undefined && longest.last - longest.first + 1 >= limits.nominalSegRange[0] ? longest : undefined
}

/** The shortest usual segment of context in the middle of free cycles. */
function contextIn({ tables, facts, limits }: Context, free: Run): Mend {
  const length = Math.max(1, limits.nominalSegRange[0])
  const start = free.first + Math.floor((free.last - free.first + 1 - length) / 2)
  const usual = [...inForce(tables.guidelines, facts.madeAt)].sort((a, b) => a.fom - b.fom)[0]
  const content: Omit<Segment, 'id' | 'start' | 'stop'> = {
    fom: usual?.fom ?? limits.fomBounds[0],
    spacecraft: everySpacecraft(tables.spacecraft.length),
    comment: usual?.text ?? 'context',
    tags: usual?.tags ?? [],
    source: 'mend',
  }
  return { label: `add ${length} buffers of context in its middle`, edit: { kind: 'add', start, stop: start + length - 1, content } }
}
