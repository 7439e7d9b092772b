import type { Source } from '#source'
import type { CdfPlatform } from './platform.ts'

export interface CdfOptions {
  /** Faster inflate, MD5 and so on; plain TypeScript without it. */
  readonly platform?: CdfPlatform
  /** Check the MD5 of the whole file when opening, and the CRC of gzip blocks when reading. Default neither. */
  readonly verify?: { readonly checksum?: boolean; readonly crc?: boolean }
  /** Pass over damage: what is intact is read, what is not is listed in `Cdf.damage`. Default false. */
  readonly tolerant?: boolean
  /** Most bytes a compressed file or one block may inflate to. Default 2 GiB. */
  readonly maxInflated?: number
  /** Most bytes of records that are not in the file but filled with pads, per read. Default 64 times the file, 16 to 256 MiB. */
  readonly maxVirtual?: number
  /**
   * What stands for records that are not in the file: the `pad` of the variable (default), or its FILLVAL where it has
   * one, as NASA's library does from 3.8 on.
   */
  readonly virtual?: 'pad' | 'fillval'
  /** Opens the side file of a multi-file CDF: extension `v3` or `z0`. */
  readonly sideFile?: (extension: string) => Promise<Source | undefined>
}

export interface ResolvedOptions {
  readonly platform: CdfPlatform
  readonly checksum: boolean
  readonly crc: boolean
  readonly tolerant: boolean
  readonly maxInflated: number
  readonly maxVirtual: number
  readonly virtual: 'pad' | 'fillval'
  readonly sideFile: ((extension: string) => Promise<Source | undefined>) | undefined
}

/** Options of a file of `size` bytes. */
export const resolveOptions = (size: number, options: CdfOptions = {}): ResolvedOptions => ({
  platform: options.platform ?? {},
  checksum: options.verify?.checksum ?? false,
  crc: options.verify?.crc ?? false,
  tolerant: options.tolerant ?? false,
  maxInflated: options.maxInflated ?? 2 ** 31,
  maxVirtual: options.maxVirtual ?? Math.min(2 ** 28, Math.max(2 ** 24, 64 * size)),
  virtual: options.virtual ?? 'pad',
  sideFile: options.sideFile,
})
