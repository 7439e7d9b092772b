/** The kinds of record, by number: Markwardt, "Unofficial Format Specification of the IDL SAVE File", and DESCRIPTION seen in files. */
export const recordTitles: ReadonlyMap<number, string> = new Map([
  [0, 'START_MARKER'],
  [1, 'COMMON_VARIABLE'],
  [2, 'VARIABLE'],
  [3, 'SYSTEM_VARIABLE'],
  [6, 'END_MARKER'],
  [10, 'TIMESTAMP'],
  [12, 'COMPILED'],
  [13, 'IDENTIFICATION'],
  [14, 'VERSION'],
  [15, 'HEAP_HEADER'],
  [16, 'HEAP_DATA'],
  [17, 'PROMOTE64'],
  [19, 'NOTICE'],
  [20, 'DESCRIPTION'],
])

export const END_MARKER = 6
export const PROMOTE64 = 17
/** Bytes without use before the strings of a TIMESTAMP. */
export const LEGACY_BYTES = 1024
