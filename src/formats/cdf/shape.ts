import type { VariableRecord } from './metadata.ts'

/** Sizes of the varying dimensions: the shape of one stored record. */
export const varyingDims = (variable: VariableRecord): number[] => variable.declaredDims.filter((_, i) => variable.dimVarys[i] === true)

/** Bytes of one stored record. */
export const recordBytesOf = (variable: VariableRecord): number =>
  varyingDims(variable).reduce((product, dim) => product * dim, variable.type.bytes * variable.elements)

/** Records there are to read: at most one where the variable does not vary by record. */
export const recordsOf = (variable: VariableRecord): number =>
  variable.recordVarying ? variable.maxRec + 1 : Math.min(variable.maxRec + 1, 1)

/** A run of records asked for. */
export interface Span {
  readonly first: number
  readonly count: number
}
