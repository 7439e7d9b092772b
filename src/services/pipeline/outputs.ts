import { sql } from 'kysely'
import { datasetId, findProduct, packageOf, printName } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { compareVersions, nextVersion, riseOf } from '#domain/version'
import type { ParentVersion, Version } from '#domain/version'
import { newestFiles, parentFiles, sortOut } from '#services/catalog'
import type { NameQuestion, NewestFile } from '#services/catalog'
import type { CodeInProduction } from '#services/code'
import { textsOf } from '#services/db'
import type { JobOutputRow, Tx } from '#services/db'
import type { JobOrder } from './ledger.ts'

type Place = NameQuestion & { readonly order: JobOrder; readonly role: string; readonly product: string }

/** What jobs are to make, by their order: names with the versions that come next by the law, above all that is held or reserved. */
export async function planOutputs(
  tx: Tx,
  orders: readonly JobOrder[],
  code: ReadonlyMap<string, CodeInProduction>,
): Promise<readonly (readonly JobOutputRow[])[]> {
  const places = orders.flatMap(placesOf)
  const newest = await newestFiles(tx, places)
  const reserved = await highestReserved(tx, places)
  const parents = await parentsOfNewest(tx, newest)
  const outputs = new Map<JobOrder, JobOutputRow[]>(orders.map(order => [order, []]))
  for (const [i, place] of places.entries()) {
    const { order, role, dataset } = place
    const { mission, key, run } = order
    const product = findProduct(mission, place.product)
    const latest = newest[i]
    const raised = code.get(packageOf(mission, order.facts.process))?.raised ?? -Infinity
    const rise =
      latest === undefined
        ? 'revision'
        : riseOf(
            (parents.get(latest.id) ?? []).map(parent => versionOf(mission, parent)),
            run.inputs.map(input => versionOf(mission, input.file)),
            raised >= latest.arrived ? 'quality' : 'revision',
          )
    const top = [latest?.version, reserved[i]]
      .filter(version => version !== undefined)
      .toSorted(compareVersions)
      .at(-1)
    const version = nextVersion(product.scheme, top, product.interface, rise)
    const { start, stop } = key.partition
    const name = printName({ product, spacecraft: key.spacecraft, start, stop, version })
    outputs.get(order)?.push({ role, product: product.id, dataset, name, version })
  }
  return orders.map(order => outputs.get(order) ?? [])
}

const placesOf = (order: JobOrder): readonly Place[] =>
  order.facts.process.outputs.map(({ role, product }) => {
    const dataset = datasetId(findProduct(order.mission, product), order.key.spacecraft)
    return { order, role, product, mission: order.mission.id, dataset, partition: order.key.partition.key }
  })

async function highestReserved(tx: Tx, places: readonly Place[]): Promise<readonly (Version | undefined)[]> {
  const { rows } = await sql<{ asked: number; version: Version }>`
    select q.asked::int, r.version
    from unnest(${textsOf(places, 'mission', 'dataset', 'partition')})
      with ordinality as q (mission, dataset, partition, asked)
    cross join lateral (
      select version from reserved_version where mission = q.mission and dataset = q.dataset and partition = q.partition
      order by version desc limit 1
    ) r`.execute(tx)
  return sortOut(places.length, rows).map(([row]) => row?.version)
}

type ParentFile = Awaited<ReturnType<typeof parentFiles>>[number]

async function parentsOfNewest(tx: Tx, newest: readonly (NewestFile | undefined)[]): Promise<ReadonlyMap<number, readonly ParentFile[]>> {
  const rows = await parentFiles(
    tx,
    newest.flatMap(file => file?.id ?? []),
  )
  return Map.groupBy(rows, row => row.child)
}

const versionOf = (
  mission: Mission,
  file: { readonly dataset: string; readonly partition: string; readonly version: readonly number[]; readonly product: string },
): ParentVersion => ({
  dataset: file.dataset,
  partition: file.partition,
  version: file.version,
  scheme: findProduct(mission, file.product).scheme,
})
