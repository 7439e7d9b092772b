/**
 * Lists of burst selections as people and programs write them, with all their dirt: reports, text lists, ground-loop files.
 *
 *     const report = readList(bytes)
 *     report.counts                                     // { taken: 310, snapped: 0, quarantined: 40, passed: 1 }
 *     report.lines[17]                                  // { line: 18, fate: 'quarantined', remarks: [{ code: 'too-long', … }], … }
 */
export { placeListed, type Placement } from './place.ts'
export { readList } from './read-list.ts'
export type { Fate, ListedLine, ListedSegment, ListForm, ListOptions, ListReport, Remark, RemarkCode } from './types.ts'
