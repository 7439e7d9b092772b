import { z } from 'zod'
import { fail } from '#error'

const patterns = z.union([z.string(), z.array(z.string()).min(1)]).transform(value => (typeof value === 'string' ? [value] : value))
const component = z.enum(['x', 'y', 'z', 'magnitude'])
const ink = z.enum(['black', 'red', 'green', 'blue'])
const scale = z.enum(['linear', 'log'])
const range = z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, 'the lower end of a range comes first')

const panelBase = {
  label: z.union([z.string().transform(text => [text]), z.array(z.string()).min(1)]),
  unit: z.string().default(''),
  /** Only inputs of this role are searched; all when absent. */
  role: z.string().optional(),
  scale: scale.default('linear'),
  range: range.optional(),
  limit: range.optional(),
  weight: z.number().positive().optional(),
  divide: z.number().default(1),
}

const line = z.strictObject({ variable: patterns.optional(), component: component.optional(), name: z.string(), ink })

const linesPanel = z.strictObject({
  ...panelBase,
  kind: z.literal('lines'),
  /** Either a vector by its components, or `lines` one by one (each with its own variable, or a component of this one). */
  variable: patterns.optional(),
  components: z.array(component).optional(),
  names: z.array(z.string()).optional(),
  /** Draw the limits that the variables carry (attributes LIMITS_WARN_MIN and its like). */
  limits: z.boolean().default(false),
  lines: z.array(line).optional(),
})

const spectrogramPanel = z.strictObject({
  ...panelBase,
  kind: z.literal('spectrogram'),
  variable: patterns,
  /** Variable of the bins' centres; the file's own DEPEND_1 when absent. */
  energies: z.string().optional(),
  colour: z.strictObject({ unit: z.string(), scale: scale.default('log'), range: range.optional() }),
})

const panelSet = z.strictObject({
  title: z.string(),
  note: z.string().optional(),
  credit: z.string().optional(),
  notice: z.string().default('Quicklook: for browsing, not for publication.'),
  /** What the time axis spans: the partition, or what of it has records. */
  span: z.enum(['partition', 'records']).default('partition'),
  position: z
    .strictObject({
      variable: patterns,
      frame: z.string(),
      divide: z.number().default(1),
      unit: z.string(),
      digits: z.number().int().min(0).max(6).default(1),
    })
    .optional(),
  lanes: z
    .array(
      z.strictObject({
        label: z.string(),
        tone: z.enum(['strong', 'quiet']),
        /** Coverage of the inputs of a role, or the times at which a variable has records. */
        role: z.string().optional(),
        variable: patterns.optional(),
        /** When a value of a panel that draws its limits was beyond one of them. */
        limits: z.boolean().default(false),
      }),
    )
    .default([]),
  panels: z.array(z.discriminatedUnion('kind', [linesPanel, spectrogramPanel])).min(1),
})

/** What a quicklook shows, as the mission folder declares it. */
export type PanelSet = z.infer<typeof panelSet>
export type PanelRecipe = PanelSet['panels'][number]
export type LinesRecipe = z.infer<typeof linesPanel>
export type SpectrogramRecipe = z.infer<typeof spectrogramPanel>
export type Component = z.infer<typeof component>

const renderOptions = z.record(
  z.string(),
  z.strictObject({
    theme: z.enum(['light', 'dark']).optional(),
    ratio: z.number().min(1).max(4).optional(),
    colourMap: z.enum(['turbo', 'viridis', 'inferno']).optional(),
    width: z.number().int().min(480).max(4000).optional(),
    panelHeight: z.number().int().min(40).max(600).optional(),
  }),
)

/** How each output role is drawn; a role that is not named is light, 1x, turbo. */
export type RenderOptions = z.infer<typeof renderOptions>

const complain = (what: string, error: z.ZodError): never =>
  fail('job/parameter', `${what}: ${error.issues.map(issue => `${issue.path.join('.') || 'top'}: ${issue.message}`).join('; ')}`)

/** Checks a panel set read from YAML or JSON; `where` names it in the complaint. Throws `job/parameter`. */
export function parsePanelSet(value: unknown, where: string): PanelSet {
  const result = panelSet.safeParse(value)
  return result.success ? result.data : complain(`the panels of ${where} are wrong`, result.error)
}

/** Checks the parameter `render`, which may be absent. Throws `job/parameter`. */
export function parseRenderOptions(value: unknown): RenderOptions {
  const result = renderOptions.safeParse(value ?? {})
  return result.success ? result.data : complain('the parameter "render" is wrong', result.error)
}
