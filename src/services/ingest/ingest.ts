import { basename, join } from 'node:path'
import { SdcError, fail } from '#error'
import { findBytes, findFileShared, idsByNames, recordFiles, recordMissionEvents, recordRefusal } from '#services/catalog'
import type { NewFile, Parent } from '#services/catalog'
import { perDatabase, together, withTx } from '#services/db'
import type { Came, Tx } from '#services/db'
import { moveFile, removeFile } from '#services/store'
import type { IngestContext } from './context.ts'
import { identifyFile } from './identify.ts'
import type { Identity } from './identify.ts'
import { landBytes, lockKey, verifyFile } from './prepare.ts'
import type { Landed, Origin, Prepared } from './prepare.ts'
import { describeLack } from './verify/index.ts'

export type IngestOutcome =
  | {
      readonly outcome: 'stored'
      readonly mission: string
      readonly name: string
      readonly file: number
      readonly findings: readonly string[]
    }
  | { readonly outcome: 'present'; readonly mission: string; readonly name: string; readonly file: number }
  | { readonly outcome: 'quarantined'; readonly name: string; readonly code: string; readonly reason: string }

/** The one sender that a simulated mission's home listens to; its files come into the drop folder's part of this name. */
export const simulator = 'simulator'

export interface Delivery {
  readonly actor: string
  /** The name the file was delivered under; default: the path's last part. */
  readonly name?: string
  /** Remove the delivered file once it is recorded or quarantined (drop folders). */
  readonly consume?: boolean
}

/**
 * The one door in: identify, verify, store, record; or quarantine with a reason. The same name and bytes again are a no-op; the same
 * name with other bytes is refused and the first copy stays untouched (invariant 2).
 */
export async function ingestFile(context: IngestContext, path: string, delivery: Delivery): Promise<IngestOutcome> {
  const name = basename(delivery.name ?? path)
  const landed = await landBytes(path, context.incoming)
  try {
    const result = await takeIn(context, landed, name, delivery.actor)
    context.log.info(
      { act: 'ingest', delivered: name, sha256: landed.sha256, actor: delivery.actor, ...result },
      `ingest ${result.outcome}: ${name}`,
    )
    if (delivery.consume === true) await removeFile(path)
    return result
  } finally {
    await removeFile(landed.temporary)
  }
}

async function takeIn(context: IngestContext, landed: Landed, name: string, actor: string, tries = 5): Promise<IngestOutcome> {
  if (context.simulated && actor !== simulator) return refuse(context, landed, name, actor, undefined, realFile())
  const identity = await identifyFile(context.db, context.missions, landed.temporary, name)
  if ('reason' in identity) return refuse(context, landed, name, actor, undefined, await nameless(landed, identity.reason))
  // The name that the content was to get may go to another delivery meanwhile: there is a next one.
  const nextName = identity.adopted && tries > 1 ? () => takeIn(context, landed, name, actor, tries - 1) : undefined
  const known = await lookUp(context, identity, landed)
  if (known !== undefined) {
    if (known.same) return { outcome: 'present', mission: identity.mission.id, name: known.name, file: known.id }
    if (nextName !== undefined) return nextName()
    return refuse(context, landed, name, actor, identity, takenError(known))
  }
  try {
    const prepared = await verifyFile(context, identity, landed, { actor })
    const file = await publish(context.db)({ context, prepared, landed })
    return { outcome: 'stored', mission: identity.mission.id, name: identity.name, file, findings: prepared.file.findings }
  } catch (error) {
    if (isUniqueViolation(error)) return presentAfterRace(context, identity, landed)
    if (!(error instanceof SdcError)) throw error
    if (error.code === 'store/taken' && nextName !== undefined) return nextName()
    return refuse(context, landed, name, actor, identity, error)
  }
}

interface Arrival {
  readonly context: IngestContext
  readonly prepared: Prepared
  readonly landed: Landed
}

/** Those whose bytes are in the store from a transaction that failed for another. */
const inStore = new WeakSet<Arrival>()

async function store(arrival: Arrival): Promise<void> {
  const { context, prepared, landed } = arrival
  const { path, sha256 } = prepared.file
  if (!inStore.has(arrival)) await context.store.put(path, landed.temporary, sha256)
  else if ((await context.store.stat(path)) === undefined) fail('ingest/race', `${path} is being removed by another process: try again`)
  inStore.add(arrival)
}

/** Of two first versions of a partition each would take itself for the latest. */
const keysOf = ({ prepared: { file } }: Arrival): readonly string[] => [file.path, `${file.mission} ${file.dataset} ${file.partition}`]

/** Brings bytes to the store and records them, those that come at a time in one transaction. */
const publish = perDatabase(() =>
  together(async (arrivals: readonly Arrival[]): Promise<readonly Came<number>[]> => {
    const { context } = arrivals[0] as Arrival
    return withTx(context.db, async tx => {
      await lockKey(tx, ...arrivals.flatMap(keysOf).toSorted())
      const stored = await Promise.allSettled(arrivals.map(store))
      const there = arrivals.filter((_, i) => stored[i]?.status === 'fulfilled').map(a => a.prepared)
      const ids = await recordAllPrepared(tx, there, context.clock())
      return arrivals.map((a, i) => {
        const one = stored[i]
        return one?.status === 'fulfilled' ? { result: ids[there.indexOf(a.prepared)] as number } : { error: one?.reason }
      })
    })
  }),
)

const realFile = (): SdcError =>
  new SdcError(
    'ingest/real-file',
    'this home belongs to a simulated mission and takes nothing but what its spacecraft send: real and simulated files never mix; use a home of its own (apsis up, or --home DIR)',
  )

/** What is wrong beside the name is said first: it helps more than the list of names that would fit. */
async function nameless(landed: Landed, reason: string): Promise<SdcError> {
  if (landed.size === 0) return new SdcError('ingest/empty', `the file is empty; and ${reason}`)
  const lack = await describeLack(landed.temporary)
  return lack === undefined ? new SdcError('ingest/unknown-name', reason) : new SdcError('ingest/unfit-content', `${lack}; and ${reason}`)
}

interface Known {
  readonly id: number
  readonly name: string
  readonly sha256: string
  readonly same: boolean
}

async function lookUp(context: IngestContext, identity: Identity, landed: Landed): Promise<Known | undefined> {
  const row = await findFileShared(context.db, identity.mission.id, identity.name)
  if (row !== undefined) return { id: row.id, name: row.name, sha256: row.sha256, same: row.sha256 === landed.sha256 }
  // Bytes that an adapter recognised get a fresh name each time: the same delivery again is found by its hash.
  const twin = identity.adopted ? await findBytes(context.db, identity.mission.id, identity.dataset, landed.sha256) : undefined
  return twin === undefined ? undefined : { ...twin, sha256: landed.sha256, same: true }
}

const takenError = (known: Known): SdcError =>
  new SdcError(
    'ingest/name-taken',
    `${known.name} is held already with other bytes (sha256 ${known.sha256.slice(0, 12)}…); a correction needs a higher version`,
  )

/** Another process recorded the same name meanwhile. The store holds one copy per name, so its bytes are ours. */
async function presentAfterRace(context: IngestContext, identity: Identity, landed: Landed): Promise<IngestOutcome> {
  const known = await lookUp(context, identity, landed)
  if (known?.same !== true)
    return fail('ingest/race', `${identity.name} is being recorded by another process: try again`, { name: identity.name })
  return { outcome: 'present', mission: identity.mission.id, name: known.name, file: known.id }
}

const isUniqueViolation = (error: unknown): boolean => (error as { code?: unknown }).code === '23505'

/** {@link recordAllPrepared} for one. */
export const recordPrepared = async (tx: Tx, prepared: Prepared, at: number): Promise<number> =>
  (await recordAllPrepared(tx, [prepared], at))[0] as number

/** Rows, lineage and events of prepared files, in the caller's transaction; their ids in order. */
export async function recordAllPrepared(tx: Tx, prepared: readonly Prepared[], at: number): Promise<readonly number[]> {
  const files: NewFile[] = []
  for (const mission of new Set(prepared.map(p => p.file.mission))) {
    const own = prepared.map(p => p.file).filter(f => f.mission === mission)
    const unknown = own.flatMap(f => f.parents).filter(p => p.file === undefined)
    const names = [...new Set(unknown.flatMap(p => [p.name, `${p.name}.cdf`]))]
    const held = new Map((await idsByNames(tx, mission, names)).map(r => [r.name, r.id]))
    const idOf = (p: Parent): number | undefined => p.file ?? held.get(p.name) ?? held.get(`${p.name}.cdf`)
    files.push(...own.map(file => ({ ...file, parents: file.parents.map(p => ({ ...p, file: idOf(p) })) })))
  }
  const ids = new Map((await recordFiles(tx, files, at)).map((id, i) => [nameOf(files[i] as NewFile), id]))
  for (const { file, events } of prepared) {
    const id = ids.get(nameOf(file)) as number
    await recordMissionEvents(tx, { ...file, id, complete: typeof file.content['events'] === 'number' }, events)
  }
  return prepared.map(({ file }) => ids.get(nameOf(file)) as number)
}

const nameOf = ({ mission, name }: NewFile): string => `${mission} ${name}`

async function refuse(
  context: IngestContext,
  landed: Landed,
  name: string,
  actor: string,
  identity: Identity | undefined,
  error: SdcError,
): Promise<IngestOutcome> {
  // A name may be as long as the file system allows; with the hash before it, it would be longer.
  const kept = join(context.quarantine, `${landed.sha256.slice(0, 12)}-${Buffer.byteLength(name) > 240 ? name.slice(0, 60) : name}`)
  await moveFile(landed.temporary, kept)
  const refusal = {
    mission: identity?.mission.id,
    name,
    size: landed.size,
    sha256: landed.sha256,
    path: kept,
    code: error.code,
    reason: error.message,
    actor,
  }
  await recordRefusal(context.db, refusal, context.clock())
  return { outcome: 'quarantined', name, code: error.code, reason: error.message }
}

export type { Origin }
