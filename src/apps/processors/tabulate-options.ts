import { z } from 'zod'
import type { JobFile } from '#domain/process'
import { fail } from '#error'
import { integerCodings } from '#formats/xtce'

/** What the mission folder says about one kind of packet: the parameters of a process of the built-in program `tabulate`. */
const schema = z.strictObject({
  /** Packet definition in the mission's folder (XTCE). */
  packets: z.string(),
  container: z.string(),
  /** Parameters that carry the packet's time: whole seconds, and parts of a second. */
  time: z.strictObject({ seconds: z.string(), subseconds: z.string().optional(), 'per-second': z.number().positive().default(65_536) }),
  /** The clock rule, read by `clockOf`. */
  clock: z.unknown(),
  /** `MAG>Magnetometer`, for the attribute Descriptor. */
  descriptor: z.string(),
  source: z.string().optional(),
  /** Calibrations kept in a table beside the definition: the file, and the word by which it calls this packet. */
  calibrations: z.strictObject({ table: z.string(), packet: z.string() }).optional(),
  /** What words for integer encodings mean that XTCE does not have, e.g. `{ signed: unsigned }`. */
  'integer-words': z.record(z.string(), z.enum(integerCodings)).default({}),
  /** What the size tags of strings count. */
  'size-tags': z.enum(['bits', 'octets']).default('bits'),
  /** Shapes of records, for octets and lists that stand for tables. */
  shapes: z.record(z.string(), z.array(z.number().int().positive()).min(1)).default({}),
  'leave-out': z.array(z.string()).default([]),
  /** How packets lie in the delivered files. */
  framing: z
    .strictObject({
      prefix: z.number().int().min(0).default(0),
      suffix: z.number().int().min(0).default(0),
      'file-header': z.number().int().min(0).default(0),
      'error-control': z.boolean().default(false),
    })
    .prefault({}),
})

export type TabulateOptions = z.infer<typeof schema>

/** The parameters of a job, checked. Throws `job/parameter` naming every key that is wrong. */
export function readOptions(job: JobFile): TabulateOptions {
  const { simulateFault: _, ...parameters } = job.parameters
  const result = schema.safeParse(parameters)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'parameters'}: ${message}`)
  return fail('job/parameter', `the parameters of process ${job.process} are wrong: ${faults.join('; ')}`)
}
