import { SdcError, fail } from '#error'
import { compileTypes, recordCodec } from './codec.ts'
import type { AmountOf } from './cursor.ts'
import { compileAmount } from './cursor.ts'
import type { Container, Criteria, Entry, Parameter, XtceDefinition } from './model.ts'
import type { Test } from './value.ts'
import { compileCriteria } from './value.ts'
import type { ValueCodec } from './value-codec.ts'

/** One parameter at one place of a packet. */
export interface Field {
  /** Name in the values: the key of the parameter, with `#2` and so on where it comes again. */
  readonly name: string
  readonly parameter: string
  readonly codec: ValueCodec
  /** Bit at which it always starts, when that is so. */
  readonly start: number | undefined
  readonly include?: Test
  readonly location?: { readonly from: 'containerStart' | 'previousEntry'; readonly bits: AmountOf }
  readonly repeat?: { readonly count: AmountOf; readonly gapBits: number }
}

/** One kind of packet, and the more special kinds that inherit from it. */
export interface Plan {
  readonly name: string
  readonly abstract: boolean
  /** Fields of the whole chain of base containers and of this one. */
  readonly fields: readonly Field[]
  /** Index of the first field that the base does not have. */
  readonly ownFrom: number
  readonly heirs: readonly { readonly plan: Plan; readonly test: Test | undefined; readonly criteria: Criteria | undefined }[]
  /** Size in bits of the fields when it is always the same. */
  readonly bits: number | undefined
  /** Bit at which the first field of an heir starts when it is always the same. */
  readonly next: number | undefined
  /** Raw values that the criteria of the chain demand, as the definition writes them. */
  readonly demanded: ReadonlyMap<string, string>
}

interface Builder {
  readonly definition: XtceDefinition
  readonly codecOf: ReturnType<typeof compileTypes>
  readonly affected: ReadonlyMap<string, string>
  readonly heirsOf: ReadonlyMap<string, readonly string[]>
  /** Where containers that are not supported are noted; absent when they are refused. */
  readonly left: LeftOut[] | undefined
}

/** A container that cannot be decoded, and why. */
export interface LeftOut {
  readonly container: string
  readonly reason: string
}

const childrenByBase = (definition: XtceDefinition): ReadonlyMap<string, readonly string[]> => {
  const map = new Map<string, string[]>()
  for (const [key, container] of definition.containers) {
    if (container.base === undefined) continue
    const list = map.get(container.base.container) ?? []
    list.push(key)
    map.set(container.base.container, list)
  }
  return map
}

const refuseAffected = (builder: Builder, subject: string, container: string): void => {
  const why = builder.affected.get(subject)
  if (why === undefined) return
  const reason = `${subject} uses ${why}`
  fail('xtce/unsupported', `container ${container} cannot be decoded: ${reason}, which is not supported`, { container, reason })
}

function repetition(entry: Entry): Pick<Field, 'repeat'> {
  return entry.repeat === undefined ? {} : { repeat: { count: compileAmount(entry.repeat.count), gapBits: entry.repeat.gapBits } }
}

/** Bits of an entry with its repetition when they are always the same. */
function entryBits(codec: ValueCodec, entry: Entry): number | undefined {
  if (codec.bits === undefined || entry.include !== undefined) return undefined
  if (entry.repeat === undefined) return codec.bits
  const { count, gapBits } = entry.repeat
  return count.kind === 'fixed' ? codec.bits * count.value + gapBits * Math.max(0, count.value - 1) : undefined
}

/** Fields in order, and how often each parameter has come. */
interface FieldList {
  readonly list: Field[]
  readonly seen: Map<string, number>
}

const startList = (fields: readonly Field[]): FieldList => {
  const seen = new Map<string, number>()
  for (const { parameter } of fields) seen.set(parameter, (seen.get(parameter) ?? 0) + 1)
  return { list: [...fields], seen }
}

/** Adds the fields of one container behind those there are; containers within are taken in. */
function addFields(
  builder: Builder,
  key: string,
  container: Container,
  fields: FieldList,
  start: number | undefined,
  depth: number,
): number | undefined {
  if (depth > 50) fail('xtce/invalid', `container ${key} is nested deeper than 50, or within itself`, { container: key })
  refuseAffected(builder, `container ${key}`, key)
  let at = start
  for (const entry of container.entries) {
    if (entry.location !== undefined) {
      const { from, bits } = entry.location
      const origin = from === 'containerStart' ? 0 : at
      at = bits.kind === 'fixed' && origin !== undefined ? origin + bits.value : undefined
    }
    if (entry.kind === 'container' && entry.repeat === undefined && entry.include === undefined && entry.location === undefined) {
      const inner = builder.definition.containers.get(entry.ref)!
      at = addFields(builder, entry.ref, inner, fields, at, depth + 1)
      continue
    }
    const codec = entry.kind === 'container' ? containerCodec(builder, entry.ref, depth + 1) : parameterCodec(builder, entry, key)
    const count = fields.seen.get(entry.ref) ?? 0
    fields.seen.set(entry.ref, count + 1)
    fields.list.push({
      name: count === 0 ? entry.ref : `${entry.ref}#${count + 1}`,
      parameter: entry.ref,
      codec,
      start: entry.include === undefined ? at : undefined,
      ...(entry.include === undefined ? {} : { include: compileCriteria(entry.include) }),
      ...(entry.location === undefined ? {} : { location: { from: entry.location.from, bits: compileAmount(entry.location.bits) } }),
      ...repetition(entry),
    })
    const bits = entryBits(codec, entry)
    at = at === undefined || bits === undefined ? undefined : at + bits
  }
  return at
}

function parameterCodec(builder: Builder, entry: Entry, container: string): ValueCodec {
  const parameter =
    builder.definition.parameters.get(entry.ref) ?? fail('xtce/invalid', `container ${container}: there is no parameter ${entry.ref}`)
  for (const type of typesOf(builder.definition, parameter)) refuseAffected(builder, `type ${type}`, container)
  return builder.codecOf(parameter.type, entry.dimensions)
}

function typesOf(definition: XtceDefinition, parameter: Parameter): readonly string[] {
  const found = new Set<string>()
  const visit = (key: string): void => {
    if (found.has(key)) return
    found.add(key)
    const type = definition.types.get(key)
    if (type?.kind === 'array') visit(type.element)
    if (type?.kind === 'aggregate') for (const member of type.members) visit(member.type)
  }
  visit(parameter.type)
  return [...found]
}

/** A container that stands conditionally or repeatedly within another: its parameters as one record. */
function containerCodec(builder: Builder, key: string, depth: number): ValueCodec {
  const inner = startList([])
  addFields(builder, key, builder.definition.containers.get(key)!, inner, undefined, depth)
  const fields = inner.list
  if (fields.some(field => field.include !== undefined || field.location !== undefined || field.repeat !== undefined)) {
    fail(
      'xtce/unsupported',
      `container ${key} stands conditionally or repeatedly in another and has conditional, placed or repeated entries itself`,
      { container: key, reason: 'conditional, placed or repeated entries within such a container' },
    )
  }
  return recordCodec(key, fields)
}

function demandsOf(criteria: Criteria | undefined, into: Map<string, string>): void {
  if (criteria?.kind === 'value' && criteria.operator === '==' && criteria.ref.path.length === 0)
    into.set(criteria.ref.parameter, criteria.value)
  if (criteria?.kind === 'all') for (const part of criteria.of) demandsOf(part, into)
}

/** Bit behind a field whose place and size are always the same. */
const endOf = (field: Field): number => {
  const count = field.repeat === undefined ? 1 : field.repeat.count(noLookup)
  return field.start! + field.codec.bits! * count + (field.repeat === undefined ? 0 : field.repeat.gapBits * Math.max(0, count - 1))
}

const noLookup = { raw: () => undefined, engineering: () => undefined }

function buildPlan(builder: Builder, key: string, base: Plan | undefined, depth: number): Plan {
  if (depth > 50) fail('xtce/invalid', `container ${key} inherits through more than 50 steps, or from itself`, { container: key })
  const container = builder.definition.containers.get(key)!
  const list = startList(base?.fields ?? [])
  const fields = list.list
  const ownFrom = fields.length
  const next = addFields(builder, key, container, list, base === undefined ? 0 : base.next, 0)
  const bits = next === undefined ? undefined : fields.reduce((most, field) => Math.max(most, endOf(field)), 0)
  const demanded = new Map(base?.demanded)
  demandsOf(container.base?.criteria, demanded)
  const heirs: Plan['heirs'][number][] = []
  const plan: Plan = { name: key, abstract: container.abstract, fields, ownFrom, heirs, bits, next, demanded }
  for (const heir of builder.heirsOf.get(key) ?? []) {
    const { criteria } = builder.definition.containers.get(heir)!.base!
    const built = tryPlan(builder, heir, plan, depth + 1)
    if (built !== undefined) heirs.push({ plan: built, criteria, test: criteria && compileCriteria(criteria) })
  }
  // An heir without criteria takes whatever comes, so it is asked last.
  heirs.sort((a, b) => Number(a.criteria === undefined) - Number(b.criteria === undefined))
  return plan
}

/** A plan, or undefined when something in it is not supported and that is to be left out. */
function tryPlan(builder: Builder, key: string, base: Plan | undefined, depth: number): Plan | undefined {
  try {
    return buildPlan(builder, key, base, depth)
  } catch (error) {
    if (builder.left === undefined || !(error instanceof SdcError) || error.code !== 'xtce/unsupported') throw error
    builder.left.push({ container: key, reason: String(error.detail['reason']) })
    return undefined
  }
}

/** The plans of all containers without a base, each with its heirs. Throws `xtce/invalid`, `xtce/unsupported`. */
export function buildPlans(definition: XtceDefinition, left?: LeftOut[]): readonly Plan[] {
  const affected = new Map(definition.unsupported.flatMap(u => (u.affects === undefined ? [] : [[u.affects, u.construct] as const])))
  const builder: Builder = { definition, affected, codecOf: compileTypes(definition), heirsOf: childrenByBase(definition), left }
  return [...definition.containers]
    .filter(([, container]) => container.base === undefined)
    .flatMap(([key]) => tryPlan(builder, key, undefined, 0) ?? [])
}
