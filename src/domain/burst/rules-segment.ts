import { runAround } from './grid.ts'
import { lengthen } from './room.ts'
import { drop, isSound, leastWorth, nameSegment, perSegment, type Context, type Mend, type Rule } from './rule.ts'
import { inForce, type Guideline } from './tables.ts'
import { everySpacecraft, segmentLength, totalLength, type Segment } from './types.ts'
import { figure } from './utc.ts'

const changeFom = ({ id }: Segment, fom: number): Mend => ({
  label: `set the figure of merit to ${fom}`,
  edit: { kind: 'change', ids: [id], to: { fom } },
})

/** The lowest usual figure of merit of the season: what context gets. */
const lowestUsual = ({ tables, facts }: Context): number => Math.min(40, ...inForce(tables.guidelines, facts.madeAt).map(({ fom }) => fom))

const splitTo = ({ id }: Segment, most: number): Mend => ({
  label: `split it into parts of at most ${most} buffers`,
  edit: { kind: 'split', id, most },
})

/** The checks of the mission's present tool, per segment and over all; thresholds from the dated limits. */
export const presentRules: readonly Rule[] = [
  perSegment('E1', 'error', 'figure of merit outside of its bounds', (segment, c) => {
    const [low, high] = c.limits.fomBounds
    if (!(segment.fom < low || segment.fom > high)) return undefined
    return {
      sentence: `${nameSegment(c, segment)} has the figure of merit ${figure(segment.fom)}, outside of ${low} to ${high}.`,
      mend: changeFom(segment, segment.fom < low ? low : high),
    }
  }),
  perSegment(
    'E2',
    'error',
    'segment too short or too long',
    (segment, c) => {
      const [low, high] = c.limits.segBounds
      const length = segmentLength(segment)
      if (length < 1 || (length >= low && length <= high)) return undefined
      return {
        sentence: `${nameSegment(c, segment)} has ${length} buffers; ${low} to ${high} are allowed.`,
        mend: length > high ? splitTo(segment, high) : lengthen(c, segment, low),
      }
    },
    'sound',
  ),
  perSegment('E3', 'error', 'segment ends before it starts', (segment, c) => {
    if (!(segment.start > segment.stop)) return undefined
    const last = c.selection.grid.starts.length - 1
    const start = Math.max(0, Math.round(segment.stop))
    const stop = Math.min(last, Math.round(segment.start))
    return {
      sentence: `Segment ${segment.id} starts with cycle ${segment.start} and stops with cycle ${segment.stop}, before it starts.`,
      mend:
        start <= stop
          ? { label: `let it run from cycle ${start} to ${stop}`, edit: { kind: 'trim', id: segment.id, start, stop } }
          : drop(segment.id),
    }
  }),
  {
    id: 'E4',
    class: 'error',
    title: 'selection of another metadata evaluation',
    check: ({ facts, selection }) => {
      if (facts.automatic === undefined) return 'the automated selection of the window is not known'
      const wanted = facts.automatic.frame.evaluation
      if (selection.frame.evaluation === wanted) return []
      return [
        {
          segments: [],
          sentence: `The selection answers the evaluation "${selection.frame.evaluation}", the window is of "${wanted}".`,
          mend: { label: 'take the evaluation of the window', edit: { kind: 'frame', to: { evaluation: wanted } } },
        },
      ]
    },
  },
  perSegment('O1', 'orange', 'figure of merit of the reserved category', (segment, c) => {
    const { fomGmax } = c.limits
    if (!(segment.fom > fomGmax)) return undefined
    return {
      sentence: `${nameSegment(c, segment)} has the figure of merit ${figure(segment.fom)}; above ${fomGmax} a Super-SITL must approve.`,
      mend: changeFom(segment, fomGmax),
    }
  }),
  {
    id: 'O2',
    class: 'orange',
    title: 'too many buffers',
    check: ({ limits, sound }) => {
      const total = totalLength(sound)
      if (total <= limits.buffMax) return []
      const ids = leastWorth(sound, rest => totalLength(rest) <= limits.buffMax)
      return [
        {
          segments: [],
          sentence: `${total} buffers are selected, ${total - limits.buffMax} more than the limit of ${limits.buffMax}.`,
          mend: { label: `delete the ${ids.length} of least merit`, edit: { kind: 'delete', ids } },
        },
      ]
    },
  },
  perSegment(
    'Y1',
    'yellow',
    'segment of unusual length',
    (segment, c) => {
      const [low, high] = c.limits.nominalSegRange
      const [least, most] = c.limits.segBounds
      const length = segmentLength(segment)
      if ((length >= low && length <= high) || length < least || length > most) return undefined
      return {
        sentence: `${nameSegment(c, segment)} has ${length} buffers; ${low} to ${high} are usual.`,
        mend: length > high ? splitTo(segment, high) : lengthen(c, segment, low),
      }
    },
    'sound',
  ),
  { id: 'Y2', class: 'yellow', title: 'too large a share of category 1', check: checkShare },
]

/** Category 1 is half-open and its share is of the selection: the present tool lets 199.0 escape and divides by the limit. */
function checkShare({ tables, facts, limits, sound }: Context): ReturnType<Rule['check']> {
  const first = inForce(tables.categories, facts.madeAt).find(({ category }) => category === 1)
  if (first === undefined) return 'the mission has no category 1'
  const best = sound.filter(({ fom }) => fom >= first.low && fom < first.high)
  const total = totalLength(sound)
  const share = (segments: readonly Segment[]): number => (100 * totalLength(segments)) / total
  if (total === 0 || share(best) <= limits.p1Percent) return []
  const ids = leastWorth(best, rest => share(rest) <= limits.p1Percent)
  return [
    {
      segments: best.map(({ id }) => id),
      sentence: `${totalLength(best)} of ${total} buffers (${share(best).toFixed(1)} %) are of category 1; ${limits.p1Percent} % are usual.`,
      mend: {
        label: `lower the ${ids.length} of least merit to ${first.low - 1}`,
        edit: { kind: 'change', ids, to: { fom: first.low - 1 } },
      },
    },
  ]
}

// C0 and C1 control characters but tab and line feed, and what a decoder writes for bytes that are no text.
// oxlint-disable-next-line no-control-regex
const badCharacters = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd]/g

/** The checks of content that the present tool does not make. */
export const contentRules: readonly Rule[] = [
  perSegment('N1', 'error', 'figure of merit is no number', (segment, c) => {
    if (!Number.isNaN(segment.fom)) return undefined
    return {
      sentence: `${nameSegment(c, segment)} has a figure of merit that is no number.`,
      mend: changeFom(segment, lowestUsual(c)),
    }
  }),
  perSegment('N2', 'error', 'bounds are no cycles of the window', (segment, { selection }) => {
    const { id, start, stop } = segment
    if (isSound(selection, segment) || start > stop) return undefined
    const last = selection.grid.starts.length - 1
    const first = Math.max(0, Math.ceil(start))
    const end = Math.min(last, Math.floor(stop))
    return {
      sentence: `Segment ${id} has the bounds ${start} and ${stop}; the window has cycles 0 to ${last}.`,
      mend: first <= end ? { label: `keep its cycles ${first} to ${end}`, edit: { kind: 'trim', id, start: first, stop: end } } : drop(id),
    }
  }),
  perSegment('N7', 'error', 'no spacecraft, or one that does not exist', ({ id, spacecraft }, { tables }) => {
    const all = everySpacecraft(tables.spacecraft.length)
    if (spacecraft >= 1 && spacecraft <= all && Number.isInteger(spacecraft)) return undefined
    const known = spacecraft & all
    return {
      sentence: `Segment ${id} is for the spacecraft set ${spacecraft}; it must name some of ${tables.spacecraft.join(', ')} (1 to ${all}).`,
      mend: {
        label: known === 0 ? 'take all spacecraft' : 'take the known ones',
        edit: { kind: 'change', ids: [id], to: { spacecraft: known === 0 ? all : known } },
      },
    }
  }),
  perSegment('N8', 'error', 'comment too long', ({ id, comment }, { limits }) => {
    // Code units are never fewer than characters: most comments need no counting.
    if (comment.length <= limits.commentMax) return undefined
    const characters = Array.from(comment)
    if (characters.length <= limits.commentMax) return undefined
    return {
      sentence: `The comment of segment ${id} has ${characters.length} characters; ${limits.commentMax} are allowed.`,
      mend: {
        label: 'cut it off',
        edit: { kind: 'change', ids: [id], to: { comment: characters.slice(0, limits.commentMax).join('').trim() } },
      },
    }
  }),
  perSegment('N9', 'error', 'comment is not clean text', ({ id, comment }) => {
    if (comment.isWellFormed() && comment.search(badCharacters) === -1) return undefined
    const bad = [...comment.toWellFormed().matchAll(badCharacters)]
    const code = (bad[0]?.[0].codePointAt(0) ?? 0).toString(16).padStart(4, '0')
    return {
      sentence: `The comment of segment ${id} has ${bad.length} characters that are no text, the first (U+${code}) at ${bad[0]?.index ?? 0}.`,
      mend: {
        label: 'take them out',
        edit: { kind: 'change', ids: [id], to: { comment: comment.toWellFormed().replaceAll(badCharacters, '') } },
      },
    }
  }),
  perSegment('N10', 'yellow', 'no comment', (segment, c) =>
    segment.fom < c.limits.commentNeededFrom ? missingComment(segment, c) : undefined,
  ),
  perSegment('N11', 'error', 'no comment on an important segment', (segment, c) =>
    segment.fom >= c.limits.commentNeededFrom ? missingComment(segment, c) : undefined,
  ),
  perSegment('N18', 'yellow', 'tag that the mission does not know', ({ id, tags }, { tables }) => {
    const unknown = tags.filter(tag => tables.tags[tag] === undefined)
    if (unknown.length === 0) return undefined
    return {
      sentence: `Segment ${id} has the tags ${unknown.map(tag => `"${tag}"`).join(', ')}, which are none of the mission's ${Object.keys(tables.tags).length}.`,
      mend: { label: 'take them off', edit: { kind: 'change', ids: [id], to: { tags: tags.filter(tag => !unknown.includes(tag)) } } },
    }
  }),
]

function missingComment(segment: Segment, c: Context): { readonly sentence: string; readonly mend: Mend } | undefined {
  if (segment.comment.trim() !== '') return undefined
  const far = ({ fom }: Pick<Segment, 'fom'>): number => Math.abs(fom - segment.fom)
  let usual: Guideline | undefined
  for (const one of inForce(c.tables.guidelines, c.facts.madeAt)) if (usual === undefined || far(one) < far(usual)) usual = one
  const comment = usual?.text ?? 'context'
  return {
    sentence: `${nameSegment(c, segment)} has the figure of merit ${figure(segment.fom)} and no comment.`,
    mend: {
      label: `write "${comment}", usual for ${usual?.fom ?? segment.fom}`,
      edit: { kind: 'change', ids: [segment.id], to: { comment } },
    },
  }
}

/** Whether a segment reaches over a gap of the grid. */
export const crossesGap = ({ selection }: Context, { start, stop }: Segment): boolean =>
  (runAround(selection.grid, start)?.last ?? stop) < stop
