/** Comma-separated values (RFC 4180). */
export { readCsv } from './read.ts'
