import { inflateZlib, type DeflatePlatform } from '#formats/deflate'
import { failSave } from './codes.ts'
import { Cursor } from './cursor.ts'
import type { SaveRecord } from './model.ts'
import { END_MARKER, PROMOTE64, recordTitles } from './records.ts'

/** A record and its bytes, inflated only when they are asked for. */
export interface WalkedRecord extends SaveRecord {
  readonly open: () => { readonly bytes: Uint8Array; readonly cursor: Cursor }
}

export interface WalkOptions {
  readonly platform: DeflatePlatform
  /** What all compressed records together may still inflate to; counted down. */
  budget: number
}

/** Whether the records of the file are compressed. Throws `idlsave/not-save` on anything but the two signatures. */
export function readSignature(bytes: Uint8Array): boolean {
  const [s, r, high, format] = bytes
  if (bytes.byteLength < 4 || s !== 0x53 || r !== 0x52)
    failSave('idlsave/not-save', `this is no IDL save file: it begins with ${quoteStart(bytes)}, not with "SR"`, { size: bytes.byteLength })
  if (high !== 0 || (format !== 4 && format !== 6))
    failSave('idlsave/unsupported', `record format ${high}.${format} is not known; 0.4 is plain, 0.6 compressed`, { format })
  return format === 6
}

const quoteStart = (bytes: Uint8Array): string =>
  bytes.byteLength === 0 ? 'nothing' : Array.from(bytes.subarray(0, 4), byte => byte.toString(16).padStart(2, '0')).join(' ')

/** The records in turn, to END_MARKER. Each begins behind the one before, so that no chain can be endless. */
export function* walkRecords(bytes: Uint8Array, compressed: boolean, options: WalkOptions): Generator<WalkedRecord, void, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let isPromoted = false
  for (let offset = 4; ;) {
    const head = isPromoted ? 20 : 16
    if (offset + head > bytes.byteLength)
      failSave('idlsave/truncated', `truncated at byte ${bytes.byteLength} of at least ${offset + head}: no END_MARKER was met`, {
        offset,
        size: bytes.byteLength,
      })
    const type = view.getInt32(offset)
    const title = recordTitles.get(type) ?? `UNKNOWN_${type}`
    const isEnd = type === END_MARKER
    const next = isEnd ? offset + head : nextOffset(view, offset, isPromoted || type === PROMOTE64)
    checkNext(title, offset, head, next, bytes.byteLength)
    const start = offset + head
    yield { type, title, offset, size: next - offset, open: () => openRecord(bytes, title, start, next, compressed, options) }
    if (isEnd) return
    isPromoted ||= type === PROMOTE64
    offset = next
  }
}

// Low word, then high word; IDL 5.4 after PROMOTE64 the other way, and files that small leave one of them 0.
function nextOffset(view: DataView, offset: number, isPromoted: boolean): number {
  const first = view.getUint32(offset + 4)
  const second = view.getUint32(offset + 8)
  if (!isPromoted) return first + second * 4_294_967_296
  return first === 0 || second === 0 ? first + second : first * 4_294_967_296 + second
}

function checkNext(title: string, offset: number, head: number, next: number, size: number): void {
  if (next < offset + head)
    failSave('idlsave/corrupt', `record ${title} at byte ${offset} names byte ${next} as the next one, which lies before its own end`, {
      offset,
      next,
    })
  if (next > size)
    failSave('idlsave/truncated', `truncated at byte ${size} of at least ${next}: record ${title} at byte ${offset} is cut`, {
      offset,
      next,
      size,
    })
}

function openRecord(file: Uint8Array, title: string, start: number, end: number, compressed: boolean, options: WalkOptions) {
  const stored = file.subarray(start, end)
  if (!compressed || stored.byteLength === 0) return { bytes: stored, cursor: new Cursor(stored, start) }
  try {
    const bytes = inflateZlib(stored, options.budget, options.platform)
    options.budget -= bytes.byteLength
    return { bytes, cursor: new Cursor(bytes, undefined) }
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError
    return failSave(
      isTooLarge ? 'idlsave/too-large' : 'idlsave/inflate',
      `record ${title} at byte ${start}: its ${stored.byteLength} bytes do not inflate: ${cause instanceof Error ? cause.message : String(cause)}`,
      { start, size: stored.byteLength },
      cause,
    )
  }
}
