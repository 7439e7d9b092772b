import { readCdfFile } from '#doors/cdf-node'
import type { JobFile, JobInput } from '#doors/job'
import type { Cdf } from '#formats/cdf'
import { parseUtc } from '#formats/time'
import { fail } from '#error'
import { countBefore } from './join-spans.ts'

type Column = BigInt64Array | Int32Array | Uint16Array | Uint8Array | Float32Array

/** Variables of several files of one dataset, one behind the other: the records of the partition alone. */
export interface ColumnReader {
  /** All records of a variable over the time axis `epoch`; `make` builds the list that they are joined in. Throws `mms/no-variable`. */
  read<List extends Column>(name: string, make: (length: number) => List, epoch?: string): Promise<List>
}

/** Opens files in order of start. */
export async function openColumns(inputs: readonly JobInput[], { partition }: Pick<JobFile, 'partition'>): Promise<ColumnReader> {
  const files = await Promise.all(inputs.map(async input => ({ name: input.name, cdf: await readCdfFile(input.path) })))
  const [start, stop] = [parseUtc(partition.start), parseUtc(partition.stop)]
  const rangeOf = async (file: OpenFile, epoch: string): Promise<Range> => {
    const time = (await readVariable(file, epoch)) as BigInt64Array
    const first = countBefore(time, start)
    return { first, count: countBefore(time, stop) - first }
  }
  const known = new Map<string, Promise<readonly Range[]>>()
  const rangesOf = (epoch: string): Promise<readonly Range[]> => {
    const found = known.get(epoch) ?? Promise.all(files.map(file => rangeOf(file, epoch)))
    known.set(epoch, found)
    return found
  }
  return {
    read: async (name, make, epoch = 'Epoch') => {
      const ranges = await rangesOf(epoch)
      const parts = await Promise.all(files.map((file, i) => readVariable(file, name, ranges[i])))
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

interface OpenFile {
  readonly name: string
  readonly cdf: Cdf
}

interface Range {
  readonly first: number
  readonly count: number
}

async function readVariable({ name: file, cdf }: OpenFile, name: string, range?: Range): Promise<Column> {
  const variable = cdf.variables.get(name) ?? fail('mms/no-variable', `${file} has no variable ${name}`, { file, name })
  return (await variable.read(range)).values as Column
}
