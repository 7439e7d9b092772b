import { constants, createInflateRaw } from 'node:zlib'

/** What is inside of a zlib stream of Node. It is not documented: where it looks otherwise, callers go the documented way. */
interface Inside {
  readonly _handle?: Partial<Handle> | null
  /** Room left and input left, after each write. */
  readonly _writeState?: Uint32Array
}

interface Handle {
  onerror: (message: string) => void
  reset(): void
  writeSync(flush: number, from: Uint8Array, start: number, length: number, into: Uint8Array, at: number, room: number): void
}

/**
 * Inflates a raw deflate stream into memory that it fills to the last byte; bytes behind the stream are ignored. Throws where it is broken
 * or gives another length. What zlib gives by `inflateRawSync` is a stream and memory of its own for each block, and a CDF is blocks of
 * 64 KiB: collecting that garbage takes a quarter as long as inflating.
 */
export type InflateInto = (deflated: Uint8Array, into: Uint8Array) => void

/** One zlib stream, used again and again; undefined where this Node does not let us. */
export function openInflater(): InflateInto | undefined {
  const { _handle: handle, _writeState: left } = createInflateRaw() as unknown as Inside
  if (!isHandle(handle) || !(left instanceof Uint32Array)) return undefined
  let fault: string | undefined
  const onerror: Handle['onerror'] = message => {
    fault = message
  }
  Object.assign(handle, { onerror })
  const spare = new Uint8Array(1)
  return (deflated, into) => {
    fault = undefined
    handle.reset()
    left.set([0, deflated.byteLength])
    // Where there is no room at all, zlib refuses to begin.
    if (into.byteLength > 0) handle.writeSync(constants.Z_FINISH, deflated, 0, deflated.byteLength, into, 0, into.byteLength)
    const [room, rest] = left as unknown as readonly [number, number]
    if (fault === undefined && room === 0) {
      // The end of the stream is yet to be seen, and that nothing comes before it.
      handle.writeSync(constants.Z_FINISH, deflated, deflated.byteLength - rest, rest, spare, 0, 1)
      if (fault === undefined && left[0] === 0) fault = `more than ${into.byteLength} bytes come out`
    }
    if (fault !== undefined) throw new Error(fault)
    if (room > 0) throw new Error(`${into.byteLength - room} bytes come out, ${into.byteLength} should`)
  }
}

const isHandle = (handle: Partial<Handle> | null | undefined): handle is Handle =>
  typeof handle?.reset === 'function' && typeof handle.writeSync === 'function'
