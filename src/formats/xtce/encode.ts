import { fail } from '#error'
import { writeBits } from './bits.ts'
import type { CompiledXtce } from './compile.ts'
import { planOf } from './compile.ts'
import type { Writer } from './cursor.ts'
import { growWriter } from './cursor.ts'
import type { Field, Plan } from './plan.ts'
import type { Value, Values } from './value.ts'
import { showValue } from './value.ts'

export interface EncodeOptions {
  /** What `values` holds: raw values (default; labels and texts are accepted too), or engineering ones, which are calibrated back. */
  readonly values?: 'raw' | 'engineering'
  /** Octets behind the fields, as `rest` of a decoded packet gives them. */
  readonly rest?: Uint8Array
}

/** What fields of the primary header hold when nothing else says so, by first bit (CCSDS 133.0-B-2 section 4.1.3): version, type, flags. */
const usualHeader: Readonly<Record<string, number>> = { '0+3': 0, '3+1': 0, '16+2': 3 }

const lengthField = { start: 32, bits: 16 } as const

const isLength = (field: Field): boolean => field.start === lengthField.start && field.codec.bits === lengthField.bits

function toRaw(field: Field, value: Value, kind: 'raw' | 'engineering'): Value {
  if (kind === 'raw' && typeof value !== 'string' && typeof value !== 'boolean') return value
  const list = field.repeat === undefined ? [value] : (value as readonly Value[])
  const raw = list.map(
    one =>
      field.codec.uncalibrate(one) ??
      fail('xtce/bad-value', `parameter ${field.name} cannot be brought back from ${showValue(one)} to a raw value`, {
        parameter: field.name,
      }),
  )
  return field.repeat === undefined ? raw[0]! : raw
}

const fromText = (field: Field, text: string): Value => {
  if (field.codec.number === undefined) return text
  const known = field.codec.uncalibrate(text)
  const value = typeof known === 'number' && !Number.isNaN(known) ? known : Number(text)
  return field.codec.number.bits > 53 && Number.isInteger(value) ? BigInt(text) : value
}

/** The raw value of a field: as given, else as the container demands, else the initial value, else what headers usually hold. */
function rawOf(compiled: CompiledXtce, plan: Plan, field: Field, values: Values, kind: 'raw' | 'engineering'): Value {
  const given = values[field.name]
  if (given !== undefined) return toRaw(field, given, kind)
  const demanded = plan.demanded.get(field.parameter)
  if (demanded !== undefined) return fromText(field, demanded)
  const parameter = compiled.definition.parameters.get(field.parameter)
  const initial = parameter?.initial ?? compiled.definition.types.get(parameter?.type ?? '')?.initial
  if (initial !== undefined) return fromText(field, initial)
  const usual = isLength(field) ? 0 : usualHeader[`${field.start}+${field.codec.bits}`]
  return (
    usual ?? fail('xtce/missing-value', `${plan.name} needs a value for ${field.name}`, { container: plan.name, parameter: field.name })
  )
}

function writeField(writer: Writer, field: Field, raw: Value): void {
  if (field.location !== undefined) {
    const bits = field.location.bits(writer)
    const to = (field.location.from === 'containerStart' ? 0 : writer.bit) + bits
    if (Number.isNaN(to)) fail('xtce/bad-value', `the place of ${field.name} comes out as no number`, { parameter: field.name })
    growWriter(writer, Math.max(0, to - writer.bit))
    writer.bit = to
  }
  if (field.repeat === undefined) return field.codec.write(writer, raw)
  for (const [i, value] of (raw as readonly Value[]).entries()) {
    if (i > 0) writer.bit += field.repeat.gapBits
    field.codec.write(writer, value)
  }
}

/**
 * The octets of one packet of a container. `values` by field name as decodePacket gives them. What the container's criteria
 * demand (the APID), initial values, version, type and sequence flags need not be given; the length field is always filled in.
 * encode(decode(packet)) is the packet again. Throws `xtce/missing-value`, `xtce/bad-value`, `xtce/unknown-container`.
 */
export function encodePacket(compiled: CompiledXtce, container: string, values: Values, options: EncodeOptions = {}): Uint8Array {
  const plan = planOf(compiled, container)
  const kind = options.values ?? 'raw'
  const raw = new Map<string, Value>()
  const known = (parameter: string): Value | undefined => raw.get(parameter)
  const writer: Writer = {
    bytes: new Uint8Array(plan.bits === undefined ? 256 : (plan.bits + 7) >>> 3),
    bit: 0,
    farthest: 0,
    records: [],
    raw: known,
    engineering: parameter => {
      const value = known(parameter)
      const field = plan.fields.find(one => one.parameter === parameter)
      return value === undefined || field === undefined ? undefined : field.codec.calibrate(value, writer)
    },
  }
  for (const field of plan.fields) {
    if (field.include !== undefined && !field.include(writer)) continue
    const value = rawOf(compiled, plan, field, values, kind)
    raw.set(field.parameter, value)
    writeField(writer, field, value)
    writer.farthest = Math.max(writer.farthest, writer.bit)
  }
  return finish(writer, plan, options.rest ?? new Uint8Array())
}

function finish(writer: Writer, plan: Plan, rest: Uint8Array): Uint8Array {
  writer.bit = writer.farthest
  const from = writer.bit >>> 3
  const size = Math.max((writer.bit + 7) >>> 3, from + rest.byteLength)
  growWriter(writer, size * 8 - writer.bit)
  const packet = writer.bytes.subarray(0, size)
  for (const [i, octet] of rest.entries()) packet[from + i]! |= octet
  if (plan.fields.some(isLength)) {
    const length = packet.byteLength - 7
    if (length < 0 || length > 65535)
      fail('xtce/bad-value', `a packet of ${packet.byteLength} octets cannot be: 7 to 65542`, { size: packet.byteLength })
    packet.fill(0, 4, 6)
    writeBits(packet, lengthField.start, lengthField.bits, length)
  }
  return packet
}
