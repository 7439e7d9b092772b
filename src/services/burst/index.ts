/**
 * Burst selection of a mission: windows, who is on duty, drafts, submissions and stored segments.
 *
 *     await openWindow(db, { mission, automatic, deadline, … })
 *     const { submission, verdict } = await submitSelection(db, tables, { … })     // the same again gives the same
 *     await closeOverdue(db, loadTables, mission, now)                                       // automated selections stand by themselves
 */
export { loadBurstTables } from './tables.ts'
export { followBurst, type BurstFollower } from './follow.ts'
export { findRegions } from './regions.ts'
export { takeEvaluation, type Evaluated, type EvaluatedRegion } from './evaluation.ts'
export { burstLines, readBurstOverview, type BurstOverview } from './overview.ts'
export { tellSegments } from './tell-segments.ts'
export { explainCycles, type ExplainedSegment } from './explain.ts'
export { forecastPending, forecastSelection, type ForecastBasis, type ForecastWish } from './forecast.ts'
export { listCycles, storeCycles, type EvaluatedCycle } from './cycle.ts'
export { findWindow, listWindows, openWindow, windowFacts, type BurstWindow, type NewWindow } from './window.ts'
export { addSelector, listDuty, setDuty, type Duty } from './selector.ts'
export { compareDraft, listDrafts, readDraft, saveDraft, type Draft } from './draft.ts'
export { approveSubmission, listSubmissions, submitSelection, type NewSubmission, type Submission } from './submission.ts'
export { closeOverdue, type Closing } from './close.ts'
export { applyRecordEdits, type AppliedEdits } from './edit-stored.ts'
export { burstFileTypes, listBurstFiles, takeUpload, type BurstFile, type BurstFileType, type Uploaded } from './file-form.ts'
export { commandsFor, takeArrivals, takeReport, type BurstArrival } from './relay.ts'
export { relayByFolder } from './relay-folder.ts'
export { actOnStored, listSegments, type SegmentSearch } from './segment.ts'
export type { BurstNews } from './news.ts'
