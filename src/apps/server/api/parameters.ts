import { z } from 'zod'

/** Parameters that several questions of the typed API take. */
export const mission = z.string().optional().describe('a mission’s id; default: all')
export const limit = z.coerce.number().int().min(1).max(1000).default(100)
export const offset = z.coerce.number().int().min(0).default(0)
export const flag = z.enum(['true', 'false']).default('false')

/** A date or a moment, UTC. */
export const moment = z
  .union(
    [z.iso.date(), z.iso.datetime({ local: true }), z.iso.datetime()],
    'a day or a moment in UTC is needed, e.g. 2026-11-23 or 2026-11-23T18:00:00Z',
  )
  .transform(text => Date.parse(/T.*[^Z]$/.test(text) ? `${text}Z` : text))

/** Builds an object without the keys whose values are absent. */
export const given = <T extends object>(parts: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
