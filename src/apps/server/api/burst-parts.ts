import { z } from 'zod'
import type { BurstTables } from '#domain/burst'
import { loadBurstTables } from '#services/burst'
import type { Actor } from '#services/people'
import { findMission } from '../asking.ts'
import type { ServerParts } from '../parts.ts'

/** The tables of each mission, read once per server. */
const read = new WeakMap<ServerParts, Map<string, Promise<BurstTables>>>()

/** Throws `burst/none` where the mission selects no burst. */
export function burstTables(parts: ServerParts, mission: string): Promise<BurstTables> {
  const known = read.get(parts) ?? new Map<string, Promise<BurstTables>>()
  read.set(parts, known)
  const tables = known.get(mission) ?? loadBurstTables(findMission(parts, mission))
  known.set(mission, tables)
  return tables
}

/** The window of a question about one. */
export const windowPath: string = '/api/v1/:mission/burst/windows/:evaluation'

const tai = z.int().nonnegative().describe('TAI seconds since 1958-01-01')

const segment = z.strictObject({
  id: z.int(),
  start: z.number(),
  stop: z.number(),
  fom: z.number(),
  spacecraft: z.number(),
  comment: z.string(),
  tags: z.array(z.string()),
  source: z.string(),
})
/** A selection as clients send it; its cycles are the window's. */
export const selection = z.strictObject({
  frame: z.strictObject({ note: z.string(), evaluation: z.string(), close: tai.nullable(), final: z.boolean() }),
  segments: z.array(segment).max(5000),
  next: z.int(),
})
/** A question or an act with a JSON body. */
export interface Post<Body extends z.ZodType> {
  readonly path: string
  readonly summary: string
  readonly body: Body
  readonly answer?: z.ZodType
  readonly work: (act: {
    readonly mission: string
    readonly path: Readonly<Record<string, string>>
    readonly body: z.output<Body>
    readonly actor: Actor
  }) => Promise<unknown>
}
