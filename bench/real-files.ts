import { readdirSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { openCdfFile } from '#doors/cdf-node'
import { toDataset, type Dataset, type DatasetVariable } from '#formats/cdf'
import { sharedIsThere, sharedPath } from '#test/shared'

/** The real files of one kind, joined until together they are as long as `bytes`; over again from the first where there are too few. */
export async function realDataset(name: RegExp, bytes: number): Promise<Dataset | undefined> {
  const paths = filesOf(name)
  if (paths.length === 0) return undefined
  const parts: Dataset[] = []
  for (let i = 0, size = 0; size < bytes; i++) {
    const path = paths[i % paths.length] as string
    size += statSync(path).size
    const file = await openCdfFile(path)
    parts.push(await toDataset(file))
    await file.close()
  }
  return join(parts)
}

function filesOf(name: RegExp): readonly string[] {
  if (!sharedIsThere) return []
  const found = new Map<string, string>()
  for (const root of [sharedPath('cdf', 'mms'), sharedPath('real', 'mms', 'sdc')])
    for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' }))
      if (name.test(basename(entry)) && statSync(`${root}/${entry}`).size > 1e6) found.set(basename(entry), `${root}/${entry}`)
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

/** Records of all, one behind the other; what does not vary is the first one's. */
function join(parts: readonly Dataset[]): Dataset {
  const [first] = parts as [Dataset]
  const all = (name: string): readonly DatasetVariable[] => parts.flatMap(part => part.variables.filter(v => v.name === name))
  return {
    ...first,
    variables: first.variables.map(v => ({ ...v, values: v.recordVarying === false ? v.values : joinValues(all(v.name)) })),
  }
}

function joinValues(variables: readonly DatasetVariable[]): DatasetVariable['values'] {
  const [first, ...rest] = variables.map(v => v.values as Float32Array)
  if (first === undefined) return []
  const joined = new (first.constructor as Float32ArrayConstructor)(first.length + rest.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of [first, ...rest]) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
