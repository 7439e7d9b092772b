import pg from 'pg'

/** So many statements are kept by each session; lists of every length would make more without end. */
const mostKept = 400
/** Longer statements are rows in bulk: seldom the same twice. */
const mostValues = 40

/** Statements by their names. Undefined for those that are not kept: sent once so far, or a table that they read was altered. */
const names = new Map<string, string | undefined>()
let kept = 0

function nameOf(text: string): string | undefined {
  if (names.size > 10 * mostKept) for (const [other, name] of names) if (name === undefined) names.delete(other)
  if (names.has(text)) return names.get(text) ?? (kept < mostKept ? keep(text) : undefined)
  names.set(text, undefined)
  return undefined
}

function keep(text: string): string {
  const name = `s${++kept}`
  names.set(text, name)
  return name
}

type Query = (...question: readonly unknown[]) => Promise<unknown>

/** A connection whose session keeps statements that come again, parsed and planned: half of what PostgreSQL does for a small one. */
export class PreparingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    const plain = super.query.bind(this) as unknown as Query
    const query: Query = (text, values, ...rest) => {
      const fits = typeof text === 'string' && Array.isArray(values) && values.length > 0 && values.length <= mostValues
      const name = fits ? nameOf(text) : undefined
      if (!fits || name === undefined) return plain(text, values, ...rest)
      return plain({ name, text, values }, ...rest).catch((error: unknown) => {
        // A table was altered by a newer version of Apsis: under another name the statement is parsed anew.
        if ((error as { code?: unknown }).code === alteredTable) keep(text)
        throw error
      })
    }
    this.query = query as unknown as pg.Client['query']
  }
}

/** feature_not_supported: "cached plan must not change result type". */
const alteredTable = '0A000'
