import { fail } from '#error'
import { readOctets, writeOctets } from './bits.ts'
import { compileCalibration, invertCurve } from './calibrate.ts'
import { compileAmount, ensureBits, growWriter } from './cursor.ts'
import type { Amount, BinaryEncoding, EnumerationRow, ParameterType, XtceDefinition } from './model.ts'
import type { NumberCodec } from './number-codec.ts'
import { compileFloat, compileInteger } from './number-codec.ts'
import { compileString } from './string-codec.ts'
import type { Lookup, Value } from './value.ts'
import type { ValueCodec } from './value-codec.ts'
import { refuseValue } from './value-codec.ts'

const same = (value: Value): Value => value

function numberCodec(type: ParameterType, number: NumberCodec): Pick<ValueCodec, 'bits' | 'number' | 'shape' | 'read' | 'write'> {
  return {
    bits: number.bits,
    number,
    shape: [],
    read: cursor => {
      if (!ensureBits(cursor, number.bits)) return 0
      const value = number.read(cursor.bytes, cursor.bit)
      cursor.bit += number.bits
      return value
    },
    write: (writer, raw) => {
      const fits = (typeof raw === 'number' || typeof raw === 'bigint') && number.fits(raw)
      const value = fits ? raw : refuseValue(type.name, raw, `it holds a number of ${number.bits} bits`)
      growWriter(writer, number.bits)
      number.write(writer.bytes, writer.bit, value)
      writer.bit += number.bits
    },
  }
}

function binaryCodec(type: ParameterType, encoding: BinaryEncoding): ValueCodec {
  const sizeOf = compileAmount(encoding.size)
  const fixed = encoding.size.kind === 'fixed' ? encoding.size.value : undefined
  return {
    bits: fixed,
    plain: true,
    read: cursor => {
      const bits = sizeOf(cursor)
      if (!ensureBits(cursor, bits)) return new Uint8Array()
      const octets = readOctets(cursor.bytes, cursor.bit, bits)
      cursor.bit += bits
      return octets
    },
    write: (writer, raw) => {
      const octets = raw instanceof Uint8Array ? raw : refuseValue(type.name, raw, 'it holds octets')
      const wanted = sizeOf(writer)
      const bits = Number.isInteger(wanted) && (wanted + 7) >>> 3 === octets.byteLength ? wanted : octets.byteLength * 8
      if (fixed !== undefined && bits !== fixed) refuseValue(type.name, raw, `it holds ${fixed} bits, not ${bits}`)
      growWriter(writer, bits)
      writeOctets(writer.bytes, writer.bit, bits, octets)
      writer.bit += bits
    },
    calibrate: same,
    uncalibrate: same,
  }
}

function enumeration(rows: readonly EnumerationRow[]): Pick<ValueCodec, 'calibrate' | 'uncalibrate'> {
  const labels = new Map(rows.filter(row => row.last === row.value).map(row => [row.value, row.label]))
  const ranges = rows.filter(row => row.last !== row.value)
  const values = new Map(rows.map(row => [row.label, row.value]))
  return {
    // A value without a label stays a number, so that it is seen.
    calibrate: raw => labels.get(Number(raw)) ?? ranges.find(row => Number(raw) >= row.value && Number(raw) <= row.last)?.label ?? raw,
    uncalibrate: value => (typeof value === 'string' ? values.get(value) : value),
  }
}

function meaningOf(
  type: ParameterType,
  number: NumberCodec,
): Pick<ValueCodec, 'plain' | 'calibrate' | 'uncalibrate' | 'dependsOnOthers' | 'calibratesToNumber'> {
  if (type.kind === 'enumerated') return { plain: false, ...enumeration(type.rows) }
  if (type.kind === 'boolean') {
    const { zero, one } = type
    return {
      plain: false,
      calibrate: raw => (Number(raw) === 0 ? zero : one),
      uncalibrate: value =>
        value === zero || value === false ? 0 : value === one || value === true ? 1 : typeof value === 'number' ? value : undefined,
    }
  }
  const encoding = 'encoding' in type ? type.encoding : undefined
  const calibration = encoding !== undefined && 'calibration' in encoding ? encoding.calibration : { contexts: [] }
  const curve = compileCalibration(calibration)
  const back = calibration.default === undefined || calibration.contexts.length > 0 ? undefined : invertCurve(calibration.default)
  const scale = 'scale' in type ? type.scale : 1
  const offset = 'offset' in type ? type.offset : 0
  const scaled = scale !== 1 || offset !== 0
  if (curve === undefined && !scaled) return { plain: true, calibrate: same, uncalibrate: same }
  const whole = encoding?.kind === 'integer'
  return {
    plain: false,
    dependsOnOthers: calibration.contexts.length > 0,
    calibratesToNumber: true,
    calibrate: (raw, lookup) => (curve === undefined ? Number(raw) : curve(Number(raw), lookup)) * scale + offset,
    uncalibrate: value => {
      const unscaled = (Number(value) - offset) / scale
      const raw = curve === undefined ? unscaled : back?.(unscaled)
      if (raw === undefined) return undefined
      return whole ? (number.bits > 53 ? BigInt(Math.round(raw)) : Math.round(raw)) : raw
    },
  }
}

function arrayCodec(type: ParameterType, element: ValueCodec, dimensions: readonly Amount[]): ValueCodec {
  const sizes = dimensions.map(compileAmount)
  const fixed = dimensions.every(d => d.kind === 'fixed') ? dimensions.map(d => (d.kind === 'fixed' ? d.value : 0)) : undefined
  const count = (lookup: Lookup) => sizes.reduce((product, size) => product * size(lookup), 1)
  const total = fixed?.reduce((a, b) => a * b, 1)
  return {
    bits: total === undefined || element.bits === undefined ? undefined : total * element.bits,
    ...(fixed !== undefined && element.number !== undefined && element.shape?.length === 0 ? { number: element.number, shape: fixed } : {}),
    plain: element.plain,
    dependsOnOthers: element.dependsOnOthers ?? false,
    calibratesToNumber: element.calibratesToNumber ?? false,
    calibrateOne: element.calibrate,
    read: cursor => {
      const wanted = count(cursor)
      // An element takes a bit at least, so that no number in a packet makes a list longer than the packet.
      if (!ensureBits(cursor, wanted * Math.max(1, element.bits ?? 1))) return []
      const values: Value[] = []
      while (values.length < wanted && cursor.stop === undefined) values.push(element.read(cursor))
      return values
    },
    write: (writer, raw) => {
      const list: readonly Value[] = isList(raw) ? Array.from(raw) : refuseValue(type.name, raw, 'it holds a list')
      if (total !== undefined && list.length !== total) refuseValue(type.name, list.length, `it holds ${total} elements`)
      for (const value of list) element.write(writer, value)
    },
    calibrate: (raw, lookup) => (element.plain ? raw : (raw as readonly Value[]).map(value => element.calibrate(value, lookup))),
    uncalibrate: value => everyOrNone(isList(value) ? Array.from(value, element.uncalibrate) : []),
  }
}

/** Lists may also be given as typed arrays. */
const isList = (value: Value): value is readonly Value[] =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

const everyOrNone = (values: readonly (Value | undefined)[]): Value | undefined =>
  values.some(value => value === undefined) ? undefined : (values as readonly Value[])

/** A codec of named parts one behind the other. */
export function recordCodec(name: string, members: readonly { readonly name: string; readonly codec: ValueCodec }[]): ValueCodec {
  const sizes = members.map(member => member.codec.bits)
  const part = (value: Value, member: string): Value =>
    (value as { readonly [member: string]: Value } | undefined)?.[member] ?? refuseValue(name, undefined, `member ${member} is absent`)
  const each = (value: Value, use: (codec: ValueCodec, value: Value) => Value | undefined) =>
    Object.fromEntries(members.map(member => [member.name, use(member.codec, part(value, member.name))]))
  return {
    bits: sizes.some(size => size === undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + size!, 0),
    plain: members.every(member => member.codec.plain),
    read: cursor => {
      const record: Record<string, Value> = Object.create(null) as Record<string, Value>
      cursor.records?.push(record)
      for (const member of members) {
        record[member.name] = member.codec.read(cursor)
        if (cursor.stop !== undefined) break
      }
      cursor.records?.pop()
      return record
    },
    write: (writer, raw) => {
      writer.records?.push(raw as Record<string, Value>)
      for (const member of members) member.codec.write(writer, part(raw, member.name))
      writer.records?.pop()
    },
    calibrate: (raw, lookup) => each(raw, (codec, value) => codec.calibrate(value, lookup)) as Value,
    uncalibrate: value => {
      const record = each(value, (codec, inner) => codec.uncalibrate(inner))
      return everyOrNone(Object.values(record)) === undefined ? undefined : (record as Value)
    },
  }
}

function compileSimple(type: ParameterType & { readonly encoding: unknown }): ValueCodec {
  const { encoding } = type as Extract<ParameterType, { encoding: unknown }>
  if (encoding.kind === 'binary') return binaryCodec(type, encoding)
  if (encoding.kind === 'string') return compileString(type, encoding)
  const number = encoding.kind === 'integer' ? compileInteger(encoding) : compileFloat(encoding)
  return { ...numberCodec(type, number), ...meaningOf(type, number) }
}

/** Codecs by key of type, compiled when first asked for. Throws `xtce/invalid` for a type that contains itself. */
export function compileTypes(definition: XtceDefinition): (key: string, dimensions?: readonly Amount[]) => ValueCodec {
  const done = new Map<string, ValueCodec>()
  const open = new Set<string>()
  const compile = (key: string, dimensions?: readonly Amount[]): ValueCodec => {
    const known = dimensions === undefined ? done.get(key) : undefined
    if (known !== undefined) return known
    if (open.has(key)) fail('xtce/invalid', `type ${key} contains itself`, { type: key })
    open.add(key)
    const type = definition.types.get(key) ?? fail('xtce/invalid', `there is no type ${key}`, { type: key })
    const codec =
      type.kind === 'array'
        ? arrayCodec(type, compile(type.element), dimensions ?? type.dimensions)
        : type.kind === 'aggregate'
          ? recordCodec(
              type.name,
              type.members.map(member => ({ name: member.name, codec: compile(member.type) })),
            )
          : compileSimple(type)
    open.delete(key)
    if (dimensions === undefined) done.set(key, codec)
    return codec
  }
  return compile
}
