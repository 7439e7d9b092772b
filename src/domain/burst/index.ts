/**
 * Burst management and the Scientist-in-the-Loop: which cycles of burst recording are worth their downlink.
 *
 *     const grid = makeGrid(timestamps, 10)                                   // ten-second cycles, TAI seconds since 1958
 *     const automatic = selectAutomatically(grid, mdq, parameters)            // what stands where nobody selects
 *     const { selection, refused } = applyEdit(draft, { kind: 'cut', id: 3, at: 120 })
 *
 * The same module runs in the browser and on the server. Nothing here knows a mission: categories, bounds, weights and the
 * reserved pool are dated tables of the mission's folder ({@link BurstTables}).
 */
export {
  cutAtGaps,
  cycleAt,
  cycleEnd,
  cycleStart,
  cyclesWithin,
  makeGrid,
  regularGrid,
  runAround,
  type CycleGrid,
  type Run,
} from './grid.ts'
export {
  everySpacecraft,
  makeSelection,
  membersOf,
  segmentLength,
  totalLength,
  type DeclaredCounts,
  type Frame,
  type Segment,
  type SegmentContent,
  type Selection,
  type SpacecraftSet,
} from './types.ts'
export { cycleQuality, missionQuality, missionWeights, triggerTerms, type TriggerTable } from './quality.ts'
export { explainMerit, meritOf, rankWeights, slidingQuality, type Merit, type MeritShape, type Share } from './merit.ts'
export {
  meritShape,
  selectAutomatically,
  type AutomaticParameters,
  type AutomaticSegment,
  type AutomaticSelection,
  type StopReason,
} from './automatic.ts'
export {
  categoryOf,
  inForce,
  tieRules,
  type BurstLoop,
  type BurstTables,
  type Category,
  type Dated,
  type Guideline,
  type PlaybackRules,
  type TieRule,
  type TriggerSeason,
  type ValidationLimits,
} from './tables.ts'
export { applyEdit, revertChange, type Change, type Edit, type Outcome } from './edit.ts'
export { beginHistory, performEdit, redoEdit, replayEdits, undoEdit, type Done, type History } from './history.ts'
export { diffSelections, type DiffersIn, type SelectionDiff } from './diff.ts'
export type { Finding, FindingClass, Mend, Region, WindowFacts } from './rule.ts'
export { findingKey, selectionRules, validateSelection, type Verdict } from './validate.ts'
export { mendSelection, type Mended } from './mend.ts'
export { ruleIds } from './rule-ids.ts'
export { evaluateTriggers, type Evaluation, type TriggerRecord } from './evaluate.ts'
export { explainSegment, qualitiesOf, type CycleTriggers, type Explanation, type TermShare } from './explain.ts'
export {
  formatStatus,
  isFinished,
  isOverwritten,
  isSuperseded,
  mayReopen,
  parseStatus,
  segmentMoves,
  segmentStates,
  type LossToken,
  type SegmentState,
  type SegmentStatus,
  type StickyToken,
} from './status.ts'
export {
  accountFor,
  advanceRecord,
  newRecord,
  type Account,
  type CraftShare,
  type RecordAct,
  type RecordEvent,
  type RecordOutcome,
  type SegmentRecord,
} from './record.ts'
export { parseStatusTable, printStatusTable, statusColumns, statusRow, type TableFault } from './status-table.ts'
export { recordRules, validateRecordEdits, type RecordEdit, type RecordFinding } from './record-edit.ts'
export { factsOfFile, fileOfSelection, selectionOfFile } from './fom-selection.ts'
export { decideSubmission, submissionMoves, warningsDue, type Decision, type SelectorRole, type SubmissionState } from './submission.ts'
