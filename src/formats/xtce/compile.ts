import { fail } from '#error'
import type { XtceDefinition } from './model.ts'
import type { LeftOut, Plan } from './plan.ts'
import { buildPlans } from './plan.ts'

/** A definition made ready: one plan per kind of packet. Used by decodePacket, encodePacket and decodeColumns; holds no state. */
export interface CompiledXtce {
  readonly definition: XtceDefinition
  /** Where decoding of a packet of unknown kind begins. */
  readonly root: Plan
  readonly plans: ReadonlyMap<string, Plan>
  /** Containers left out because something in them is not supported. */
  readonly left: readonly LeftOut[]
}

export interface CompileOptions {
  /** The container that every packet starts as (default: the one from which most others inherit). */
  readonly root?: string
  /** Leave out, and list in `left`, the containers that use something unsupported, instead of refusing the definition (default false). */
  readonly withoutUnsupported?: boolean
}

const withHeirs = (plan: Plan): readonly Plan[] => [plan, ...plan.heirs.flatMap(heir => withHeirs(heir.plan))]

function chooseRoot(definition: XtceDefinition, roots: readonly Plan[]): Plan {
  const within = new Set([...definition.containers.values()].flatMap(c => c.entries.filter(e => e.kind === 'container').map(e => e.ref)))
  const candidates = roots.filter(plan => plan.heirs.length > 0 || (!within.has(plan.name) && !plan.abstract))
  // The trunk that most kinds grow from; of equals the first that the definition lists.
  let best = candidates[0] ?? roots[0]
  for (const plan of candidates) if (best !== undefined && withHeirs(plan).length > withHeirs(best).length) best = plan
  return best ?? fail('xtce/invalid', 'the definition has no container', { name: definition.name })
}

/**
 * Compiles a definition once into closures per kind of packet. Throws `xtce/unsupported` naming what stands in the way, `xtce/invalid`.
 */
export function compileXtce(definition: XtceDefinition, options: CompileOptions = {}): CompiledXtce {
  const left: LeftOut[] = []
  const roots = buildPlans(definition, options.withoutUnsupported === true ? left : undefined)
  const plans = new Map(roots.flatMap(withHeirs).map(plan => [plan.name, plan]))
  const root = options.root === undefined ? chooseRoot(definition, roots) : plans.get(options.root)
  return {
    definition,
    plans,
    left,
    root: root ?? fail('xtce/unknown-container', `there is no container ${options.root}`, { container: options.root }),
  }
}

/** The plan of a container by name. Throws `xtce/unknown-container`. */
export const planOf = (compiled: CompiledXtce, container: string): Plan =>
  compiled.plans.get(container) ??
  fail('xtce/unknown-container', `the definition ${compiled.definition.name} has no container ${container}`, { container })
