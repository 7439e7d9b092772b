import { toLittleEndian, type Encoding } from './encodings.ts'
import type { VariableRecord } from './metadata.ts'
import type { TypeInfo } from './types.ts'

/** One pad value in little-endian IEEE: the stored one, else the default of the type and of the file's version. */
export function padBytes(variable: VariableRecord, encoding: Encoding, version: number): Uint8Array {
  const { type, elements } = variable
  if (variable.virtual !== undefined) return variable.virtual
  if (variable.pad === null) return defaultPad(type, elements, version)
  const bytes = variable.pad.slice()
  toLittleEndian(bytes, type, encoding)
  return bytes
}

/** Default pad of a type; zeros (blanks for text) before CDF 3.5. */
export function defaultPad(type: TypeInfo, elements: number, version = 30_900): Uint8Array {
  const bytes = new Uint8Array(type.bytes * elements)
  if (type.kind === 'text') return bytes.fill(0x20)
  if (version < 30_500) return bytes
  const view = new DataView(bytes.buffer)
  if (type.array === Float32Array) view.setFloat32(0, Number(type.pad), true)
  else if (type.array === Float64Array) for (let at = 0; at < bytes.length; at += 8) view.setFloat64(at, Number(type.pad), true)
  else if (typeof type.pad === 'bigint') view.setBigInt64(0, type.pad, true)
  else for (let i = 0; i < type.bytes; i++) bytes[i] = (type.pad >> (8 * i)) & 0xff
  return bytes
}

/** Fills `bytes` with copies of `pattern`, doubling what is there. */
export function fillPattern(bytes: Uint8Array, pattern: Uint8Array): void {
  if (bytes.length === 0 || pattern.length === 0) return
  bytes.set(pattern.subarray(0, Math.min(pattern.length, bytes.length)))
  for (let done = pattern.length; done < bytes.length; done *= 2) bytes.copyWithin(done, 0, Math.min(done, bytes.length - done))
}
