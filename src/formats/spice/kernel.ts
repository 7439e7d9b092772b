import { fail } from '#error'

/** What a kernel says of itself. */
export interface Kernel {
  /** `SPK`, `CK`, `PCK` (binary); `LSK`, `SCLK`, `FK`, `IK`, `MK`, `PCK` … (text). */
  readonly kind: string
  readonly binary: boolean
  /**
   * Time of its segments, joined, TT2000 nanoseconds, half-open; undefined where it has none, or counts in a spacecraft's clock (CK).
   * Ephemeris time is TDB, which is never farther than 2 ms from TT.
   */
  readonly spans: readonly { readonly start: bigint; readonly stop: bigint }[] | undefined
  /** What its segments are about: bodies (SPK, PCK) or instruments (CK), NAIF numbers. */
  readonly bodies: readonly number[]
}

const recordBytes = 1024

/**
 * Reads the kind and the time coverage of a kernel: a binary one is a double precision array file (NAIF, "DAF Required Reading": file record
 * and summary records), a text one begins with `KPL/KIND` ("Kernel Required Reading") or assigns values after `\begindata`. Throws
 * `spice/not-a-kernel`, `spice/corrupt`.
 */
export function readKernel(bytes: Uint8Array): Kernel {
  const head = String.fromCharCode(...bytes.subarray(0, 8))
  if (/^(DAF|NAIF)\//.test(head)) return readArrays(bytes, head.slice(head.indexOf('/') + 1).trim())
  return readText(new TextDecoder('latin1').decode(bytes))
}

function readText(text: string): Kernel {
  const declared = /^KPL\/(\w+)/.exec(text)?.[1]
  if (declared === undefined && !/^[ \t]*\\begindata[ \t]*\r?$/m.test(text))
    fail('spice/not-a-kernel', 'it is no SPICE kernel: neither DAF/ nor KPL/ at its start, nor a line \\begindata')
  return { kind: declared ?? guessKind(text), binary: false, spans: undefined, bodies: [] }
}

/** Older text kernels do not say their kind; the variables that they assign do. */
const guessKind = (text: string): string =>
  (
    [
      ['SCLK', /^\s*SCLK_KERNEL_ID\s*=/m],
      ['LSK', /^\s*DELTET\/DELTA_AT\s*=/m],
      ['MK', /^\s*KERNELS_TO_LOAD\s*=/m],
      ['FK', /^\s*FRAME_\S+\s*=/m],
    ] as const
  ).find(([, sign]) => sign.test(text))?.[0] ?? 'text'

/** The file record: counts of doubles and integers of a summary at octet 8, first summary record at 76, format word at 88. */
function readArrays(bytes: Uint8Array, kind: string): Kernel {
  if (bytes.length < recordBytes) fail('spice/corrupt', `the file ends within its first record, at octet ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const format = String.fromCharCode(...bytes.subarray(88, 96))
  if (format !== 'LTL-IEEE' && format !== 'BIG-IEEE') fail('spice/corrupt', `the binary format is "${format}", not LTL-IEEE or BIG-IEEE`)
  const little = format === 'LTL-IEEE'
  const [doubles, integers] = [view.getInt32(8, little), view.getInt32(12, little)]
  if (doubles < 2 || integers < 1 || doubles + (integers + 1) / 2 > 125)
    fail('spice/corrupt', `summaries of ${doubles} doubles and ${integers} integers do not hold a time and a body`)
  const found: { start: number; stop: number; body: number }[] = []
  for (const at of summaries(view, little, 8 * (doubles + Math.ceil(integers / 2))))
    found.push({ start: view.getFloat64(at, little), stop: view.getFloat64(at + 8, little), body: view.getInt32(at + 8 * doubles, little) })
  return { kind, binary: true, spans: kind === 'CK' ? undefined : join(found), bodies: [...new Set(found.map(s => s.body))] }
}

/** Places of all summaries: records in a chain, each with the number of the next one and how many summaries it holds. */
function* summaries(view: DataView, little: boolean, size: number): Generator<number> {
  const seen = new Set<number>()
  for (let record = view.getInt32(76, little); record !== 0;) {
    const start = (record - 1) * recordBytes
    if (!Number.isInteger(record) || record < 1 || start + recordBytes > view.byteLength)
      fail('spice/corrupt', `summary record ${record} lies outside of the file of ${view.byteLength} octets`)
    if (seen.has(record)) fail('spice/corrupt', `the chain of summary records comes back to record ${record}`)
    seen.add(record)
    const count = view.getFloat64(start + 16, little)
    if (!(count >= 0 && count <= Math.floor(1000 / size)))
      fail('spice/corrupt', `summary record ${record} says it holds ${count} summaries`)
    for (let i = 0; i < count; i++) yield start + 24 + i * size
    record = view.getFloat64(start, little)
  }
}

/** Times from files that fit in TT2000, joined where they touch. */
function join(segments: readonly { readonly start: number; readonly stop: number }[]): Kernel['spans'] {
  const spans: { start: bigint; stop: bigint }[] = []
  for (const { start, stop } of segments.toSorted((a, b) => a.start - b.start)) {
    if (!(stop >= start && Math.abs(start) < 9e9 && Math.abs(stop) < 9e9))
      fail('spice/corrupt', `a segment from ${start} to ${stop} seconds of ephemeris time is none`)
    const span = { start: nanoseconds(start), stop: nanoseconds(stop) }
    const last = spans.at(-1)
    if (last !== undefined && span.start <= last.stop) last.stop = span.stop > last.stop ? span.stop : last.stop
    else spans.push(span)
  }
  return spans.length === 0 ? undefined : spans
}

const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1e6)) * 1000n
