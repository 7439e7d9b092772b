import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Mission } from '#domain/mission'
import { fail } from '#error'

const playback = z.strictObject({ spacecraft: z.string(), playback: z.int().min(1) })

const script = z.strictObject({
  openHours: z.number().positive(),
  /** Buffers that one contact has room for. */
  budget: z.int().positive(),
  sitl: z.strictObject({
    person: z.string(),
    /** Windows that nobody touches, by their number from 1. */
    leaves: z.array(z.int().min(1)),
    /** What is done to the best of the automated segments, and what is added where the automated selection saw least. */
    raise: z.strictObject({ fom: z.number(), cycles: z.int().min(2), comment: z.string(), tags: z.array(z.string()) }),
    add: z.strictObject({ fom: z.number(), cycles: z.int().min(2), comment: z.string(), tags: z.array(z.string()) }),
    comment: z.string(),
    note: z.string(),
  }),
  /** A message of the operations center that is lost, and one that comes twice: those after this playback of a spacecraft. */
  loses: playback,
  doubles: playback,
  /** Burst files that the station keeps to itself until its next contact, while the operations center takes them for lost. */
  holdsBack: playback,
})

/** What the demo does with burst: `burst` in the mission's `demo.yaml`. */
export type BurstScript = z.output<typeof script>

/** Undefined where the mission's demo flies no burst. Throws `demo/burst-script`. */
export function readBurstScript(mission: Mission): BurstScript | undefined {
  const sheet = parse(readFileSync(join(mission.folder, 'demo.yaml'), 'utf8')) as { burst?: unknown }
  if (sheet.burst === undefined || mission.burst === undefined) return undefined
  const read = script.safeParse(sheet.burst)
  if (read.success) return read.data
  const [issue] = read.error.issues
  return fail('demo/burst-script', `demo.yaml of ${mission.id}: burst: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`)
}
