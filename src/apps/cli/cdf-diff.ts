import { diffCdf, type AttributeDiff, type Cdf, type VariableDiff } from '#formats/cdf'
import { formatTable, formatValue, say, sayJson, shorten } from './cdf-format.ts'
import { withCdf } from './cdf-open.ts'

/** `cdf diff BEFORE AFTER` */
export async function printDiff(beforePath: string, afterPath: string, { json }: { readonly json: boolean }): Promise<void> {
  await withCdf(beforePath, before =>
    withCdf(afterPath, async after => {
      const diff = await diffCdf(before, after)
      if (json) sayJson(diff)
      else await tellDiff(diff.attributes, diff.variables, after)
      if (!diff.same) process.exitCode = 1
    }),
  )
}

async function tellDiff(attributes: readonly AttributeDiff[], variables: readonly VariableDiff[], after: Cdf): Promise<void> {
  for (const attribute of attributes) say(`global ${attributeLine(attribute)}`)
  const changed = variables.filter(variable => variable.state !== 'same')
  if (changed.length > 0) {
    const head = ['variable', 'state', 'compared', 'changed', 'removed', 'added', 'largest', 'median']
    for (const line of formatTable([head, ...changed.map(row)])) say(line)
    say('')
  }
  for (const variable of changed) await tellVariable(variable, after)
  say(`${variables.length - changed.length} of ${variables.length} variables are the same, ${attributes.length} global attributes differ`)
}

const row = (v: VariableDiff): string[] => [
  v.name,
  v.state,
  String(v.compared),
  String(v.changedRecords),
  String(v.onlyBefore),
  String(v.onlyAfter),
  v.largest === null ? '' : v.largest.toPrecision(4),
  v.median === null ? '' : v.median.toPrecision(4),
]

const attributeLine = ({ name, before, after }: AttributeDiff): string => `${name}: ${plain(before)} -> ${plain(after)}`
const plain = (value: AttributeDiff['before']): string =>
  value === null ? '(none)' : shorten(typeof value === 'string' ? value.trim() : value.join(' | '), 60)

async function tellVariable(variable: VariableDiff, after: Cdf): Promise<void> {
  for (const attribute of variable.attributes) say(`${variable.name}: ${attributeLine(attribute)}`)
  for (const { first, last } of variable.intervals.slice(0, 10))
    say(`${variable.name}: records ${first} to ${last} changed${await timesOf(variable, after, first, last)}`)
  if (variable.intervals.length > 10) say(`${variable.name}: and ${variable.intervals.length - 10} more runs of records`)
}

async function timesOf({ name }: VariableDiff, after: Cdf, first: number, last: number): Promise<string> {
  const depend = after.variables.get(name)?.attributes.get('DEPEND_0')?.value
  const time = typeof depend === 'string' ? after.variables.get(depend.trim()) : undefined
  if (time === undefined || time.dims.length > 0 || last >= time.records) return ''
  const at = async (record: number): Promise<string> => formatValue(time.type, (await time.read({ first: record, count: 1 })).values, 0)
  return `, ${await at(first)} to ${await at(last)}`
}
