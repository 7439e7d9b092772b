/** Exit codes every process understands; a process may declare more. */
export const exits = { success: 0, noData: 66, tryAgain: 75 } as const

/** An inclusive range of exit codes. */
export interface CodeRange {
  readonly from: number
  readonly to: number
}

/** What a program's exit codes mean, beside 0 for success. Any other code is an error, which may be tried again. */
export interface ExitTable {
  readonly noData: readonly CodeRange[]
  readonly tryAgain: readonly CodeRange[]
  /** Success, with a finding on each output. */
  readonly warning: readonly CodeRange[]
  /** An error that no further try can mend: bad arguments, input that cannot be read. */
  readonly fatal: readonly CodeRange[]
}

/** In the order in which tables are asked: what is declared most narrowly goes before a wide range of warnings. */
const verdicts = ['noData', 'tryAgain', 'fatal', 'warning'] as const

export type ExitVerdict = 'success' | 'error' | (typeof verdicts)[number]

/** What an exit code says. */
export function judgeExit(table: ExitTable, code: number): ExitVerdict {
  if (code === exits.success) return 'success'
  return verdicts.find(verdict => table[verdict].some(range => range.from <= code && code <= range.to)) ?? 'error'
}

/** Every code that a table names: a program that ends with one of them meant it, whatever a shell makes of codes above 128. */
export const declaredCodes = (table: ExitTable): readonly number[] =>
  verdicts.flatMap(verdict => table[verdict].flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)))

/** Ways in which a try fails; each has its own number of tries. */
export const failureClasses = ['error', 'fatal', 'try-again', 'timeout', 'memory', 'lost', 'refused'] as const
export type FailureClass = (typeof failureClasses)[number]
