/** What an `identify` adapter sees of a file whose name fits no template. */
export interface RawDelivery {
  /** File name without folders. */
  readonly name: string
  /** Total length in bytes. */
  readonly size: number
  /** The first bytes, at most {@link headBytes}; the whole file where it is shorter. */
  readonly head: Uint8Array
}

/** How much of a file an `identify` adapter is shown. */
export const headBytes: number = 256 * 1024

/** What the content says. `start` is in milliseconds of UTC since 1970. */
export interface RawIdentity {
  /** Id of a product of the mission. */
  readonly product: string
  readonly spacecraft: string
  readonly start: number
}

/** Pure: equal bytes give equal answers. undefined where the file is none of the mission's. */
export type Identify = (delivery: RawDelivery) => RawIdentity | undefined
