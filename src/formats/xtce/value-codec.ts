import { fail } from '#error'
import type { Cursor, Writer } from './cursor.ts'
import type { NumberCodec } from './number-codec.ts'
import type { Lookup, Value } from './value.ts'
import { showValue } from './value.ts'

/** How values of one type are read from a packet, calibrated, and brought back. */
export interface ValueCodec {
  /** Size in bits when it is always the same. */
  readonly bits: number | undefined
  /** For a number, or for a fixed array of numbers: how one is read, so that columns can be filled without values between. */
  readonly number?: NumberCodec
  /** Sizes of a fixed array of numbers; [] for a single one. */
  readonly shape?: readonly number[]
  /** Whether engineering values equal raw ones. */
  readonly plain: boolean
  /** Whether calibration looks at other parameters. */
  readonly dependsOnOthers?: boolean
  /** Whether engineering values are numbers. */
  readonly calibratesToNumber?: boolean
  /** Calibration of one element of an array of numbers. */
  readonly calibrateOne?: (raw: Value, lookup: Lookup) => Value
  /** The raw value; when the cursor stops, the value means nothing. */
  readonly read: (cursor: Cursor) => Value
  readonly write: (writer: Writer, raw: Value) => void
  readonly calibrate: (raw: Value, lookup: Lookup) => Value
  /** The raw value of an engineering one, or undefined where there is no single one. */
  readonly uncalibrate: (value: Value) => Value | undefined
}

/** Refuses a value that its field cannot hold. */
export const refuseValue = (type: string, value: Value | undefined, why: string): never =>
  fail('xtce/bad-value', `type ${type} cannot hold ${showValue(value)}: ${why}`, { type, value: showValue(value) })
