export { dayMs, hourMs, overlap, partitionAt, partitionsOf } from './partition.ts'
export type { Partition, PartitionRule, Span } from './partition.ts'
