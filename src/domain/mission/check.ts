import { followsEvents } from '#domain/partition'
import { formatVersion } from '#domain/version'
import { proposeNearest } from './fault.ts'
import { findCycle } from './graph.ts'
import type { Head } from './head.ts'
import type { ReadProcess } from './processes.ts'
import type { ReadProduct } from './products.ts'
import { addFault } from './sheet.ts'
import type { Spot } from './sheet.ts'

/** Products that are named but do not exist. */
export function checkReferences(head: Head, ids: readonly string[], processes: readonly ReadProcess[]): void {
  const check = (id: string, spot: Spot | undefined, what: string): void => {
    if (spot !== undefined && id !== '' && !ids.includes(id)) addFault(spot, `${what} "${id}" is no product`, proposeNearest(id, ids))
  }
  for (const { id, spot } of head.publicProducts) check(id, spot, 'the public product')
  for (const { process, inputSpots, outputSpots } of processes) {
    process.inputs.forEach((input, i) =>
      input.products.forEach((product, j) => check(product, inputSpots[i]?.[j], `the input ${input.role} of ${process.id}:`)),
    )
    process.outputs.forEach((output, i) => check(output.product, outputSpots[i], `the output ${output.role} of ${process.id}:`))
  }
}

/** One dataset from two processes, rules that feed themselves, and inputs that can never come. */
export function checkGraph(head: Head, products: readonly ReadProduct[], processes: readonly ReadProcess[]): void {
  const makers = new Map<string, string>()
  for (const { process, outputSpots } of processes)
    process.outputs.forEach((output, i) => {
      const other = makers.get(output.product)
      const spot = outputSpots[i]
      if (other !== undefined && spot !== undefined)
        addFault(
          spot,
          `"${output.product}" is made by ${other === process.id ? 'this process twice' : `${other} too`}`,
          'one process per product',
        )
      else makers.set(output.product, process.id)
    })
  const cycle = findCycle(processes.map(read => read.process))
  if (cycle !== undefined) {
    const first = processes.find(read => read.process.id === cycle.process)
    if (first !== undefined)
      addFault(first.spot, `the processes feed themselves: ${cycle.products.join(' -> ')}`, 'take one of these inputs away')
  }
  checkReach(head, products, processes, makers)
  checkExpectations(products, processes, makers)
  for (const { product, spot, style } of products)
    if (makers.has(product.id) && !/\{version[:}]/i.test(style.text))
      addFault(spot, `"${product.id}" is made here, but its names carry no version`, 'put {version} in the template')
}

/** What is expected by something that this mission does not have would never be missed. */
function checkExpectations(products: readonly ReadProduct[], processes: readonly ReadProcess[], makers: ReadonlyMap<string, string>): void {
  const has = (format: string): boolean => products.some(({ product }) => product.format === format)
  const timed = new Set(processes.flatMap(({ process }) => (process.every === undefined ? [] : [process.id])))
  for (const { product, spot } of products) {
    if (product.expect === 'contacts' && !has('contacts'))
      addFault(spot, `"${product.id}" is expected by contacts, but no product is of format contacts`, 'write expect: inputs')
    if (product.expect === 'events' && !followsEvents(product.partition))
      addFault(
        spot,
        `"${product.id}" is expected by events, but its partition is ${product.partition.kind}`,
        'orbit, region NAME or segment',
      )
    if (product.expect === 'events' && !has('events'))
      addFault(spot, `"${product.id}" is expected by events, but no product is of format events`, 'write expect: inputs')
    if (product.expect === 'time' && !timed.has(makers.get(product.id) ?? ''))
      addFault(spot, `"${product.id}" is expected by time, but no process with "every" makes it`, 'write expect: inputs')
  }
}

function checkReach(
  head: Head,
  products: readonly ReadProduct[],
  processes: readonly ReadProcess[],
  makers: ReadonlyMap<string, string>,
): void {
  const byId = new Map(products.map(read => [read.product.id, read.product]))
  for (const { process, inputSpots } of processes) {
    const targets = process.outputs.flatMap(output => byId.get(output.product)?.spacecraft ?? [])
    process.inputs.forEach((input, i) => {
      const known = input.products.flatMap(id => byId.get(id) ?? [])
      const spot = inputSpots[i]?.[0]
      if (known.length === 0 || spot === undefined) return
      const [first] = known
      if (first !== undefined && known.every(product => product.kind === 'quicklook' && !makers.has(product.id)))
        addFault(spot, `the input "${first.id}" can never come: quicklooks do not arrive, and no process makes it`)
      const reached = known.flatMap(product => product.spacecraft)
      const missing = targets.find(sc => sc !== head.id && !reached.includes(head.id) && !reached.includes(sc))
      if (missing !== undefined && first !== undefined && !input.optional)
        addFault(spot, `the input "${first.id}" can never come for ${missing}: it is of ${reached.join(', ')} only`)
    })
  }
}

/** A name that two products' templates read cannot be identified: each product's own names are tried on all others. */
export function checkTemplates(products: readonly ReadProduct[]): void {
  const samples = products.map(({ product }) => {
    const start = Date.UTC(2001, 1, 3, 4, 5, 6)
    const version = formatVersion(
      product.scheme,
      product.scheme.parts.map((_, i) => i + 1),
    )
    try {
      return product.template.print({ sc: product.spacecraft[0] ?? '', start, stop: start + 86_400_000, version })
    } catch {
      return undefined
    }
  })
  for (const [i, { product, spot }] of products.entries()) {
    const name = samples[i]
    if (name === undefined || name === '') continue
    const other = products.find(
      (p, j) => p.product.id !== product.id && p.product.template.parse(name) !== undefined && (j < i || !reads(product, samples[j])),
    )
    if (other !== undefined)
      addFault(
        spot,
        `names of "${product.id}" cannot be told from those of "${other.product.id}", e.g. ${name}`,
        'give one another template or ext',
      )
  }
}

const reads = (product: ReadProduct['product'], name: string | undefined): boolean =>
  name !== undefined && product.template.parse(name) !== undefined

/** Files of the folder that something names but that are not there. */
export function checkFiles(
  head: Head,
  products: readonly ReadProduct[],
  processes: readonly ReadProcess[],
  exists: (name: string) => boolean,
): void {
  const check = (path: string, spot: Spot, what: string): void => {
    if (path !== '' && !exists(path)) addFault(spot, `${what} ${path} is not in the mission's folder`)
  }
  if (head.simulation !== undefined) check(head.simulation.text, head.simulation.spot, 'the simulation')
  if (head.burst !== undefined) check(head.burst.text, head.burst.spot, 'the burst tables')
  for (const [hook, path] of head.adapters) check(path.text, path.spot, `the adapter ${hook}:`)
  for (const { product, packetsSpot } of products)
    if (product.packets !== undefined && packetsSpot !== undefined) check(product.packets, packetsSpot, 'the packet definition')
  for (const { product, validitySpot } of products)
    if (product.validity?.table !== undefined && validitySpot !== undefined)
      check(product.validity.table, validitySpot, `the validity table of ${product.id},`)
  for (const { process, files } of processes) for (const { path, spot } of files) check(path, spot, `the file of ${process.id},`)
}
