/**
 * The one error class for expected failures. `code` is a stable word `area/kind`; the message says what, where and how
 * much; `detail` carries the numbers. Only the door out knows what a code means to HTTP or a shell.
 */
export class SdcError<Code extends string = string> extends Error {
  readonly code: Code
  readonly detail: Readonly<Record<string, unknown>>

  constructor(code: Code, message: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'SdcError'
    this.code = code
    this.detail = detail
  }
}

/** Throws an {@link SdcError}; an expression, so that it can stand after `??`. */
export function fail(code: string, message: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown): never {
  throw new SdcError(code, message, detail, cause)
}
