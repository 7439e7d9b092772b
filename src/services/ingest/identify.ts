import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { datasetId, findProduct, headBytes, identifyName, isPublic, printName } from '#domain/mission'
import type { Mission, Product, RawIdentity } from '#domain/mission'
import { partitionAt } from '#domain/partition'
import type { Partition } from '#domain/partition'
import { nextVersion } from '#domain/version'
import { latestOf } from '#services/catalog'
import type { Db } from '#services/db'
import type { LoadedMission } from './context.ts'

/** What a file is, before its content was read. */
export interface Identity {
  readonly mission: Mission
  readonly product: Product
  readonly dataset: string
  readonly spacecraft: string
  readonly start: number
  readonly stop: number | undefined
  readonly version: readonly number[]
  /** The name in the archive; another than the delivered one where an adapter recognised the content. */
  readonly name: string
  readonly public: boolean
  /** Made by a stand-in: not public, nor what is made from it. */
  readonly withheld: boolean
  /** Recognised by content: the archive name is ours, not the sender's. */
  readonly adopted: boolean
}

export interface NotIdentified {
  readonly reason: string
}

/** By the missions' templates, then by their adapters from the content. The reason names the nearest template of the likeliest mission. */
export async function identifyFile(
  db: Db,
  missions: readonly LoadedMission[],
  path: string,
  delivered: string,
): Promise<Identity | NotIdentified> {
  const name = basename(delivered)
  const reasons: string[] = []
  for (const { mission } of missions) {
    const found = identifyName(mission, name)
    if (found.product === undefined) reasons.push(found.reason)
    else
      return {
        mission,
        product: found.product,
        dataset: found.dataset,
        spacecraft: found.spacecraft,
        start: found.start,
        stop: found.stop,
        version: found.version,
        name,
        public: isPublic(found.product),
        withheld: false,
        adopted: false,
      }
  }
  const head = await readHead(path)
  for (const { mission, identify } of missions) {
    const found = identify?.({ name, ...head })
    if (found !== undefined) return adopt(db, mission, found)
  }
  return { reason: reasons.join(' ') }
}

/** Whether a name says what a file is, its version included. What is recognised by content gets the version of its turn. */
export const isNamed = (missions: readonly LoadedMission[], name: string): boolean =>
  missions.some(({ mission }) => identifyName(mission, basename(name)).product !== undefined)

/** Gives delivered bytes an archive name with the next version of their partition. */
async function adopt(db: Db, mission: Mission, found: RawIdentity): Promise<Identity> {
  const product = findProduct(mission, found.product)
  const dataset = datasetId(product, found.spacecraft)
  const at = product.partition.kind === 'contact' ? await freeStart(db, mission, dataset, product, found.start) : found.start
  const partition = partitionAt(product.partition, at)
  const latest = await latestOf(db, mission.id, dataset, partition.key)
  const version = nextVersion(product.scheme, latest?.version, product.interface, 'revision')
  const start = product.partition.kind === 'day' ? partition.start : at
  const name = printName({ product, spacecraft: found.spacecraft, start, version })
  return {
    mission,
    product,
    dataset,
    spacecraft: found.spacecraft,
    start,
    stop: undefined,
    version,
    name,
    public: isPublic(product),
    withheld: false,
    adopted: true,
  }
}

/**
 * The start of a delivery, or as many seconds later as others of that start are held: two deliveries that begin with the same packet
 * stand beside each other, for neither says that it replaces the other.
 */
async function freeStart(db: Db, mission: Mission, dataset: string, product: Product, start: number): Promise<number> {
  for (let at = start; ; at += 1000)
    if ((await latestOf(db, mission.id, dataset, partitionAt(product.partition, at).key)) === undefined) return at
}

async function readHead(path: string): Promise<{ readonly size: number; readonly head: Uint8Array }> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const bytes = new Uint8Array(Math.min(size, headBytes))
    await handle.read(bytes, 0, bytes.length, 0)
    return { size, head: bytes }
  } finally {
    await handle.close()
  }
}

/** The partition of an identified file; `contentStop` (UTC ms) ends those whose end no rule gives. */
export function partitionOf(identity: Identity, contentStop: number | undefined): Partition {
  return partitionAt(identity.product.partition, identity.start, identity.stop ?? contentStop)
}
