import { fail } from '#error'
import type { RecordEdit } from '../record-edit.ts'
import { everySpacecraft, membersOf } from '../types.ts'
import type { SegmentChange, SegmentChanges } from './model.ts'

const acts: Readonly<Record<string, RecordEdit['act']>> = { new: 'new', modified: 'modified', deleted: 'deleted' }
const statuses: Readonly<Record<RecordEdit['act'], string>> = { new: 'New', modified: 'Modified', deleted: 'Deleted' }

/** Edits of stored segments as a `bdm_sitl_changes` file says them; throws `burst/bad-document` with the change that makes no sense. */
export const recordEditsOf = ({ changes }: SegmentChanges, spacecraft: readonly string[]): readonly RecordEdit[] =>
  changes.map((change, i) => ({
    act: acts[change.status.trim().toLowerCase()] ?? refuse(i, `the status "${change.status}" is none of New, Modified, Deleted`),
    segment: change.datasegmentid,
    start: change.starttime,
    end: change.endtime,
    fom: change.fom ?? Number.NaN,
    spacecraft: readSet(change.observatoryid, i, spacecraft),
    source: change.source,
    comment: change.discussion.trim(),
  }))

const refuse = (index: number, message: string): never => fail('burst/bad-document', `change ${index}: ${message}`, { index })

function readSet(text: string, index: number, spacecraft: readonly string[]): number {
  const words = text
    .split(/[\s,]+/u)
    .filter(word => word !== '')
    .map(word => word.toLowerCase())
  if (words.includes('all')) return everySpacecraft(spacecraft.length)
  const places = words.map(word => spacecraft.findIndex(name => name.toLowerCase() === word))
  if (places.length === 0 || places.includes(-1)) refuse(index, `its spacecraft "${text}" are not among ${spacecraft.join(', ')} and ALL`)
  return places.reduce((set, place) => set | (1 << place), 0)
}

/** The same the other way: what an old client would have sent. */
export const segmentChangesFrom = (edits: readonly RecordEdit[], spacecraft: readonly string[]): SegmentChanges => ({
  form: 'segment-changes/1',
  changes: edits.map((edit, i): SegmentChange => ({
    id: String(i),
    datasegmentid: edit.segment,
    starttime: edit.start,
    endtime: edit.end,
    fom: Number.isFinite(edit.fom) ? edit.fom : null,
    status: statuses[edit.act],
    source: edit.source,
    observatoryid: nameSet(edit.spacecraft, spacecraft),
    discussion: edit.comment === '' ? ' ' : edit.comment,
  })),
})

const nameSet = (set: number, spacecraft: readonly string[]): string =>
  set === everySpacecraft(spacecraft.length)
    ? 'ALL'
    : membersOf(set)
        .map(place => (spacecraft[place] ?? `${place + 1}`).toUpperCase())
        .join(',')
