import { once } from 'node:events'
import { fail } from '#error'
import { isTime, type Cdf, type CdfVariable } from '#formats/cdf'
import { findVariable } from './cdf-list.ts'
import { formatValue } from './cdf-format.ts'
import { withCdf } from './cdf-open.ts'

interface CsvFlags {
  readonly first: number
  readonly records?: number
}

const CHUNK = 4096

/** `cdf csv FILE [VARIABLE…]` */
export async function printCsv(path: string, names: readonly string[], { first, records }: CsvFlags): Promise<void> {
  // A reader that has enough (head) closes the pipe: that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  await withCdf(path, async cdf => {
    const variables = chooseVariables(cdf, names, path)
    const total = variables[0]?.records ?? 0
    const end = Math.min(total, first + (records ?? total))
    await print(`${variables.flatMap(columnNames).map(quote).join(',')}\n`)
    for (let at = first; at < end; at += CHUNK) await print(await rows(variables, at, Math.min(CHUNK, end - at)))
  })
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

function chooseVariables(cdf: Cdf, names: readonly string[], path: string): CdfVariable[] {
  const wanted = names.map(name => findVariable(cdf, name, path))
  const depend = (variable: CdfVariable): string => {
    const value = variable.attributes.get('DEPEND_0')?.value
    return typeof value === 'string' ? value.trim() : ''
  }
  const firstTime = [...cdf.variables.values()].find(v => isTime(v.type) && v.recordVarying)?.name
  const timeName = wanted.length > 0 ? wanted.map(depend).find(name => name !== '') : firstTime
  const time = timeName === undefined ? undefined : cdf.variables.get(timeName)
  const chosen =
    wanted.length > 0 ? wanted : [...cdf.variables.values()].filter(v => v !== time && v.recordVarying && depend(v) === timeName)
  const all = time === undefined || chosen.includes(time) ? chosen : [time, ...chosen]
  const odd = all.find(variable => variable.records !== all[0]?.records)
  if (odd !== undefined)
    fail('cdf/bad-choice', `${odd.name} has ${odd.records} records, ${all[0]?.name} has ${all[0]?.records}: print them apart`)
  if (all.length === 0) fail('cdf/bad-choice', `${path} has no time variable: name the variables to print`)
  return all
}

const widthOf = (variable: CdfVariable): number => variable.dims.reduce((product, size) => product * size, 1)

const columnNames = (variable: CdfVariable): string[] =>
  variable.dims.length === 0 ? [variable.name] : Array.from({ length: widthOf(variable) }, (_, i) => `${variable.name}_${i}`)

async function rows(variables: readonly CdfVariable[], first: number, count: number): Promise<string> {
  const columns = await Promise.all(
    variables.map(async variable => ({ width: widthOf(variable), ...(await variable.read({ first, count })) })),
  )
  let text = ''
  for (let record = 0; record < count; record++) {
    const cells = columns.flatMap(({ type, width, values }) =>
      Array.from({ length: width }, (_, i) => quote(formatValue(type, values, record * width + i))),
    )
    text += `${cells.join(',')}\n`
  }
  return text
}

// RFC 4180.
const quote = (cell: string): string => (/[",\n\r]/u.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
