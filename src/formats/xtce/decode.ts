import type { CompiledXtce } from './compile.ts'
import { planOf } from './compile.ts'
import type { Cursor } from './cursor.ts'
import { ensureBits } from './cursor.ts'
import type { DecodeProblem } from './decode-problem.ts'
import type { Field, Plan } from './plan.ts'
import type { Value, Values } from './value.ts'

export interface DecodedPacket {
  /** The most special container that fits. */
  readonly container: string
  /** Raw values by parameter, in the order of the packet. */
  readonly raw: Values
  /** Calibrated numbers, labels, texts; equal to raw where there is nothing to calibrate. */
  readonly engineering: Values
  /** Octets at the end that the definition says nothing about; of the first one, bits that belong to the last field are zero. */
  readonly rest: Uint8Array
  readonly problems: readonly DecodeProblem[]
}

interface State extends Cursor {
  readonly rawValues: Record<string, Value>
  readonly engineeringValues: Record<string, Value>
  /** Names under which the latest values of parameters stand. */
  readonly latest: Record<string, string>
  /** The bit behind the last one read: placed entries can lie anywhere. */
  farthest: number
}

const newRecord = <V>(): Record<string, V> => Object.create(null) as Record<string, V>

function startState(bytes: Uint8Array): State {
  const rawValues = newRecord<Value>()
  const engineeringValues = newRecord<Value>()
  const latest = newRecord<string>()
  return {
    bytes,
    bit: 0,
    end: bytes.byteLength * 8,
    stop: undefined,
    rawValues,
    engineeringValues,
    latest,
    farthest: 0,
    records: [],
    raw: parameter => rawValues[latest[parameter] ?? parameter],
    engineering: parameter => engineeringValues[latest[parameter] ?? parameter],
  }
}

function readRepeated(state: State, field: Field, repeat: NonNullable<Field['repeat']>): Value {
  const count = repeat.count(state)
  if (!ensureBits(state, count * Math.max(1, field.codec.bits ?? 1))) return []
  const values: Value[] = []
  while (values.length < count && state.stop === undefined) {
    if (values.length > 0) state.bit += repeat.gapBits
    values.push(field.codec.read(state))
  }
  return values
}

/** Reads one field into the state; false when the packet ended. */
function readField(state: State, field: Field): boolean {
  if (field.include !== undefined && !field.include(state)) return true
  if (field.location !== undefined) {
    const bits = field.location.bits(state)
    const to = (field.location.from === 'containerStart' ? 0 : state.bit) + bits
    if (!ensureBits(state, Number.isNaN(to) ? to : Math.max(0, to - state.bit))) return false
    state.bit = to
  }
  const { codec, name } = field
  const raw = field.repeat === undefined ? codec.read(state) : readRepeated(state, field, field.repeat)
  if (state.stop !== undefined) return false
  if (state.bit > state.farthest) state.farthest = state.bit
  state.rawValues[name] = raw
  if (name !== field.parameter) state.latest[field.parameter] = name
  if (codec.plain) state.engineeringValues[name] = raw
  else {
    state.engineeringValues[name] =
      field.repeat === undefined ? codec.calibrate(raw, state) : (raw as readonly Value[]).map(value => codec.calibrate(value, state))
  }
  return true
}

/** Reads the own fields of a plan, then those of the heir that fits, and so on. Answers the last plan reached. */
function readPlan(state: State, plan: Plan, from: number, problems: DecodeProblem[]): Plan {
  for (let i = from; i < plan.fields.length; i++) {
    const field = plan.fields[i]!
    if (readField(state, field)) continue
    const { problem, need, have } = state.stop!
    problems.push({ problem, container: plan.name, parameter: field.name, need, have })
    return plan
  }
  for (const { plan: heir, test } of plan.heirs) if (test === undefined || test(state)) return readPlan(state, heir, heir.ownFrom, problems)
  return plan
}

function restOf(bytes: Uint8Array, bit: number): Uint8Array {
  const rest = bytes.subarray(bit >>> 3)
  if ((bit & 7) === 0) return rest
  const own = rest.slice()
  own[0]! &= 0xff >> (bit & 7)
  return own
}

/**
 * Decodes one packet (with its primary header, as the definition begins with it). `container` starts at that kind instead of
 * finding out. Never throws on content: what does not fit stands in `problems`, with the values read so far.
 */
export function decodePacket(compiled: CompiledXtce, bytes: Uint8Array, options: { readonly container?: string } = {}): DecodedPacket {
  const state = startState(bytes)
  const problems: DecodeProblem[] = []
  const plan = readPlan(state, options.container === undefined ? compiled.root : planOf(compiled, options.container), 0, problems)
  const left = state.stop === undefined ? state.end - state.farthest : 0
  // Many definitions forget to call the trunk abstract: when a packet goes on behind it, its kind is not known either.
  const unknown = state.stop === undefined && (plan.abstract || (left > 0 && plan === compiled.root && plan.heirs.length > 0))
  if (unknown) problems.push({ problem: 'unknown-kind', container: plan.name })
  else if (left > 0) problems.push({ problem: 'spare', container: plan.name, size: left })
  return {
    container: plan.name,
    raw: state.rawValues,
    engineering: state.engineeringValues,
    rest: state.stop === undefined ? restOf(bytes, state.farthest) : new Uint8Array(),
    problems,
  }
}
