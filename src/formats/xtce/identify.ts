import type { CompiledXtce } from './compile.ts'
import { decodePacket } from './decode.ts'
import type { Criteria } from './model.ts'
import type { Field, Plan } from './plan.ts'
import type { Lookup, Value } from './value.ts'

/** Tells the kind of packet: the name of its container, or undefined when no concrete one fits. */
export type Identify = (bytes: Uint8Array) => string | undefined

function parametersOf(criteria: Criteria | undefined): readonly string[] {
  if (criteria === undefined) return []
  if (criteria.kind === 'value') return [criteria.ref.parameter]
  if (criteria.kind === 'parameters') return [criteria.left.parameter, criteria.right.parameter]
  return criteria.of.flatMap(parametersOf)
}

const withHeirs = (plan: Plan): readonly Plan[] => [plan, ...plan.heirs.flatMap(heir => withHeirs(heir.plan))]

/** Fields by parameter when every criterion looks at a number that always lies at the same place, else undefined. */
function fixedFields(root: Plan): ReadonlyMap<string, Field> | undefined {
  const fields = new Map<string, Field>()
  for (const plan of withHeirs(root)) {
    for (const name of plan.heirs.flatMap(heir => parametersOf(heir.criteria))) {
      const found = plan.fields.filter(field => field.parameter === name)
      const [field] = found
      const fixed = found.length === 1 && field?.start !== undefined && field.codec.shape?.length === 0 && field.repeat === undefined
      if (!fixed || field.codec.dependsOnOthers === true) return undefined
      fields.set(name, field)
    }
  }
  return fields
}

/**
 * A fast way to sort packets by kind before decodeColumns: it reads only what the criteria of containers look at. Definitions
 * whose criteria look at something of changing place are decoded as far as needed instead.
 */
export function compileIdentify(compiled: CompiledXtce): Identify {
  const { root } = compiled
  const fields = fixedFields(root)
  if (fields === undefined) {
    return bytes => {
      const { container, problems } = decodePacket(compiled, bytes)
      return problems.some(({ problem }) => problem === 'unknown-kind') ? undefined : container
    }
  }
  let packet: Uint8Array = new Uint8Array()
  const raw = (name: string): Value | undefined => {
    const field = fields.get(name)
    const number = field?.codec.number
    if (field?.start === undefined || number === undefined || field.start + number.bits > packet.byteLength * 8) return undefined
    return number.read(packet, field.start)
  }
  const lookup: Lookup = {
    raw,
    engineering: name => {
      const value = raw(name)
      return value === undefined ? undefined : fields.get(name)!.codec.calibrate(value, lookup)
    },
  }
  const descend = (plan: Plan): Plan => {
    const heir = plan.heirs.find(({ test }) => test === undefined || test(lookup))
    return heir === undefined ? plan : descend(heir.plan)
  }
  return bytes => {
    packet = bytes
    const plan = descend(root)
    const unknown = plan.abstract || (plan === root && root.heirs.length > 0 && bytes.byteLength * 8 > (root.bits ?? 0))
    return unknown ? undefined : plan.name
  }
}
