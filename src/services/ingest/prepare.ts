import { createHash, randomUUID } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { archivePath } from '#domain/mission'
import type { Product } from '#domain/mission'
import { formatVersion } from '#domain/version'
import { utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import type { NewFile, Parent, ReportedEvent } from '#services/catalog'
import type { Tx } from '#services/db'
import type { IngestContext } from './context.ts'
import { partitionOf } from './identify.ts'
import type { Identity } from './identify.ts'
import { readValidity, verifiers } from './verify/index.ts'
import type { ContentRules } from './verify/index.ts'

/** Bytes copied beside the archive, synced, with their hash. */
export interface Landed {
  readonly temporary: string
  readonly sha256: string
  readonly size: number
  /** Modification time of the delivered file, UTC milliseconds. */
  readonly modified: number
}

/** Copies to the archive's file system while hashing; the copy is durable when this resolves. */
export async function landBytes(path: string, incoming: string): Promise<Landed> {
  const temporary = join(incoming, randomUUID())
  const source = await open(path)
  try {
    const found = await source.stat()
    const out = await open(temporary, 'wx')
    try {
      const copied = await copyHashing(source, out, found.size)
      await out.sync()
      return { temporary, ...copied, modified: found.mtimeMs }
    } catch (error) {
      await rm(temporary, { force: true })
      throw error
    } finally {
      await out.close()
    }
  } finally {
    await source.close()
  }
}

const longestRead = 1 << 20

/** One buffer, no larger than the file: fresh megabytes for each small file keep the garbage collector busier than the copy. */
async function copyHashing(source: FileHandle, out: FileHandle, expected: number): Promise<Pick<Landed, 'sha256' | 'size'>> {
  const buffer = Buffer.allocUnsafe(Math.min(expected + 1, longestRead))
  const hash = createHash('sha256')
  let size = 0
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, buffer.length)
    if (bytesRead === 0) return { sha256: hash.digest('hex'), size }
    const bytes = buffer.subarray(0, bytesRead)
    hash.update(bytes)
    size += bytesRead
    await out.writeFile(bytes)
    // A file as long as it was said to be: a full buffer would mean that there is more.
    if (size === expected && bytesRead < buffer.length) return { sha256: hash.digest('hex'), size }
  }
}

/** Where a file came from beside its bytes. */
export interface Origin {
  readonly actor: string
  readonly job?: number
  readonly recipe?: string
  /** Exact parents of a job's output; for deliveries they come from the content. */
  readonly parents?: readonly Parent[]
}

export interface Prepared {
  readonly file: NewFile
  readonly events: readonly ReportedEvent[]
}

/**
 * Verifies landed bytes by content and says what would be recorded of them. What remains is to put them in the store and {@link recordPrepared};
 * a crash in between leaves an orphan that the next ingest of the same bytes adopts (invariant 1). Throws the reason of a refusal as SdcError.
 */
export async function verifyFile(
  context: Pick<IngestContext, 'simulated' | 'threads'>,
  identity: Identity,
  landed: Landed,
  origin: Origin,
): Promise<Prepared> {
  const { mission, product, dataset, name } = identity
  const versionText = formatVersion(product.scheme, identity.version)
  const { temporary, sha256 } = landed
  const subject = {
    path: temporary,
    sha256,
    name,
    dataset,
    versionText,
    rules: contentRules(product),
    spacecraft: mission.spacecraft,
    folder: mission.folder,
  }
  const aside = landed.size >= worthAThread ? context.threads : undefined
  const verified = await (aside?.verify(subject) ?? verifiers[product.format](subject))
  const validity = await readValidity(product, subject)
  const partition = partitionOf(identity, verified.coverage === undefined ? undefined : utcMsFromTt2000(verified.coverage.stop as Tt2000))
  const path = `${mission.id}/data/${archivePath(product, identity.spacecraft, identity.start, name)}`
  const parents = origin.parents ?? (verified.parents ?? []).map(parent => ({ role: 'parent', name: parent, file: undefined }))
  const file: NewFile = {
    mission: mission.id,
    name,
    product: product.id,
    dataset,
    spacecraft: identity.spacecraft,
    kind: product.kind,
    partition: partition.key,
    start: validity?.start ?? identity.start,
    stop: validity?.stop ?? partition.stop,
    version: identity.version,
    versionText,
    size: landed.size,
    sha256: landed.sha256,
    path,
    public: identity.public,
    withheld: identity.withheld,
    simulated: context.simulated,
    // A calibration's records are not the time in which it is in force.
    coverage: validity === undefined ? verified.coverage : undefined,
    records: verified.records,
    science: verified.science,
    content: verified.content,
    findings: verified.findings,
    modified: landed.modified,
    actor: origin.actor,
    job: origin.job,
    recipe: origin.recipe,
    parents,
  }
  return { file, events: verified.events ?? [] }
}

/** Bytes from which on a content is verified in a thread: what is smaller is verified sooner than a thread has started. */
const worthAThread = 1 << 20

const contentRules = ({ id, format, provenance, istp, events, packetTime, packetFraming }: Product): ContentRules => ({
  id,
  format,
  istp,
  ...(provenance === undefined ? {} : { provenance }),
  ...(events === undefined ? {} : { events }),
  ...(packetTime === undefined ? {} : { packetTime }),
  ...(packetFraming === undefined ? {} : { packetFraming }),
})

/**
 * Whoever publishes and records under a key, or removes bytes that no row names, does it alone until the transaction ends. Several keys
 * are taken in their order.
 */
export const lockKey = async (tx: Tx, ...keys: readonly string[]): Promise<void> => {
  await sql`select pg_advisory_xact_lock(hashtextextended('store ' || key, 0)) from unnest(${keys}::text[]) as key`.execute(tx)
}
