import type { Cdf, CdfVariable, Dataset, DatasetVariable } from './model.ts'
import { viewNumbers } from './numbers.ts'
import { isText, typeOf } from './types.ts'

/** Everything in an open file as a dataset to write: `encodeCdf(await toDataset(cdf))` holds the same values and attributes. */
export async function toDataset(cdf: Cdf): Promise<Dataset> {
  const variables: DatasetVariable[] = []
  for (const variable of cdf.variables.values()) variables.push(await toDatasetVariable(variable))
  const variableAttributes = cdf.attributeNames.filter(({ scope }) => scope === 'variable').map(({ name }) => name)
  return { attributes: Object.fromEntries(cdf.attributes), variables, variableAttributes }
}

/** One variable with its values as a dataset's. Text keeps its padding: its values are bytes. */
export async function toDatasetVariable(variable: CdfVariable): Promise<DatasetVariable> {
  const bytes = await variable.readBytes()
  const { compression } = variable
  const writable = compression === null || compression.type === 'gzip' || compression.type === 'rle'
  return {
    name: variable.name,
    type: variable.type,
    dims: variable.declaredDims,
    dimVarys: variable.dimVarys,
    elements: variable.elements,
    recordVarying: variable.recordVarying,
    sparse: variable.sparse,
    // Huffman codes are read but not written.
    compression: writable ? compression : { type: 'gzip', level: 6 },
    pad: variable.pad,
    values: isText(variable.type) ? bytes : viewNumbers(bytes, typeOf(variable.type)),
    attributes: Object.fromEntries(variable.attributes),
  }
}
