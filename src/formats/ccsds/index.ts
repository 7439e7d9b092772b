/** CCSDS space packets (133.0-B-2): packets out of a stream with everything remarkable as values, and packets built. */
export { buildPacket, decodePrimaryHeader, encodePrimaryHeader, headerSize, idleApid, largestPacket, sequenceModulus } from './packet.ts'
export type { HeaderFields, Packet, PrimaryHeader } from './packet.ts'
export { describeProblem, isHarmless } from './problem.ts'
export type { Problem } from './problem.ts'
export { readPackets, walkBatches, walkPackets, walkSource } from './walk.ts'
export type { WalkOptions } from './walk.ts'
export type { FramingOptions } from './frame.ts'
export { trackSequence } from './sequence.ts'
export type { SequenceTracker } from './sequence.ts'
export { checkErrorControl, computeCrc } from './error-control.ts'
export {
  cdsToNanoseconds,
  cucToNanoseconds,
  decodeCds,
  decodeCuc,
  decodeCucPField,
  encodeCds,
  encodeCuc,
  nanosecondsToCds,
  nanosecondsToCuc,
} from './time-field.ts'
export type { CdsLayout, CdsTime, CucLayout, CucTime } from './time-field.ts'
export { joinSegments } from './segment.ts'
export type { JoinOptions, Unit } from './segment.ts'
export { decodePus } from './pus.ts'
export type { PusHeader, PusOptions } from './pus.ts'
export { packetsOfFrames, readChannels } from './channel.ts'
export type { ChannelOptions, ChannelReader } from './channel.ts'
export { walkFrameBatches, walkFrames } from './walk-frames.ts'
export type { FrameOptions, TransferFrame } from './transfer-frame.ts'
