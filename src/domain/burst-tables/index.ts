export { parseBurstTables, type ParsedTables } from './parse.ts'
