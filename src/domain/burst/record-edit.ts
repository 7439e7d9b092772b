import type { FindingClass, WindowFacts } from './rule.ts'
import type { SegmentRecord } from './record.ts'
import { isFinished, isSuperseded } from './status.ts'
import { inForce, type BurstTables } from './tables.ts'
import { everySpacecraft, type SpacecraftSet } from './types.ts'
import { figure, utcOf } from './utc.ts'

/** One altered segment of the back structure, as it is sent. Times are TAI seconds of the first and of the last buffer's start. */
export interface RecordEdit {
  readonly act: 'new' | 'modified' | 'deleted'
  /** Id of the stored segment; negative for a new one. */
  readonly segment: number
  readonly start: number
  readonly end: number
  readonly fom: number
  readonly spacecraft: SpacecraftSet
  readonly source: string
  readonly comment: string
  /** A request for a calibration burst has bounds of its own. */
  readonly calibration?: boolean
}

export interface RecordFinding {
  readonly rule: string
  readonly class: FindingClass
  /** Positions in the list of edits. */
  readonly edits: readonly number[]
  readonly sentence: string
  /** What would end it: the edit in another form, or without it. */
  readonly mend: { readonly label: string; readonly edit: RecordEdit | null }
}

interface View {
  readonly edit: RecordEdit
  readonly index: number
  readonly stored: SegmentRecord | undefined
  readonly tables: BurstTables
  readonly facts: WindowFacts
  readonly records: readonly SegmentRecord[]
  readonly edits: readonly RecordEdit[]
}

interface RecordRule {
  readonly id: string
  readonly class: FindingClass
  readonly title: string
  readonly acts: readonly RecordEdit['act'][]
  readonly check: (view: View) => { readonly sentence: string; readonly label: string; readonly mend: RecordEdit | null } | undefined
}

const lengthOf = ({ edit, tables }: View): number => (edit.end - edit.start) / tables.cycleSeconds + 1
const limitsOf = ({ tables, facts }: View): ReturnType<typeof inForce<BurstTables['validation'][number]['value']>> =>
  inForce(tables.validation, facts.madeAt)
const nameOf = (edit: RecordEdit): string =>
  edit.segment < 0 ? `The new segment at ${utcOf(edit.start)}` : `Segment ${edit.segment} (${utcOf(edit.start)})`
const leaveOut = 'leave this edit out'
const ofLength = ({ edit, tables }: View, buffers: number): RecordEdit => ({
  ...edit,
  end: edit.start + (buffers - 1) * tables.cycleSeconds,
})

/** The checks of edits of stored segments; the present tool's, and what its windows refuse. */
const rules: readonly RecordRule[] = [
  { id: 'B-E1', class: 'error', title: 'figure of merit outside of its bounds', acts: ['new', 'modified'], check: checkFomBounds },
  {
    id: 'B-E2',
    class: 'error',
    title: 'new segment too short or too long',
    acts: ['new'],
    check(view) {
      const { edit } = view
      const [low, high] = edit.calibration === true ? limitsOf(view).fpiSegBounds : limitsOf(view).segBounds
      const length = lengthOf(view)
      if (edit.end < edit.start || (length >= low && length <= high && Number.isInteger(length))) return undefined
      const kept = Math.min(high, Math.max(low, Math.floor(length)))
      return {
        sentence: `${nameOf(edit)} has ${length} buffers; ${low} to ${high} whole ones are allowed.`,
        label: `make it ${kept} buffers long`,
        mend: ofLength(view, kept),
      }
    },
  },
  {
    id: 'B-E3',
    class: 'error',
    title: 'segment ends before it starts',
    acts: ['new'],
    check: ({ edit }) =>
      edit.end < edit.start
        ? {
            sentence: `${nameOf(edit)} ends at ${utcOf(edit.end)}, ${edit.start - edit.end} s before it starts.`,
            label: 'turn it round',
            mend: { ...edit, start: edit.end, end: edit.start },
          }
        : undefined,
  },
  {
    id: 'B-O1',
    class: 'orange',
    title: 'figure of merit of the reserved category',
    acts: ['new', 'modified'],
    check(view) {
      const { fomGmax } = limitsOf(view)
      const { edit } = view
      if (edit.calibration === true || !(edit.fom > fomGmax)) return undefined
      return {
        sentence: `${nameOf(edit)} gets the figure of merit ${figure(edit.fom)}; above ${fomGmax} a Super-SITL must approve.`,
        label: `give it ${fomGmax}`,
        mend: { ...edit, fom: fomGmax },
      }
    },
  },
  {
    id: 'B-Y1',
    class: 'yellow',
    title: 'new segment of unusual length',
    acts: ['new'],
    check(view) {
      const {
        nominalSegRange: [low, high],
        segBounds,
      } = limitsOf(view)
      const length = lengthOf(view)
      if (view.edit.calibration === true || length < segBounds[0] || length > segBounds[1] || (length >= low && length <= high))
        return undefined
      const kept = length < low ? low : high
      return {
        sentence: `${nameOf(view.edit)} has ${length} buffers; ${low} to ${high} are usual.`,
        label: `make it ${kept} buffers long`,
        mend: ofLength(view, kept),
      }
    },
  },
  {
    id: 'B-Y2',
    class: 'yellow',
    title: 'high figure of merit after the fact',
    acts: ['new', 'modified'],
    check(view) {
      const { fomJustify } = limitsOf(view)
      const { edit, stored } = view
      if (edit.calibration === true || !(edit.fom >= fomJustify) || stored?.fom === edit.fom) return undefined
      return {
        sentence: `${nameOf(edit)} gets the figure of merit ${figure(edit.fom)}; from ${fomJustify} on the reason is asked for.`,
        label: `give it ${fomJustify - 1}`,
        mend: { ...edit, fom: fomJustify - 1 },
      }
    },
  },
  {
    id: 'B-Y3',
    class: 'yellow',
    title: 'an important segment deleted',
    acts: ['deleted'],
    check(view) {
      const { fomDelMax } = limitsOf(view)
      if (view.stored === undefined || !(view.stored.fom > fomDelMax)) return undefined
      return {
        sentence: `${nameOf(view.edit)} has the figure of merit ${figure(view.stored.fom)}; deleting above ${fomDelMax} asks for a reason.`,
        label: leaveOut,
        mend: null,
      }
    },
  },
  { id: 'B-Y4', class: 'yellow', title: 'figure of merit changed by much', acts: ['modified'], check: checkJump },
  {
    id: 'B-Y5',
    class: 'yellow',
    title: 'calibration request of low merit',
    acts: ['new'],
    check(view) {
      const { fomFpiMin } = limitsOf(view)
      if (view.edit.calibration !== true || !(view.edit.fom < fomFpiMin)) return undefined
      return {
        sentence: `${nameOf(view.edit)} asks for a calibration with the figure of merit ${figure(view.edit.fom)}; ${fomFpiMin} and more are usual.`,
        label: `give it ${fomFpiMin}`,
        mend: { ...view.edit, fom: fomFpiMin },
      }
    },
  },
  { id: 'B-N1', class: 'error', title: 'new segment overlaps one that stands', acts: ['new'], check: checkOverlap },
  {
    id: 'B-N2',
    class: 'error',
    title: 'edit of a finished segment',
    acts: ['modified', 'deleted'],
    check: ({ edit, stored }) =>
      stored !== undefined && isFinished(stored.status.state)
        ? {
            sentence: `${nameOf(edit)} is finished (${stored.status.state}${stored.finishedAt === null ? '' : ` since ${utcOf(stored.finishedAt)}`}).`,
            label: leaveOut,
            mend: null,
          }
        : undefined,
  },
  {
    id: 'B-N3',
    class: 'error',
    title: 'times of a stored segment changed',
    acts: ['modified'],
    check: ({ edit, stored }) =>
      stored !== undefined && (stored.start !== edit.start || stored.end !== edit.end)
        ? {
            sentence: `Segment ${edit.segment} runs from ${utcOf(stored.start)} to ${utcOf(stored.end)}, the edit says ${utcOf(edit.start)} to ${utcOf(edit.end)}: its times stay.`,
            label: 'keep its times',
            mend: { ...edit, start: stored.start, end: stored.end },
          }
        : undefined,
  },
  {
    id: 'B-N4',
    class: 'error',
    title: 'edit of a segment that does not exist',
    acts: ['modified', 'deleted'],
    check: ({ edit, stored }) =>
      stored === undefined ? { sentence: `There is no segment ${edit.segment}.`, label: leaveOut, mend: null } : undefined,
  },
  {
    id: 'B-N5',
    class: 'error',
    title: 'a segment edited twice',
    acts: ['new', 'modified', 'deleted'],
    check({ edit, edits, index }) {
      const first = edits.findIndex(other => other.segment === edit.segment)
      if (first === index || edit.segment === -1) return undefined
      return { sentence: `Edits ${first + 1} and ${index + 1} are both of segment ${edit.segment}.`, label: leaveOut, mend: null }
    },
  },
  {
    id: 'B-N7',
    class: 'error',
    title: 'no spacecraft, or one that does not exist',
    acts: ['new'],
    check({ edit, tables }) {
      const all = everySpacecraft(tables.spacecraft.length)
      if (Number.isInteger(edit.spacecraft) && edit.spacecraft >= 1 && edit.spacecraft <= all) return undefined
      return {
        sentence: `${nameOf(edit)} is for the spacecraft set ${edit.spacecraft}, not within 1 to ${all}.`,
        label: 'take all spacecraft',
        mend: { ...edit, spacecraft: all },
      }
    },
  },
]

function checkFomBounds(view: View): ReturnType<RecordRule['check']> {
  const [low, high] = limitsOf(view).fomBounds
  const { edit } = view
  if (edit.fom >= low && edit.fom <= high) return undefined
  const fom = edit.fom > high ? high : low
  return {
    sentence: `${nameOf(edit)} gets the figure of merit ${figure(edit.fom)}, outside of ${low} to ${high}.`,
    label: `give it ${fom}`,
    mend: { ...edit, fom },
  }
}

/** Changed by more than the given share of the old figure; from 0 every change is one. */
function checkJump(view: View): ReturnType<RecordRule['check']> {
  const { edit, stored } = view
  if (stored === undefined) return undefined
  const { fomModPercent } = limitsOf(view)
  const allowed = Math.abs(stored.fom) * fomModPercent
  if (!(Math.abs(edit.fom - stored.fom) > allowed)) return undefined
  return {
    sentence: `${nameOf(edit)} goes from the figure of merit ${figure(stored.fom)} to ${figure(edit.fom)}; more than ${Number((100 * fomModPercent).toFixed(2))} % asks for a reason.`,
    label: `keep ${figure(stored.fom)}`,
    mend: { ...edit, fom: stored.fom },
  }
}

function checkOverlap({ edit, edits, index, records, tables }: View): ReturnType<RecordRule['check']> {
  const deleted = new Set(edits.filter(({ act }) => act === 'deleted').map(({ segment }) => segment))
  const stands = records.find(
    record =>
      record.status.state !== 'deleted' &&
      !isSuperseded(record.status.state) &&
      !deleted.has(record.id) &&
      record.start <= edit.end &&
      record.end >= edit.start,
  )
  const twin = edits.findIndex((other, i) => i < index && other.act === 'new' && other.start <= edit.end && other.end >= edit.start)
  if (stands === undefined && twin === -1) return undefined
  const name = stands === undefined ? `the new one of edit ${twin + 1}` : `segment ${stands.id}`
  const other = stands ?? edits[twin]
  // What reaches beyond the other remains, where it begins before it.
  const before = other !== undefined && edit.start < other.start ? { ...edit, end: other.start - tables.cycleSeconds } : null
  return {
    sentence: `${nameOf(edit)} overlaps ${name} by ${overlapSeconds(edit, other ?? edit) + tables.cycleSeconds} s.`,
    label: before === null ? leaveOut : 'end it before',
    mend: before,
  }
}

const overlapSeconds = (a: Pick<RecordEdit, 'start' | 'end'>, b: Pick<RecordEdit, 'start' | 'end'>): number =>
  Math.min(a.end, b.end) - Math.max(a.start, b.start)

/** Every check of an edit of stored segments. */
export const recordRules: readonly Pick<RecordRule, 'id' | 'class' | 'title'>[] = rules.map(({ id, class: kind, title }) => ({
  id,
  class: kind,
  title,
}))

/** Checks edits of stored segments. `facts.madeAt` chooses the tables. */
export function validateRecordEdits(
  tables: BurstTables,
  facts: WindowFacts,
  records: readonly SegmentRecord[],
  edits: readonly RecordEdit[],
): readonly RecordFinding[] {
  const byId = new Map(records.map(record => [record.id, record]))
  const { off } = inForce(tables.validation, facts.madeAt)
  return edits.flatMap((edit, index) => {
    const view: View = { edit, index, stored: byId.get(edit.segment), tables, facts, records, edits }
    return rules.flatMap((rule): readonly RecordFinding[] => {
      const found = rule.acts.includes(edit.act) && !off.includes(rule.id) ? rule.check(view) : undefined
      if (found === undefined) return []
      return [
        { rule: rule.id, class: rule.class, edits: [index], sentence: found.sentence, mend: { label: found.label, edit: found.mend } },
      ]
    })
  })
}
