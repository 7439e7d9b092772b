/** What came of one of several that went together. */
export type Came<Result> = { readonly result: Result } | { readonly error: unknown }

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/**
 * Lets what comes while one transaction runs go together in the next one: under load one commit does for many, and a single one waits for
 * nobody. `run` tells what came of each, in order; where it throws for several, each is run alone, so that none fails for another.
 */
export function together<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Came<Result>[]>,
  most = 64,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  let busy = false
  const go = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const came = await run(batch.map(w => w.item))
      batch.forEach((w, i) => {
        const one = came[i]
        if (one !== undefined && 'result' in one) w.resolve(one.result)
        else w.reject(one?.error ?? new Error('nothing was said about one of several'))
      })
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error)
      else for (const one of batch) await go([one])
    }
  }
  const drain = async (): Promise<void> => {
    busy = true
    while (waiting.length > 0) await go(waiting.splice(0, most))
    busy = false
  }
  return item => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    waiting.push({ item, resolve, reject })
    if (!busy) void drain()
    return promise
  }
}

/** One of something for each database, made when it is first asked for. */
export function perDatabase<T>(make: () => T): (db: object) => T {
  const made = new WeakMap<object, T>()
  return db => {
    const there = made.get(db) ?? make()
    made.set(db, there)
    return there
  }
}
