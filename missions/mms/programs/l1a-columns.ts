import { readCdfFile } from '#doors/cdf-node'
import type { JobInput } from '#doors/job'
import type { Cdf } from '#formats/cdf'
import { fail } from '#error'

type Column = BigInt64Array | Int32Array | Uint16Array | Uint8Array | Float32Array

/** Variables of several files of one dataset, one behind the other. */
export interface ColumnReader {
  /** All records of a variable; `make` builds the list that they are joined in. Throws `mms/no-variable`. */
  read<List extends Column>(name: string, make: (length: number) => List): Promise<List>
}

/** Opens files in order of start. */
export async function openColumns(inputs: readonly JobInput[]): Promise<ColumnReader> {
  const files = await Promise.all(inputs.map(async input => ({ name: input.name, cdf: await readCdfFile(input.path) })))
  return {
    read: async (name, make) => {
      const parts = await Promise.all(files.map(file => readVariable(file, name)))
      const joined = make(parts.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of parts) {
        // Both are lists of bigint or both of numbers: the reader's word for it is the variable's type.
        ;(joined as Float32Array).set(part as Float32Array, at)
        at += part.length
      }
      return joined
    },
  }
}

async function readVariable({ name: file, cdf }: { readonly name: string; readonly cdf: Cdf }, name: string): Promise<Column> {
  const variable = cdf.variables.get(name) ?? fail('mms/no-variable', `${file} has no variable ${name}`, { file, name })
  return (await variable.read()).values as Column
}
