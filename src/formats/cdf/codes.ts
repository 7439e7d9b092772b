import { fail } from '#error'

/** What can be wrong with a CDF, as `SdcError.code`. */
export type CdfCode =
  /** The bytes are no CDF at all. */
  | 'cdf/not-cdf'
  /** The file ends before something it promises: "truncated at byte n of m". */
  | 'cdf/truncated'
  /** A field contradicts the format or the rest of the file. */
  | 'cdf/corrupt'
  /** A compressed block does not decompress to what it should. */
  | 'cdf/inflate'
  /** MD5 or CRC differ from those stored. */
  | 'cdf/checksum'
  /** Legal, but more memory than the caller allows. */
  | 'cdf/too-large'
  /** A version, encoding or layout that is not read. */
  | 'cdf/unsupported'
  /** A multi-file CDF whose side file cannot be opened. */
  | 'cdf/side-file'
  /** No variable or attribute of that name. */
  | 'cdf/no-such-name'
  /** Records outside those there are. */
  | 'cdf/no-such-record'
  /** A synchronous read of a source that cannot. */
  | 'cdf/needs-async'
  /** A dataset that cannot be written as it is. */
  | 'cdf/bad-dataset'

export const failCdf: (code: CdfCode, message: string, detail?: Readonly<Record<string, unknown>>, cause?: unknown) => never = fail
