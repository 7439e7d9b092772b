import { fail } from '#error'

/** What can be wrong with an IDL save file, as `SdcError.code`. */
export type SaveCode =
  /** The bytes are no IDL save file at all. */
  | 'idlsave/not-save'
  /** The file or a record ends before something it promises. */
  | 'idlsave/truncated'
  /** A field contradicts the format or the rest of the file. */
  | 'idlsave/corrupt'
  /** A compressed record does not inflate. */
  | 'idlsave/inflate'
  /** Legal, but more memory or depth than the caller allows. */
  | 'idlsave/too-large'
  /** A record format or data type that is not read. */
  | 'idlsave/unsupported'
  /** A value that cannot be written as it is. */
  | 'idlsave/bad-value'
  /** No variable or field of that name, or of another type than asked for. */
  | 'idlsave/no-such-name'

export const failSave: (code: SaveCode, message: string, detail?: Readonly<Record<string, unknown>>, cause?: unknown) => never = fail
