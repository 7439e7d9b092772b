import { failCdf } from '../codes.ts'
import type { CdfCompression } from '../model.ts'
import type { CdfPlatform } from '../platform.ts'

export interface EncodeOptions {
  /** Faster deflate and MD5. Without `deflateRaw`, gzip blocks are stored, not compressed. */
  readonly platform?: CdfPlatform
  /** Which dimension runs fastest in the file: the last (`row`, default) or the first. Values are given in row order. */
  readonly majority?: 'row' | 'column'
  /** Append an MD5 over the file. Default false. */
  readonly checksum?: boolean
  /** `contiguous`: nothing compressed and each variable in one run, as PDS4 (CDF-A) wants. Default `blocks`. */
  readonly layout?: 'blocks' | 'contiguous'
  /** Raw bytes per compressed block. Default 64 KiB, as NASA's library; more compresses a little better and seeks worse. */
  readonly blockBytes?: number
  /** Compress the file as a whole, on top of the variables. Default not. */
  readonly fileCompression?: CdfCompression | 'gzip' | 'rle' | null
  /** `yyyymmdd` of the leap-second table the times were made with. Default 20170101. */
  readonly leapSecondLastUpdated?: number
}

export interface ResolvedEncode {
  readonly platform: CdfPlatform
  readonly majority: 'row' | 'column'
  readonly checksum: boolean
  readonly contiguous: boolean
  readonly blockBytes: number
  readonly fileCompression: CdfCompression | null
  readonly leapSecondLastUpdated: number
}

export const resolveEncode = (options: EncodeOptions): ResolvedEncode => ({
  platform: options.platform ?? {},
  majority: options.majority ?? 'row',
  checksum: options.checksum ?? false,
  contiguous: options.layout === 'contiguous',
  blockBytes: options.blockBytes ?? 65_536,
  fileCompression: resolveCompression(options.fileCompression ?? null),
  leapSecondLastUpdated: options.leapSecondLastUpdated ?? 20_170_101,
})

// Level 6 is what archives ask for; for noisy floats lower levels come out as small.
export function resolveCompression(given: CdfCompression | 'gzip' | 'rle' | null): CdfCompression | null {
  if (given === 'gzip') return { type: 'gzip', level: 6 }
  if (given === 'rle') return { type: 'rle', level: 0 }
  if (given === null) return null
  if (given.type !== 'gzip' && given.type !== 'rle')
    failCdf('cdf/bad-dataset', `compression ${given.type} is read but not written: choose gzip or rle`)
  if (given.type === 'gzip' && !(given.level >= 1 && given.level <= 9))
    failCdf('cdf/bad-dataset', `gzip level ${given.level} does not exist: choose 1 to 9`)
  return { type: given.type, level: given.type === 'gzip' ? given.level : 0 }
}
