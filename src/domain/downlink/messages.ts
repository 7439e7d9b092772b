import { z } from 'zod'

/** One segment's order: all that must be known, so that the newest revision alone is enough. Times are TAI seconds. */
export interface SegmentOrder {
  readonly segment: number
  readonly revision: number
  /** Starts of the first and of the last buffer. */
  readonly start: number
  readonly end: number
  readonly fom: number
  readonly spacecraft: readonly number[]
  readonly wanted: boolean
}

/** What the data center tells the payload operations center. */
export type CommandMessage =
  | { readonly kind: 'selections'; readonly window: string; readonly orders: readonly SegmentOrder[] }
  | { readonly kind: 'hold'; readonly order: SegmentOrder }
  | {
      readonly kind: 'release'
      readonly segment: number
      readonly spacecraft: number
      /** Starts of buffers, as [first, last] ranges. */
      readonly received: readonly (readonly [number, number])[]
    }

/** What a contact has sent. */
export interface PlaybackMessage {
  readonly kind: 'playback'
  readonly spacecraft: number
  readonly contact: string
  readonly at: number
  readonly files: readonly { readonly segment: number; readonly start: number }[]
}

/** One memory as it is. */
export interface StatusMessage {
  readonly kind: 'status'
  readonly spacecraft: number
  readonly sequence: number
  readonly at: number
  readonly held: number
  readonly recorded: number
  readonly oldest: number | null
  readonly segments: readonly {
    readonly segment: number
    readonly revision: number
    readonly held: number
    /** Buffers whose arrival it knows of. */
    readonly released: number
    readonly lost: 'none' | 'DEMOTED' | 'DERELICT'
    readonly listed: boolean
  }[]
}

export type PocMessage = CommandMessage | PlaybackMessage | StatusMessage

const tai: z.ZodType<number> = z.int().nonnegative().describe('TAI seconds since 1958-01-01')
const segment: z.ZodType<number> = z.int().describe('id of the segment')
const spacecraft: z.ZodType<number> = z.int().nonnegative().describe('position of the spacecraft in the mission, from 0')
const revision: z.ZodType<number> = z
  .int()
  .positive()
  .describe('rises with every change of the order; the highest holds, whatever the order of arrival')

const order: z.ZodType<SegmentOrder> = z.strictObject({
  segment,
  revision,
  start: tai.describe('start of the first buffer, TAI seconds'),
  end: tai.describe('start of the last buffer, TAI seconds'),
  fom: z.number().min(0).max(256),
  spacecraft: z.array(spacecraft).min(1),
  wanted: z.boolean().describe('false: hold nothing of it any more'),
})

const selections: z.ZodType<Extract<CommandMessage, { kind: 'selections' }>> = z
  .strictObject({
    kind: z.literal('selections'),
    window: z.string().describe('identity of the metadata evaluation'),
    orders: z.array(order).min(1),
  })
  .describe('To the POC: the segments that a window has decided on.')

const hold: z.ZodType<Extract<CommandMessage, { kind: 'hold' }>> = z
  .strictObject({ kind: z.literal('hold'), order })
  .describe('To the POC: one segment later or otherwise than its window said: added, changed, deleted, or sent again.')

const release: z.ZodType<Extract<CommandMessage, { kind: 'release' }>> = z
  .strictObject({
    kind: z.literal('release'),
    segment,
    spacecraft,
    received: z
      .array(z.tuple([tai, tai]))
      .min(1)
      .describe('starts of buffers that arrived, as [first, last] ranges; grows only'),
  })
  .describe('To the POC: these buffers are in the archive, their memory is free.')

const playback: z.ZodType<PlaybackMessage> = z
  .strictObject({
    kind: z.literal('playback'),
    spacecraft,
    contact: z.string(),
    at: tai,
    files: z.array(z.strictObject({ segment, start: tai })),
  })
  .describe('From the POC: what a contact has sent, in order.')

const status: z.ZodType<StatusMessage> = z
  .strictObject({
    kind: z.literal('status'),
    spacecraft,
    sequence: z.int().positive().describe('rises by one per spacecraft; an older report after a newer one is void'),
    at: tai,
    held: z.int().nonnegative(),
    recorded: z.int().nonnegative(),
    oldest: tai.nullable().describe('start of the oldest buffer that is still there'),
    segments: z.array(
      z.strictObject({
        segment,
        revision,
        held: z.int().nonnegative(),
        released: z.int().nonnegative().describe('buffers whose arrival it has been told'),
        lost: z.enum(['none', 'DEMOTED', 'DERELICT']),
        listed: z.boolean().describe('in the current playlist'),
      }),
    ),
  })
  .describe('From the POC: one memory as it is, and what has become of each order.')

const kinds = { selections, hold, release, playback, status }

/** JSON Schemas (2020-12) of the messages between the data center and the payload operations center, by kind. */
export const messageSchemas = (): Readonly<Record<PocMessage['kind'], unknown>> => ({
  selections: z.toJSONSchema(selections),
  hold: z.toJSONSchema(hold),
  release: z.toJSONSchema(release),
  playback: z.toJSONSchema(playback),
  status: z.toJSONSchema(status),
})

/** Reads a message, or says what is wrong with it and where. */
export function parseMessage(value: unknown): PocMessage | { readonly wrong: string } {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : ''
  if (!(kind in kinds)) return { wrong: `the kind "${kind}" is none of ${Object.keys(kinds).join(', ')}` }
  const read = kinds[kind as keyof typeof kinds].safeParse(value)
  if (read.success) return read.data
  const issue = read.error.issues[0]
  return { wrong: `${kind}${issue === undefined ? '' : `: ${issue.path.join('.')}: ${issue.message}`}` }
}
