import { crc32 } from 'node:zlib'

/** One member: its path in the zip, exact size in bytes, UTC milliseconds, and how to read it (twice: for the checksum, then to send). */
export interface ZipMember {
  readonly path: string
  readonly size: number
  readonly modified: number
  read(): Promise<AsyncIterable<Uint8Array>>
}

/** Values above these stand in zip64 fields (APPNOTE 4.3.9 ff.). */
const limit32 = 0xffff_ffff
const limit16 = 0xffff

interface Placed extends ZipMember {
  readonly crc: number
  readonly offset: number
}

/**
 * A zip of stored members, as a stream. The checksum stands in front of each member (a second reading buys it), so that readers which
 * cannot seek need no data descriptor.
 */
export async function* writeZip(members: readonly ZipMember[]): AsyncGenerator<Uint8Array> {
  const placed: Placed[] = []
  let offset = 0
  for (const member of members) {
    let crc = 0
    for await (const chunk of await member.read()) crc = crc32(chunk, crc)
    const entry: Placed = { ...member, crc, offset }
    placed.push(entry)
    const head = localHeader(entry)
    yield head
    for await (const chunk of await member.read()) yield chunk
    offset += head.byteLength + member.size
  }
  const start = offset
  for (const entry of placed) {
    const head = centralHeader(entry)
    yield head
    offset += head.byteLength
  }
  yield endRecords(placed.length, start, offset - start)
}

/** Exact length of the zip that {@link writeZip} makes of these members: known before a byte is read. */
export function zipLength(members: readonly ZipMember[]): number {
  let offset = 0
  const placed: Placed[] = []
  for (const member of members) {
    const entry = { ...member, crc: 0, offset }
    placed.push(entry)
    offset += localHeader(entry).byteLength + member.size
  }
  const central = placed.reduce((sum, entry) => sum + centralHeader(entry).byteLength, 0)
  return offset + central + endRecords(placed.length, offset, central).byteLength
}

const u16 = (value: number): Buffer => bytes(2, b => b.writeUInt16LE(value))
const u32 = (value: number): Buffer => bytes(4, b => b.writeUInt32LE(value))
const u64 = (value: number): Buffer => bytes(8, b => b.writeBigUInt64LE(BigInt(value)))

function bytes(length: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(length)
  write(buffer)
  return buffer
}

const clamp32 = (value: number): number => Math.min(value, limit32)

/** The zip64 extra field (4.5.3) holds only the values that do not fit, in their order. */
function zip64Extra(values: readonly number[]): Buffer {
  const large = values.filter(v => v >= limit32)
  return large.length === 0 ? Buffer.alloc(0) : Buffer.concat([u16(1), u16(large.length * 8), ...large.map(u64)])
}

/** Flag bit 11: the name is UTF-8; method 0: stored; version 4.5 where zip64 fields are used. */
function common(entry: Placed, extra: Buffer): Buffer {
  const time = new Date(Math.max(entry.modified, Date.UTC(1980, 0, 1)))
  const clock = (time.getUTCHours() << 11) | (time.getUTCMinutes() << 5) | (time.getUTCSeconds() >> 1)
  const day = ((time.getUTCFullYear() - 1980) << 9) | ((time.getUTCMonth() + 1) << 5) | time.getUTCDate()
  const size = u32(clamp32(entry.size))
  const lengths = [u16(Buffer.byteLength(entry.path)), u16(extra.byteLength)]
  const version = u16(extra.byteLength > 0 ? 45 : 20)
  return Buffer.concat([version, u16(0x800), u16(0), u16(clock), u16(day), u32(entry.crc), size, size, ...lengths])
}

function localHeader(entry: Placed): Buffer {
  const extra = zip64Extra([entry.size, entry.size])
  return Buffer.concat([u32(0x0403_4b50), common(entry, extra), Buffer.from(entry.path), extra])
}

function centralHeader(entry: Placed): Buffer {
  const extra = zip64Extra([entry.size, entry.size, entry.offset])
  const unixRegularReadable = 0o100444 * 0x1_0000
  const madeBy = u16((3 << 8) | 45)
  const rest = [u16(0), u16(0), u16(0), u32(unixRegularReadable), u32(clamp32(entry.offset))]
  return Buffer.concat([u32(0x0201_4b50), madeBy, common(entry, extra), ...rest, Buffer.from(entry.path), extra])
}

function endRecords(count: number, start: number, size: number): Buffer {
  const many = count >= limit16 || start >= limit32 || size >= limit32
  const zip64 = [
    u32(0x0606_4b50),
    u64(44),
    u16(45),
    u16(45),
    u32(0),
    u32(0),
    u64(count),
    u64(count),
    u64(size),
    u64(start),
    u32(0x0706_4b50),
    u32(0),
    u64(start + size),
    u32(1),
  ]
  const counts = [u16(Math.min(count, limit16)), u16(Math.min(count, limit16))]
  const end = [u32(0x0605_4b50), u16(0), u16(0), ...counts, u32(clamp32(size)), u32(clamp32(start)), u16(0)]
  return Buffer.concat(many ? [...zip64, ...end] : end)
}
