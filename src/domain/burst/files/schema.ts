import { z } from 'zod'
import { fail } from '#error'
import type {
  BackSegment,
  BackStructure,
  BurstDocument,
  FailedFomStructure,
  FomSegment,
  FomStructure,
  OtherField,
  SegmentChange,
  SegmentChanges,
} from './model.ts'

const int32 = z
  .int()
  .min(-(2 ** 31))
  .max(2 ** 31 - 1)
const uint32 = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
const numberOrNull = z.number().nullable()

const otherField: z.ZodType<OtherField> = z.strictObject({
  type: z.enum([
    'byte',
    'int',
    'long',
    'float',
    'double',
    'complex',
    'string',
    'dcomplex',
    'pointer',
    'objref',
    'uint',
    'ulong',
    'long64',
    'ulong64',
  ]),
  dims: z.array(z.int().min(1)).max(8),
  values: z.array(z.union([z.number(), z.string(), z.null()])),
})
const more = z.record(z.string(), otherField).optional().describe('Fields of the save file that this form does not name')

const fomSegment: z.ZodType<FomSegment> = z
  .strictObject({
    start: int32.describe('Index of the first cycle, from 0'),
    stop: int32.describe('Index of the last cycle, inclusive'),
    fom: numberOrNull.describe('Figure of merit, 0 to 255; null where the file holds no number'),
    sourceid: z.string().describe('User and tool of the last edit; ABS for automated selections'),
    discussion: z.string().optional(),
    obsset: z.int().min(0).max(255).optional().describe('Spacecraft, bit 0 the first; absent means all'),
    tags: z.array(z.string()).optional().describe('Words for catalogues; save files have no place for them'),
  })
  .describe('A run of consecutive cycles')

const count = z.int()
const settings = z.strictObject({
  targetbuffs: count,
  fomave: z.number(),
  targetratio: z.number(),
  minsegmentsize: count,
  maxsegmentsize: count,
  pad: count,
  searchratio: z.number(),
  fomwindowsize: count,
  fomslope: z.number(),
  fomskew: z.number(),
  fombias: z.number(),
})

const fomStructure: z.ZodType<FomStructure> = z
  .strictObject({
    form: z.literal('fom-structure/1'),
    valid: z.literal(true),
    algversion: z.string(),
    cycles: z.strictObject({
      timestamps: z.array(uint32).min(1).describe('Starts of the cycles, TAI seconds since 1958-01-01'),
      mdq: z.array(numberOrNull).min(1).describe('Mission data quality, one per cycle'),
    }),
    segments: z.array(fomSegment),
    settings: settings.describe('Parameters of the automated selection'),
    metadatainfo: z.string(),
    oldestavailableburstdata: z.string(),
    metadataevaltime: z.string().describe('Identity of the metadata evaluation, YYYY-DOYThh:mm:ss'),
    note: z.string().optional(),
    evalstarttime: uint32.optional().describe('When the window closes, TAI seconds'),
    uplinkflag: z.int().optional().describe('1 closes the window, 0 is a draft'),
    fpical: z.int().optional(),
    declared: z
      .strictObject({ nsegs: int32, nbuffs: int32, seglengths: z.array(int32), numcycles: int32, cyclestart: uint32 })
      .optional()
      .describe('Only where the counts of the save file contradict its segments'),
    more,
  })
  .describe('Burst selections of one window (FOMSTR)')

const failedFomStructure: z.ZodType<FailedFomStructure> = z
  .strictObject({ form: z.literal('fom-structure/1'), valid: z.literal(false), error: z.string(), errno: z.int() })
  .describe('An automated selection that found nothing to select')

const backSegment: z.ZodType<BackSegment> = z.strictObject({
  datasegmentid: int32.describe('Negative for a segment that is not stored yet'),
  start: int32.describe('Start of the first buffer, TAI seconds'),
  stop: int32.describe('Start of the last buffer, TAI seconds'),
  fom: numberOrNull,
  parametersetid: z.string(),
  ispending: int32,
  inplaylist: int32,
  status: z.string().describe('Tokens joined with +'),
  numevalcycles: int32,
  sourceid: z.string(),
  createtime: z.string(),
  finishtime: z.string(),
  changestatus: int32.describe('0 same or new, 1 modified, 2 deleted'),
  discussion: z.string().optional(),
  obsset: z.int().min(0).max(255).optional(),
})

const backStructure: z.ZodType<BackStructure> = z
  .strictObject({
    form: z.literal('back-structure/1'),
    segments: z.array(backSegment),
    declared: z.strictObject({ nbuffs: z.number(), seglengths: z.array(int32) }).optional(),
    more,
  })
  .describe('Segments that are defined already (BAKSTR)')

const segmentChange: z.ZodType<SegmentChange> = z.strictObject({
  id: z.string(),
  datasegmentid: int32,
  starttime: uint32,
  endtime: uint32,
  fom: numberOrNull,
  status: z.string().describe('New, Modified or Deleted'),
  source: z.string(),
  observatoryid: z.string().describe('ALL, or names with commas between'),
  discussion: z.string(),
})

const segmentChanges: z.ZodType<SegmentChanges> = z
  .strictObject({ form: z.literal('segment-changes/1'), changes: z.array(segmentChange).min(1) })
  .describe('Edits of defined segments (bdm_sitl_changes)')

const document: z.ZodType<BurstDocument> = z.union([fomStructure, failedFomStructure, backStructure, segmentChanges])

/** The JSON Schema (2020-12) of all forms; `docs/schemas/burst-selection.schema.json` is this, printed. */
export const burstSchema = (): Readonly<Record<string, unknown>> => ({
  ...z.toJSONSchema(document),
  title: 'Burst selections: FOM structures, back structures and edits of segments',
})

/** Checks JSON against the forms; throws `burst/bad-document` with the place and what is wrong there. */
export function parseBurstDocument(json: unknown): BurstDocument {
  const form = typeof json === 'object' && json !== null ? (json as { form?: unknown; valid?: unknown }) : {}
  const schema = forms.find(([name, valid]) => name === form.form && (valid === undefined || valid === form.valid))?.[2]
  if (schema === undefined) return fail('burst/bad-document', `there is no form ${JSON.stringify(form.form)}; there is ${formNames}`, {})
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const place = issue?.path.join('.') ?? ''
    const others = parsed.error.issues.length - 1
    return fail(
      'burst/bad-document',
      `${place || 'the document'}: ${issue?.message ?? 'does not fit'}${others > 0 ? `, and ${others} more` : ''}`,
      { place },
    )
  }
  const { data } = parsed
  if (data.form === 'fom-structure/1' && data.valid && data.cycles.mdq.length !== data.cycles.timestamps.length)
    fail('burst/bad-document', `cycles.mdq has ${data.cycles.mdq.length} values for ${data.cycles.timestamps.length} cycles`, {
      place: 'cycles.mdq',
    })
  return data
}

const forms: readonly (readonly [form: BurstDocument['form'], valid: boolean | undefined, schema: z.ZodType<BurstDocument>])[] = [
  ['fom-structure/1', true, fomStructure],
  ['fom-structure/1', false, failedFomStructure],
  ['back-structure/1', undefined, backStructure],
  ['segment-changes/1', undefined, segmentChanges],
]
const formNames = [...new Set(forms.map(([form]) => form))].join(', ')
