import { findProduct } from '#domain/mission'
import type { InputWindow, Mission, Process, ProcessInput } from '#domain/mission'
import { describeRule } from '#domain/partition'

/** One row per process as a person reads it: what of a spacecraft it takes, with which window, what it makes and when it runs. */
export function processRows(mission: Mission): readonly (readonly string[])[] {
  const rows = mission.processes.map(process => [
    process.id,
    describeRule(findProduct(mission, process.outputs[0]?.product ?? '').partition),
    process.inputs.map(describeInput).join(', ') || '-',
    groupProducts(process.outputs.map(output => output.product)).join(', '),
    rulesOf(process).join(', ') || '-',
  ])
  return [['process', 'one per', 'from', 'makes', 'rules'], ...rows]
}

/** `defatt|predatt? -1 d +1 d`: alternatives best first, `?` where it may be absent, `!` where its change alone starts nothing. */
function describeInput({ products, optional, triggers, window }: ProcessInput): string {
  const set = window.kind === 'set'
  const names = set ? `{${products.join(' ')}}` : groupProducts(products).join('|')
  const silent = triggers || window.kind === 'previous' ? '' : '!'
  return [`${names}${optional ? '?' : ''}${silent}`, describeWindow(window)].filter(word => word !== '').join(' ')
}

function describeWindow(window: InputWindow): string {
  switch (window.kind) {
    case 'time':
      return reach(duration(window.before), duration(window.after))
    case 'orbits':
      return `${reach(String(window.before), String(window.after))} orbits`
    case 'nearest':
      return `nearest ${window.count}`
    case 'previous':
      return 'the last before'
    case 'valid':
      return 'in force'
    default:
      return ''
  }
}

const reach = (before: string, after: string): string =>
  [before === '0' ? '' : `-${before}`, after === '0' ? '' : `+${after}`].filter(side => side !== '').join(' ')

const units = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
] as const

function duration(ms: number): string {
  const [length, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1, 'ms']
  return ms === 0 ? '0' : `${ms / length} ${unit}`
}

/** Products that differ in their last word only, as one: `scm srvy l1a cal|scm`. */
function groupProducts(products: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>()
  for (const product of products) {
    const words = product.split(' ')
    const stem = words.length > 1 ? words.slice(0, -1).join(' ') : ''
    groups.set(stem, [...(groups.get(stem) ?? []), words.at(-1) ?? ''])
  }
  return [...groups].map(([stem, last]) => `${stem} ${last.join('|')}`.trim())
}

function rulesOf({ every, on, wait, priority, weight, resources }: Process): readonly string[] {
  const at = every === undefined || every.offset === 0 ? '' : ` at ${new Date(every.offset).toISOString().slice(11, 16)}`
  return [
    ...(every === undefined ? [] : [`every ${duration(every.period)}${at}`]),
    ...(on.length === 0 ? [] : [`on ${on.join(' or ')}`]),
    ...(wait === undefined ? [] : [`waits ${duration(wait.hold)} after due, then ${wait.after === 'partial' ? 'runs' : 'gives up'}`]),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(weight === 1 ? [] : [`weight ${weight}`]),
    ...Object.entries(resources.tokens).map(([name, count]) => `${count} ${name}`),
  ]
}
