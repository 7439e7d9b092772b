export { planArrival } from './arrival.ts'
export { gistOf } from './cells.ts'
export { absences, promises } from './facts.ts'
export { belongsTo, chooseFiles, isWider, reachOf } from './choose.ts'
export { followsEvent, foresee } from './expected.ts'
export type { Foreseen } from './expected.ts'
export type {
  Absence,
  ArrivalFacts,
  Cause,
  CellName,
  CellState,
  ContactFact,
  EventFact,
  FileFact,
  Have,
  JobFact,
  Next,
  Reason,
  RoleFacts,
  Settings,
  SourceCell,
  WorkFacts,
} from './facts.ts'
export { shownState, shownStates } from './state.ts'
export type { Shown } from './state.ts'
export { isWaivable, waive } from './waive.ts'
export type { Waiver } from './waive.ts'
export { lastTick } from './wait.ts'
export { activeReason, planWork } from './work.ts'
export type { HashText, Plan, PlannedInput } from './work.ts'
