import { failCdf } from '../codes.ts'
import { makeMd5 } from '../md5.ts'
import type { DatasetDescription } from '../model.ts'
import { blockSize, makeBlocks, recordBytes, vvrHead, type Block } from './blocks.ts'
import { HEADER_BYTES, encodeHeader, encodeMetadata, type PlacedBlock } from './metadata.ts'
import { resolveEncode, type EncodeOptions, type ResolvedEncode } from './options.ts'
import { prepare, type Prepared, type PreparedVariable } from './prepare.ts'
import type { GivenValues } from './values.ts'

/** Where a streaming writer puts its bytes: a file that can be written at any position. */
export interface CdfSink {
  write(bytes: Uint8Array, position: number): void | Promise<void>
  /** Needed for `checksum` alone: the MD5 runs over the header, which is known last. */
  read?(start: number, end: number): Uint8Array | Promise<Uint8Array>
}

/** A CDF being written record by record; memory holds one block per compressed variable and the index. */
export interface CdfWriter {
  /** Adds whole records to a variable, in any interleaving with others. */
  readonly append: (variable: string, values: GivenValues) => Promise<void>
  /** Writes what is buffered and all metadata; returns the size of the file. Nothing can follow. */
  readonly finish: () => Promise<number>
}

interface Open {
  readonly variable: PreparedVariable
  readonly placed: Placed[]
  /** Compressed variables: bytes of records not yet a block. */
  pending: Uint8Array[]
  pendingBytes: number
  records: number
}

interface Placed extends PlacedBlock {
  /** A run that may still grow, because it is plain and ends the file: its bytes of values. */
  growing: number | undefined
}

/** Starts a file on `sink`. Text variables need `elements`. Sparse variables are written with all their records. */
export function openCdfWriter(sink: CdfSink, description: DatasetDescription, options: EncodeOptions = {}): CdfWriter {
  const resolved = resolveEncode(options)
  if (resolved.fileCompression !== null)
    failCdf('cdf/bad-dataset', 'a streamed file cannot be compressed as a whole: compress its variables')
  if (resolved.checksum && sink.read === undefined) failCdf('cdf/bad-dataset', 'an MD5 needs a sink that can be read back')
  for (const { name, type, elements } of description.variables)
    if ((type === 'CDF_CHAR' || type === 'CDF_UCHAR') && elements === undefined)
      failCdf('cdf/bad-dataset', `text variable ${name} must say how many bytes its strings have (elements)`)
  const prepared = prepare(description, resolved)
  const open = new Map<string, Open>(
    prepared.variables.map(variable => [variable.name, { variable, placed: [], pending: [], pendingBytes: 0, records: 0 }]),
  )
  return startWriter(sink, prepared, open, resolved)
}

function startWriter(sink: CdfSink, prepared: Prepared, open: ReadonlyMap<string, Open>, options: ResolvedEncode): CdfWriter {
  const file = { end: HEADER_BYTES, finished: false }
  const place = async (state: Open, block: Block): Promise<void> => {
    const offset = file.end
    for (const part of block.parts) {
      await sink.write(part, file.end)
      file.end += part.byteLength
    }
    const growing = state.variable.compression === null ? blockSize(block) - 12 : undefined
    state.placed.push({ first: block.first, last: block.last, offset, growing })
  }
  return {
    append: async (name, values) => {
      const state = open.get(name) ?? failCdf('cdf/no-such-name', `this file declares no variable ${name}`)
      if (file.finished) failCdf('cdf/bad-dataset', 'the file is finished: nothing can be added')
      const bytes = recordBytes(state.variable, values, options)
      if (!state.variable.recordVarying && state.records + bytes.byteLength / state.variable.recordBytes > 1)
        failCdf('cdf/bad-dataset', `variable ${name} does not vary by record: it takes one`)
      if (state.variable.compression !== null) await addPacked(state, bytes, options, place)
      else if (!(await growLast(state, bytes, sink, file))) await addPlain(state, bytes, options, place)
    },
    finish: async () => {
      for (const state of open.values()) await flush(state, options, place)
      file.finished = true
      return finishFile(sink, prepared, open, file.end, options)
    },
  }
}

type Place = (state: Open, block: Block) => Promise<void>

async function addPlain(state: Open, bytes: Uint8Array, options: ResolvedEncode, place: Place): Promise<void> {
  for (const block of makeBlocks(state.variable, bytes, state.records, options)) await place(state, block)
  state.records += bytes.byteLength / state.variable.recordBytes
}

/** Values that follow their predecessors in the file lengthen that run; its head is rewritten at the end. */
async function growLast(state: Open, bytes: Uint8Array, sink: CdfSink, file: { end: number }): Promise<boolean> {
  const last = state.placed.at(-1)
  if (last?.growing === undefined || last.offset + 12 + last.growing !== file.end) return false
  await sink.write(bytes, file.end)
  file.end += bytes.byteLength
  state.records += bytes.byteLength / state.variable.recordBytes
  state.placed[state.placed.length - 1] = { ...last, last: state.records - 1, growing: last.growing + bytes.byteLength }
  return true
}

async function addPacked(state: Open, bytes: Uint8Array, options: ResolvedEncode, place: Place): Promise<void> {
  const full = state.variable.blockRecords * state.variable.recordBytes
  let rest = bytes
  while (state.pendingBytes + rest.byteLength >= full) {
    const take = full - state.pendingBytes
    const whole = state.pendingBytes === 0 ? rest.subarray(0, take) : joinPending(state, rest.subarray(0, take))
    rest = rest.subarray(take)
    await addPlain(state, whole, options, place)
  }
  if (rest.byteLength > 0) {
    state.pending.push(rest.slice())
    state.pendingBytes += rest.byteLength
  }
}

function joinPending(state: Open, more: Uint8Array): Uint8Array {
  const joined = new Uint8Array(state.pendingBytes + more.byteLength)
  let at = 0
  for (const part of [...state.pending, more]) {
    joined.set(part, at)
    at += part.byteLength
  }
  state.pending = []
  state.pendingBytes = 0
  return joined
}

async function flush(state: Open, options: ResolvedEncode, place: Place): Promise<void> {
  if (state.pendingBytes > 0) await addPlain(state, joinPending(state, new Uint8Array(0)), options, place)
}

async function finishFile(
  sink: CdfSink,
  prepared: Prepared,
  open: ReadonlyMap<string, Open>,
  base: number,
  options: ResolvedEncode,
): Promise<number> {
  const placed = prepared.variables.map(({ name }) => {
    const state = open.get(name)
    return { records: state?.records ?? 0, blocks: state?.placed ?? [] }
  })
  for (const { blocks } of placed)
    for (const { offset, growing } of blocks as readonly Placed[]) if (growing !== undefined) await sink.write(vvrHead(growing), offset)
  const metadata = encodeMetadata(prepared, placed, base)
  await sink.write(metadata.bytes, base)
  const eof = base + metadata.bytes.byteLength
  await sink.write(encodeHeader(prepared, metadata, eof, options), 0)
  if (!options.checksum || sink.read === undefined) return eof
  const md5 = (options.platform.md5 ?? makeMd5)()
  for (let at = 0; at < eof; at += 1 << 20) md5.update(await sink.read(at, Math.min(at + (1 << 20), eof)))
  await sink.write(md5.digest(), eof)
  return eof + 16
}
