import { fail } from '#error'
import type { Source } from '#source'
import type { Problem } from './problem.ts'
import type { FrameOptions, TransferFrame } from './transfer-frame.ts'
import { readFrame } from './transfer-frame.ts'

/** The attached sync marker of CCSDS 131.0-B-5 section 9.3.5. */
const marker = [0x1a, 0xcf, 0xfc, 0x1d] as const

interface Walk {
  readonly options: FrameOptions
  readonly before: number
  /** Octets from one frame to the next. */
  readonly pitch: number
  position: number
  garbageFrom: number
}

function startWalk(options: FrameOptions): Walk {
  const { length, trailer = 0, insertZone = 0 } = options
  if (!Number.isInteger(length) || length < 16 + insertZone || length > 65536) {
    fail('ccsds/frame-length', `a transfer frame of ${length} octets cannot be: ${16 + insertZone} to 65536`, { length })
  }
  const before = options.syncMarker === true ? marker.length : 0
  return { options, before, pitch: before + length + trailer, position: 0, garbageFrom: -1 }
}

const hasMarker = (bytes: Uint8Array, at: number): boolean => marker.every((octet, i) => bytes[at + i] === octet)

function* endGarbage(walk: Walk, end: number): Generator<Problem> {
  if (walk.garbageFrom >= 0) yield { kind: 'problem', problem: 'garbage', offset: walk.garbageFrom, size: end - walk.garbageFrom }
  walk.garbageFrom = -1
}

/** Steps to the next place at which a frame can start: the next marker, or the next frame's place where there are no markers. */
function stepOn(walk: Walk, window: Uint8Array, base: number): void {
  if (walk.garbageFrom < 0) walk.garbageFrom = walk.position
  if (walk.before === 0) {
    walk.position += walk.pitch
    return
  }
  let at = walk.position - base + 1
  while (at + walk.pitch <= window.byteLength && !hasMarker(window, at)) at++
  walk.position = base + at
}

function* walkWindow(window: Uint8Array, base: number, walk: Walk): Generator<TransferFrame | Problem> {
  const { options, before, pitch } = walk
  while (walk.position - base + pitch <= window.byteLength) {
    const start = walk.position - base
    const whole = window.subarray(start + before, start + before + options.length)
    const frame = before === 0 || hasMarker(window, start) ? readFrame(whole, walk.position + before, options) : undefined
    if (frame === undefined) {
      stepOn(walk, window, base)
      continue
    }
    yield* endGarbage(walk, walk.position)
    walk.position += pitch
    if (frame !== 'bad') yield frame
    else yield { kind: 'problem', problem: 'bad-frame', offset: base + start + before, size: options.length }
  }
}

function* finishWalk(walk: Walk, end: number): Generator<Problem> {
  if (walk.garbageFrom >= 0) {
    yield* endGarbage(walk, end)
    return
  }
  const size = end - walk.position
  if (size > 0) yield { kind: 'problem', problem: 'leftover', offset: walk.position, size, need: walk.pitch }
}

/** All transfer frames of a stream in memory, and between them what is none. Throws only on options that cannot be. */
export function* walkFrames(bytes: Uint8Array, options: FrameOptions): Generator<TransferFrame | Problem> {
  const walk = startWalk(options)
  yield* walkWindow(bytes, 0, walk)
  yield* finishWalk(walk, bytes.byteLength)
}

const windowSize = 1024 * 1024

/** The same over a source, window by window, as lists. */
export async function* walkFrameBatches(source: Source, options: FrameOptions): AsyncGenerator<readonly (TransferFrame | Problem)[]> {
  const walk = startWalk(options)
  while (walk.position + walk.pitch <= source.size) {
    const base = walk.position
    const end = Math.min(source.size, base + windowSize)
    yield [...walkWindow(await source.read(base, end), base, walk)]
  }
  yield [...finishWalk(walk, source.size)]
}
