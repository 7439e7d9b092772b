export { appendEvents, eventChannel, eventsAfter } from './events.ts'
export type { LedgerEvent } from './events.ts'
export {
  childrenOf,
  filesByIds,
  filesByNames,
  findBytes,
  findFile,
  beginsIn,
  heldIn,
  idsByNames,
  latestOf,
  parentsOf,
  recordFile,
  recordFiles,
  scienceOf,
  spansOf,
} from './files.ts'
export type { FileRow, NewFile, Parent } from './files.ts'
export { contactsIn, latestFiles, missionEventsIn, newestFiles, parentFiles, sortOut } from './asked.ts'
export type { NameQuestion, NewestFile, PlannedFile } from './asked.ts'
export {
  contactsOf,
  missionEventsFrom,
  missionEventsNamed,
  missionEventsOf,
  recordMissionEvents,
  tellMissionEvents,
} from './mission-events.ts'
export type { ReportedEvent, Telling } from './mission-events.ts'
export { recordRefusal } from './quarantine.ts'
export type { Refusal } from './quarantine.ts'
export { filesByIdsShared, findFileShared, latestShared } from './shared-reads.ts'
export { filesToldAfter } from './told-files.ts'
export { countFilesByDataset, countHeld, foldTallies } from './tallies.ts'
export type { FileCount } from './tallies.ts'
