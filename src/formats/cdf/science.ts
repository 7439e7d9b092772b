import type { Cdf, CdfEntry, CdfVariable } from './model.ts'

/** Takes bytes one after the other: a hash. */
export type TakeBytes = (bytes: Uint8Array) => void

/**
 * Is shown the values of each variable as they are decoded, some records at a time: whoever looks at them besides need not decode them
 * again. What is to stay must be copied.
 */
export type LookAt = (variable: CdfVariable, bytes: Uint8Array) => void

/**
 * Gives a hash everything that a file says in science, in an order of its own: names, types, shapes, values and attributes of all
 * variables, and global attributes, without those that `isProvenance` names. How it is stored (order, compression, blocking,
 * majority, encoding) does not count. Reads all values; throws where one does not decode.
 */
export async function digestScience(
  cdf: Cdf,
  isProvenance: (attribute: string) => boolean,
  take: TakeBytes,
  look: LookAt = () => undefined,
): Promise<void> {
  const say = (words: unknown): void => take(encoder.encode(`${JSON.stringify(words)}\n`))
  const kept = <T>(attributes: ReadonlyMap<string, T>): readonly (readonly [string, T])[] =>
    [...attributes].filter(([name]) => !isProvenance(name)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [name, entries] of kept(cdf.attributes)) if (entries.length > 0) say([name, entries.map(describeEntry)])
  for (const [name, variable] of [...cdf.variables].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    say([name, ...describeVariable(variable), kept(variable.attributes).map(([key, entry]) => [key, describeEntry(entry)])])
    for await (const bytes of variable.byteChunks()) {
      take(bytes)
      look(variable, bytes)
    }
  }
}

const encoder = new TextEncoder()

const describeVariable = (v: CdfVariable): readonly unknown[] => [v.type, v.elements, v.dims, v.recordVarying, v.records]

/** Blanks at the end of text are the writer's. */
const describeEntry = ({ type, value }: CdfEntry): readonly unknown[] => [
  type,
  typeof value === 'string' ? value.trimEnd() : Array.from<number | bigint, unknown>(value, plain),
]

/** JSON knows neither whole numbers of 64 bits nor what is not a number. */
const plain = (value: number | bigint): unknown => (typeof value === 'number' && Number.isFinite(value) ? value : String(value))
