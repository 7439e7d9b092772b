/** Classes of SQLSTATE that tell of the statement and its values: data, integrity, syntax and access, raised by a function. */
const ofStatements: ReadonlySet<string> = new Set(['22', '23', '42', 'P0'])

/** What drivers say of a connection that they have not or lost, in errors without any code. */
const ofConnections = /connection|timeout exceeded|pool after calling end|driver has already been destroyed/i

/**
 * Whether an error tells that the database could not be asked or kept (no connection, no space, shut down, another went first), so that the
 * same may well succeed later; not that what was asked or written cannot be.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { severity, code, syscall } = error as { severity?: unknown; code?: unknown; syscall?: unknown }
  if (severity !== undefined && typeof code === 'string') return !ofStatements.has(code.slice(0, 2))
  if (syscall !== undefined || error instanceof AggregateError) return true
  return error.constructor === Error && ofConnections.test(error.message)
}
