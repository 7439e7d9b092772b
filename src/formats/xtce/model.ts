/** A reference to a parameter of the definition by its key, with the members of an aggregate behind it. */
export interface ParameterRef {
  readonly parameter: string
  readonly path: readonly string[]
  readonly calibrated: boolean
  /** Whether `path` begins at the innermost record being read that has such a member, instead of at a parameter. */
  readonly member?: boolean
}

export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>='

export type Criteria =
  | { readonly kind: 'value'; readonly ref: ParameterRef; readonly operator: Operator; readonly value: string }
  | { readonly kind: 'parameters'; readonly left: ParameterRef; readonly operator: Operator; readonly right: ParameterRef }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Criteria[] }

/** A whole number that is fixed, or is a linear function of a parameter, or depends on conditions. */
export type Amount =
  | { readonly kind: 'fixed'; readonly value: number }
  | { readonly kind: 'dynamic'; readonly ref: ParameterRef; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'lookup'; readonly cases: readonly { readonly when: Criteria; readonly value: number }[] }

export type Calibrator =
  /** Coefficients by exponent: index 0 is the constant. */
  | { readonly kind: 'polynomial'; readonly coefficients: readonly number[] }
  /** Operators in reverse Polish order, of the raw value and constants. */
  | { readonly kind: 'math'; readonly steps: readonly (number | 'raw' | { readonly operator: string })[] }
  /** A formula of x, as CSV dictionaries have them. */
  | { readonly kind: 'formula'; readonly text: string }
  | {
      readonly kind: 'spline'
      readonly order: number
      readonly extrapolate: boolean
      readonly points: readonly { readonly raw: number; readonly calibrated: number }[]
    }

export interface Calibration {
  readonly default?: Calibrator
  readonly contexts: readonly { readonly when: Criteria; readonly calibrator: Calibrator }[]
}

/** The significance of each byte in the order of memory, 0 the least; `big` and `little` for the usual two. */
export type ByteOrder = 'big' | 'little' | readonly number[]

export const integerCodings = ['unsigned', 'twosComplement', 'onesComplement', 'signMagnitude', 'BCD', 'packedBCD'] as const
export type IntegerCoding = (typeof integerCodings)[number]

export interface IntegerEncoding {
  readonly kind: 'integer'
  readonly bits: number
  readonly coding: IntegerCoding
  readonly byteOrder: ByteOrder
  /** Whether the least significant bit comes first. */
  readonly bitsReversed: boolean
  readonly calibration: Calibration
}

export interface FloatEncoding {
  readonly kind: 'float'
  readonly bits: number
  readonly coding: 'IEEE754' | 'MILSTD_1750A'
  readonly byteOrder: ByteOrder
  readonly bitsReversed: boolean
  readonly calibration: Calibration
}

export interface StringEncoding {
  readonly kind: 'string'
  /** Label of a text encoding as TextDecoder knows it. */
  readonly charset: string
  /** The box the text lies in; absent when a leading size or a terminator alone ends it. */
  readonly box?: Amount
  /** Bits of a size tag before the text, holding the text's size in bits. */
  readonly leadingBits?: number
  /** Bits that one count of the size tag stands for: 1, or 8 where it counts octets. */
  readonly leadingUnit?: 1 | 8
  /** Octets that end the text before the end of its box. */
  readonly terminator?: Uint8Array
}

export interface BinaryEncoding {
  readonly kind: 'binary'
  readonly size: Amount
}

export type Encoding = IntegerEncoding | FloatEncoding | StringEncoding | BinaryEncoding

/** Limits of one severity; a bound that is absent does not limit, a value at a bound is within unless the bound is exclusive. */
export interface AlarmRange {
  readonly level: 'watch' | 'warning' | 'distress' | 'critical' | 'severe'
  readonly min?: number
  readonly max?: number
  readonly exclusive?: readonly ('min' | 'max')[]
}

export interface Alarm {
  readonly ranges: readonly AlarmRange[]
  readonly labels: readonly { readonly level: string; readonly label: string }[]
}

interface TypeBase {
  readonly name: string
  readonly description?: string
  readonly unit?: string
  readonly alarm?: Alarm
  readonly initial?: string
}

export interface EnumerationRow {
  readonly value: number
  /** Last value of a range, when the row stands for one. */
  readonly last: number
  readonly label: string
}

export type ParameterType = TypeBase &
  (
    | { readonly kind: 'integer'; readonly signed: boolean; readonly encoding: Encoding }
    | { readonly kind: 'float'; readonly encoding: Encoding }
    | { readonly kind: 'enumerated'; readonly rows: readonly EnumerationRow[]; readonly encoding: Encoding }
    | { readonly kind: 'boolean'; readonly zero: string; readonly one: string; readonly encoding: Encoding }
    | { readonly kind: 'string'; readonly encoding: Encoding }
    | { readonly kind: 'binary'; readonly encoding: Encoding }
    | {
        readonly kind: 'absoluteTime' | 'relativeTime'
        readonly encoding: Encoding
        readonly scale: number
        readonly offset: number
        readonly timeUnit: string
        readonly epoch?: string
      }
    | { readonly kind: 'array'; readonly element: string; readonly dimensions: readonly Amount[] }
    | { readonly kind: 'aggregate'; readonly members: readonly { readonly name: string; readonly type: string }[] }
  )

export interface Parameter {
  readonly name: string
  /** Key of the type. */
  readonly type: string
  readonly description?: string
  readonly aliases: readonly { readonly nameSpace: string; readonly alias: string }[]
  readonly initial?: string
}

/** One entry of a container. */
export interface Entry {
  readonly kind: 'parameter' | 'container'
  /** Key of the parameter or container. */
  readonly ref: string
  /** Where it starts; absent: behind the entry before. */
  readonly location?: { readonly from: 'containerStart' | 'previousEntry'; readonly bits: Amount }
  readonly repeat?: { readonly count: Amount; readonly gapBits: number }
  readonly include?: Criteria
  /** Sizes given at the entry instead of at the array type (XTCE 1.1 style). */
  readonly dimensions?: readonly Amount[]
}

export interface Container {
  readonly name: string
  readonly description?: string
  readonly abstract: boolean
  readonly base?: { readonly container: string; readonly criteria?: Criteria }
  readonly entries: readonly Entry[]
}

/** Something a definition says that this library does not do. `affects` (`type X` or `container Y`) names what cannot be decoded because of it. */
export interface Unsupported {
  readonly construct: string
  readonly where: string
  readonly line: number
  readonly affects?: string
}

/**
 * A packet dictionary: every type, parameter and container by its key. The key is the name, with the path of its system before
 * it (`Payload/Camera/TEMP`) when it lies in a nested one. `unsupported` names what was met and is not acted upon.
 */
export interface XtceDefinition {
  readonly name: string
  readonly types: ReadonlyMap<string, ParameterType>
  readonly parameters: ReadonlyMap<string, Parameter>
  readonly containers: ReadonlyMap<string, Container>
  readonly unsupported: readonly Unsupported[]
}
