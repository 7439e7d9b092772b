import { readRecord } from './record.ts'
import type { Sheaf } from './record.ts'
import { addFault, textOf } from './sheet.ts'
import type { Product, Validity } from './types.ts'

/** `validity: { from: Valid_from, to: Valid_to, table: … }` of a product. */
export function readValidity(one: Sheaf, what: string, partition: Product['partition']): Pick<Product, 'validity'> {
  const spot = one.at('validity')
  if (spot === undefined) return {}
  if (partition.kind !== 'validity')
    addFault(spot, `${what} has a partition of ${partition.kind}: it is not chosen by its validity`, 'write partition: validity')
  const words = readRecord(spot, `validity of ${what}`, ['from', 'to', 'table'])
  const table = words.at('table')
  if (words.at('from') === undefined && table === undefined)
    addFault(spot, `validity of ${what} names neither where it begins nor a table`, 'from: the attribute or word that says it')
  const validity: Validity = {
    from: words.text('from', ''),
    to: words.text('to', ''),
    ...(table === undefined ? {} : { table: textOf(table, `the table of ${what}`) }),
  }
  return { validity }
}
