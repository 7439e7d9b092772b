export { coveredLength, dayMs, describeRule, followsEvents, hourMs, isTiled, overlap, partitionAt, partitionsOf } from './partition.ts'
export type { Partition, PartitionRule, Span } from './partition.ts'
