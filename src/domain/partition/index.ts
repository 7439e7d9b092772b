export {
  coveredLength,
  dayMs,
  describeRule,
  followsEvents,
  hourMs,
  isTiled,
  openEnd,
  overlap,
  partitionAt,
  partitionsOf,
} from './partition.ts'
export type { Partition, PartitionRule, Span } from './partition.ts'
