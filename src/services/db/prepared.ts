import pg from 'pg'

/** So many statements are kept by each session; lists of every length would make more without end. */
const mostKept = 400
/** Longer statements are rows in bulk: seldom the same twice. */
const mostValues = 40

const [seen, names] = [new Set<string>(), new Map<string, string>()]

/** The name of a statement that was sent before; undefined for what is new, or too much to keep. */
function nameOf(text: string): string | undefined {
  const name = names.get(text)
  if (name !== undefined) return name
  if (names.size >= mostKept) return undefined
  if (seen.size > 10 * mostKept) seen.clear()
  if (!seen.has(text)) return void seen.add(text)
  names.set(text, `s${names.size}`)
  return names.get(text)
}

type Query = (...question: readonly unknown[]) => unknown

/** A connection whose session keeps statements that come again, parsed and planned: half of what PostgreSQL does for a small one. */
export class PreparingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config)
    const plain = super.query.bind(this) as Query
    const query: Query = (text, values, ...rest) => {
      const keeps = typeof text === 'string' && Array.isArray(values) && values.length > 0 && values.length <= mostValues
      const name = keeps ? nameOf(text) : undefined
      return name === undefined ? plain(text, values, ...rest) : plain({ name, text, values }, ...rest)
    }
    this.query = query as pg.Client['query']
  }
}
