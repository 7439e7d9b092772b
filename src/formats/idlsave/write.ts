import { deflateZlib, type DeflatePlatform } from '#formats/deflate'
import type { IdlValue, SaveContent } from './model.ts'
import { END_MARKER, LEGACY_BYTES } from './records.ts'
import { Sink } from './sink.ts'
import { writeValue } from './write-values.ts'

export interface WriteOptions {
  /** Compress every record. Without `platform.deflateRaw` they are stored in zlib's form. */
  readonly compress?: boolean
  readonly platform?: DeflatePlatform
  /** zlib's level, 1 to 9. Default 6. */
  readonly level?: number
}

/** A record's type and what fills it. */
type Draft = readonly [type: number, ...fill: readonly ((sink: Sink) => void)[]]

/**
 * Writes a save file as IDL 8 does: time stamp, version, what else is given, heap, variables, end. Without a version it
 * calls itself format 12 of IDL 8.4, which every IDL since 8.0 restores. Throws `idlsave/bad-value` where values do not fit.
 */
export function writeSave(content: SaveContent, options: WriteOptions = {}): Uint8Array {
  const file = new Sink()
  file.long(options.compress === true ? 0x53520006 : 0x53520004)
  const parts: Uint8Array[] = [file.take()]
  let end = 4
  for (const [type, ...fill] of draftRecords(content)) {
    const sink = new Sink()
    for (const put of fill) put(sink)
    const body = options.compress === true ? deflateZlib(sink.take(), options.level ?? 6, options.platform) : sink.take()
    end += 16 + body.byteLength
    parts.push(headOf(type, end), body)
  }
  parts.push(headOf(END_MARKER, 0))
  return join(parts)
}

function headOf(type: number, next: number): Uint8Array {
  const sink = new Sink()
  sink.long(type, (next % 4_294_967_296) | 0, Math.floor(next / 4_294_967_296), 0)
  return sink.take()
}

const texts =
  (...lines: readonly string[]) =>
  (sink: Sink): void => {
    for (const line of lines) sink.text(line)
  }
const longs =
  (...values: readonly number[]) =>
  (sink: Sink): void =>
    sink.long(...values)
const valued =
  (value: IdlValue, where: string, system = false) =>
  (sink: Sink): void =>
    writeValue(sink, value, where, system)

function* draftRecords(content: SaveContent): Generator<Draft, void, void> {
  const { date, user, host } = content.timestamp ?? { date: '', user: '', host: '' }
  yield [10, sink => sink.put(new Uint8Array(LEGACY_BYTES)), texts(date, user, host)]
  const { format, arch, os, release } = content.version ?? { format: 12, arch: 'x86_64', os: 'linux', release: '8.4' }
  yield [14, longs(format), texts(arch, os, release)]
  const { identification, notice, description, heap } = content
  if (identification !== undefined) yield [13, texts(identification.author, identification.title, identification.idcode)]
  if (notice !== undefined) yield [19, texts(notice)]
  if (description !== undefined) yield [20, sink => sink.datum(description)]
  for (const { name, variables } of content.commonBlocks ?? []) yield [1, longs(variables.length), texts(name, ...variables)]
  if (heap !== undefined && heap.size > 0) yield [15, longs(heap.size), ...Array.from(heap.keys(), number => longs(number))]
  for (const [number, value] of heap ?? [])
    yield [16, longs(number, value.type === 'undefined' ? 0x12 : 2), valued(value, `heap variable ${number}`)]
  for (const { name, value } of content.systemVariables ?? []) yield [3, texts(name), valued(value, name, true)]
  for (const { name, value } of content.variables) yield [2, texts(name), valued(value, name)]
  for (const { type, bytes } of content.raw ?? []) yield [type, sink => sink.put(bytes)]
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
