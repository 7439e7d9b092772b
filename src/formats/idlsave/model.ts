import type { IdlArrays, IdlPlainType, IdlType } from './types.ts'

/** Numbers, strings or references. `values` is flat, the first dimension fastest, as IDL keeps it; complex numbers are pairs. */
export type IdlPlain = {
  readonly [T in IdlPlainType]: { readonly type: T; readonly dims: readonly number[]; readonly values: IdlArrays[T] }
}[IdlPlainType]

/**
 * A structure or an array of them; a lone one has the dims `[1]`, as in IDL. Each field holds the values of all elements one
 * behind another: `values.length` is the number of structures times the product of the field's own dims.
 */
export interface IdlStruct {
  readonly type: 'struct'
  readonly dims: readonly number[]
  /** Empty for an anonymous structure. */
  readonly name: string
  readonly fields: readonly IdlField[]
  /** Only where the structure is a class. Fields of its parents are among its own. */
  readonly class?: IdlClass
}

export interface IdlField {
  readonly name: string
  readonly value: IdlValue
}

/** A heap variable without a value. */
export interface IdlUndefined {
  readonly type: 'undefined'
  readonly dims: readonly []
}

export type IdlValue = IdlPlain | IdlStruct | IdlUndefined

export interface IdlClass {
  readonly name: string
  readonly parents: readonly { readonly name: string; readonly layout: IdlLayout }[]
}

/** What a structure is made of, without values. */
export interface IdlLayout {
  readonly name: string
  readonly tags: readonly IdlTag[]
  readonly class?: IdlClass
}

export interface IdlTag {
  readonly name: string
  readonly type: IdlType
  /** Empty for a scalar. */
  readonly dims: readonly number[]
  /** Of a structure. */
  readonly layout?: IdlLayout
}

export interface IdlVariable {
  /** Upper case, as IDL writes it; system variables begin with `!`. */
  readonly name: string
  readonly value: IdlValue
}

/** A record as it lies in the file. */
export interface SaveRecord {
  readonly type: number
  readonly title: string
  readonly offset: number
  /** Bytes with its header, as they lie in the file. */
  readonly size: number
}

/** A record that is kept as bytes: compiled routines, and kinds unknown to us. Written back as it was. */
export interface RawRecord {
  readonly type: number
  readonly bytes: Uint8Array
}

/** Everything that a save file says; what is given is written, what is not is left out or has a default. */
export interface SaveContent {
  readonly variables: readonly IdlVariable[]
  readonly systemVariables?: readonly IdlVariable[]
  /** Heap variables by number: what pointers and object references refer to. */
  readonly heap?: ReadonlyMap<number, IdlValue>
  readonly timestamp?: { readonly date: string; readonly user: string; readonly host: string }
  readonly version?: { readonly format: number; readonly arch: string; readonly os: string; readonly release: string }
  readonly identification?: { readonly author: string; readonly title: string; readonly idcode: string }
  readonly notice?: string
  readonly description?: string
  readonly commonBlocks?: readonly { readonly name: string; readonly variables: readonly string[] }[]
  readonly raw?: readonly RawRecord[]
}

/** A save file as read: its content, its records, and with `tolerant` what was passed over. */
export interface SaveFile extends SaveContent {
  readonly systemVariables: readonly IdlVariable[]
  readonly heap: ReadonlyMap<number, IdlValue>
  readonly commonBlocks: readonly { readonly name: string; readonly variables: readonly string[] }[]
  readonly raw: readonly RawRecord[]
  readonly compressed: boolean
  readonly records: readonly SaveRecord[]
  readonly damage: readonly SaveDamage[]
}

export interface SaveDamage {
  readonly code: string
  readonly message: string
  /** Where the record begins. */
  readonly offset: number
}
