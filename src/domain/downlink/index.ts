/**
 * Burst memory and its downlink: what a spacecraft holds, gives up and sends, and the messages between the data center and the
 * payload operations center (docs/poc-interface.md).
 *
 *     const { draft, demotes, delays } = forecastDraft(memories, settings, plan, choice)   // what if?
 *     commandPoc(poc, message, at); takeStatus(ledger, reportPoc(poc, 0, at))              // one round of messages
 */
export {
  copyMemory,
  emptyMemory,
  heldBuffers,
  heldLimit,
  holdSegment,
  keepLimit,
  memorySettings,
  oldestBuffer,
  playBack,
  playlistOf,
  recordCycles,
  recordedBuffers,
  releaseBuffers,
  type BurstMemory,
  type Holding,
  type HoldOrder,
  type HoldOutcome,
  type MemorySettings,
  type PlayedFile,
} from './memory.ts'
export {
  simulateDownlink,
  type BurstContact,
  type Choice,
  type CraftOutcome,
  type DayMetrics,
  type DownlinkPlan,
  type DownlinkRun,
  type FileLoss,
  type Recording,
} from './simulate.ts'
export { forecastDraft, forecastPlan, type SegmentForecast, type WhatIf } from './forecast.ts'
export {
  messageSchemas,
  parseMessage,
  type CommandMessage,
  type PlaybackMessage,
  type PocMessage,
  type SegmentOrder,
  type StatusMessage,
} from './messages.ts'
export { abandonInPoc, commandPoc, contactPoc, makePoc, recordInPoc, reportPoc, type SimulatedPoc } from './poc.ts'
export { actOnSegment, chooseSegment, commandsDue, followOrder, makeLedger, receiveFile, takeStatus, type SegmentLedger } from './ledger.ts'
