import type { Span } from '#domain/partition'
import type { CellName, ContactFact, EventFact, FileFact, JobFact, SourceCell, Waiver } from '#domain/plan'
import type { WorkKey } from './sql.ts'

/** How content decides: `also` those whose content touches the window; only those whose content may touch the time of `touching`. */
export interface ByContent {
  readonly also?: boolean
  readonly touching?: Span
}

/** What planning asks the ledger, as if all of it were at hand. Times in UTC milliseconds. */
export interface Known {
  readonly lastJob: (key: WorkKey) => JobFact | undefined
  /** Mission events (also contacts, by their data) that touch a time, or once began with it. */
  readonly missionEvents: (mission: string, spacecraft: string, window: Span) => readonly EventFact[]
  readonly contacts: (mission: string, spacecraft: string, window: Span) => readonly ContactFact[]
  /** Latest held files of a product whose nominal time touches the window, in order of start. */
  readonly latestFiles: (mission: string, product: string, spacecraft: string, window: Span, content?: ByContent) => readonly FileFact[]
  /** Cells of a dataset that touch a time, in order of start. */
  readonly cellsIn: (mission: string, dataset: string, window: Span) => readonly SourceCell[]
  readonly lastVerified: (mission: string, name: CellName) => { readonly recipe: string; readonly outcome: string } | undefined
  /** Id of the highest version of a partition. */
  readonly newestFile: (mission: string, name: CellName) => number | undefined
  readonly waiver: (mission: string, name: CellName) => Waiver | undefined
}

/** What says where else a change matters. */
export type Surroundings = Pick<Known, 'cellsIn' | 'missionEvents'>

/** Many questions of one kind at once, answered in their order. */
export type Reads = {
  readonly [Kind in keyof Known]: (questions: readonly Parameters<Known[Kind]>[]) => Promise<readonly ReturnType<Known[Kind]>[]>
} & {
  /** A ledger in memory knows everything without being asked. */
  readonly atHand?: Known | undefined
}

/** In the order in which they are read: a job before its verdict, or one that ends in between were over without any and made again. */
const kinds = ['lastJob', 'missionEvents', 'contacts', 'latestFiles', 'cellsIn', 'lastVerified', 'newestFile', 'waiver'] as const

type Kind = (typeof kinds)[number]

/** Answers that are known, by kind and question; and what was asked beside. */
class Memory {
  readonly known: Known
  readonly #answers = new Map<Kind, Map<string, unknown>>(kinds.map(kind => [kind, new Map()]))
  readonly #asked = new Map<Kind, Map<string, readonly unknown[]>>()

  constructor() {
    const recall =
      (kind: Kind) =>
      (...question: readonly unknown[]): unknown =>
        this.#recall(kind, question)
    this.known = Object.fromEntries(kinds.map(kind => [kind, recall(kind)])) as unknown as Known
  }

  #recall(kind: Kind, question: readonly unknown[]): unknown {
    const key = JSON.stringify(question)
    const answers = this.#answers.get(kind)
    if (answers?.has(key) === true) return answers.get(key)
    const asked = this.#asked.get(kind)
    if (asked === undefined) this.#asked.set(kind, new Map([[key, question]]))
    else asked.set(key, question)
    return lists.has(kind) ? [] : undefined
  }

  /** Reads what was asked and is not known; false where there is nothing. */
  async learn(reads: Reads): Promise<boolean> {
    const asked = kinds.flatMap(kind => (this.#asked.has(kind) ? [[kind, this.#asked.get(kind) ?? new Map()] as const] : []))
    this.#asked.clear()
    for (const [kind, questions] of asked) {
      const read = reads[kind] as (q: readonly (readonly unknown[])[]) => Promise<readonly unknown[]>
      const answers = await read([...questions.values()])
      for (const [i, key] of [...questions.keys()].entries()) this.#answers.get(kind)?.set(key, answers[i])
    }
    return asked.length > 0
  }
}

/** Kinds of which there may be many, and at first there seem to be none. */
const lists: ReadonlySet<Kind> = new Set(['missionEvents', 'contacts', 'latestFiles', 'cellsIn'])

/**
 * Works something out from what the ledger holds, as if it were all at hand: the work is begun anew, with more known each time, until it
 * asks nothing that is not known. So the questions of many looks are put together, in one statement for each kind. The work must be pure;
 * what is not known yet seems not to be there.
 */
export async function workOut<T>(reads: Reads, work: (known: Known) => T): Promise<T> {
  if (reads.atHand !== undefined) return work(reads.atHand)
  const memory = new Memory()
  for (;;) {
    const result = work(memory.known)
    if (!(await memory.learn(reads))) return result
  }
}
