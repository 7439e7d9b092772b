export { exits } from './job.ts'
export type { JobFile, JobInput, JobOutput, JobPartition, NameFields } from './job.ts'
