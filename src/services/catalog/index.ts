export { appendEvents, eventChannel, eventsAfter } from './events.ts'
export type { LedgerEvent } from './events.ts'
export {
  childrenOf,
  filesByIds,
  filesByNames,
  findBytes,
  findFile,
  heldPartitions,
  idsByNames,
  latestFiles,
  latestOf,
  parentsOf,
  recordFile,
  scienceOf,
  spansOf,
} from './files.ts'
export type { FileRow, NewFile, Parent } from './files.ts'
export { allMissionEvents, contactsOf, missionEventsIn, missionEventsOf, recordMissionEvents } from './mission-events.ts'
export type { ReportedEvent, Telling } from './mission-events.ts'
export { recordRefusal } from './quarantine.ts'
export type { Refusal } from './quarantine.ts'
export { countFilesByDataset, foldTallies, longestOf } from './tallies.ts'
export type { FileCount } from './tallies.ts'
