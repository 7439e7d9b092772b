export { readStatus } from './status.ts'
export type { Status } from './status.ts'
export { traceFile, traceLines } from './trace.ts'
export type { Trace, TraceStep } from './trace.ts'
