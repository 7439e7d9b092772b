/**
 * IDL save files (`.sav`): reader and writer, plain and compressed. Pure; `#doors/idlsave-node` binds files and zlib of Node.
 *
 *     const file = readSave(bytes)
 *     const fomstr = variableOf(file, 'fomstr')               // { type: 'struct', dims: [1], fields: … }
 *     toPlain(fomstr)                                        // { valid: 1, nsegs: 7, fom: [21.6, …], … }
 *     writeSave({ variables: [{ name: 'X', value: array('float', [1, 2, 3]) }] })
 *
 * Source: C. B. Markwardt, "Unofficial Format Specification of the IDL SAVE File" (2010), and files that IDL 7 to 9 wrote.
 * Errors are `SdcError` with a {@link SaveCode}.
 */
export type { SaveCode } from './codes.ts'
export type {
  IdlClass,
  IdlField,
  IdlLayout,
  IdlPlain,
  IdlStruct,
  IdlTag,
  IdlUndefined,
  IdlValue,
  IdlVariable,
  RawRecord,
  SaveContent,
  SaveDamage,
  SaveFile,
  SaveRecord,
} from './model.ts'
export type { IdlArrays, IdlNumbers, IdlPlainType, IdlType } from './types.ts'
export { readSave, type ReadOptions } from './read.ts'
export { writeSave, type WriteOptions } from './write.ts'
export { array, fieldOf, scalar, struct, variableOf } from './make.ts'
export { toPlain } from './plain.ts'
