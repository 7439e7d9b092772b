import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { SdcError, fail } from '#error'
import { findBytes, findFile, idsByNames, recordFile, recordMissionEvents, recordRefusal } from '#services/catalog'
import { withTx } from '#services/db'
import type { Tx } from '#services/db'
import { moveFile } from '#services/store'
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
    if (delivery.consume === true) await rm(path, { force: true })
    return result
  } finally {
    await rm(landed.temporary, { force: true })
  }
}

async function takeIn(context: IngestContext, landed: Landed, name: string, actor: string, tries = 5): Promise<IngestOutcome> {
  if (context.simulated && actor !== simulator) return refuse(context, landed, name, actor, undefined, realFile())
  const identity = await identifyFile(context.db, context.missions, landed.temporary, name)
  if ('reason' in identity) return refuse(context, landed, name, actor, undefined, await nameless(landed, identity.reason))
  const known = await lookUp(context, identity, landed)
  if (known !== undefined) {
    if (known.same) return { outcome: 'present', mission: identity.mission.id, name: known.name, file: known.id }
    return refuse(context, landed, name, actor, identity, takenError(known))
  }
  try {
    const prepared = await verifyFile(context, identity, landed, { actor })
    const file = await withTx(context.db, async tx => {
      // Of two first versions of a partition each would take itself for the latest.
      const { path, mission, dataset, partition } = prepared.file
      await lockKey(tx, path, `${mission} ${dataset} ${partition}`)
      await context.store.put(path, landed.temporary, landed.sha256)
      return recordPrepared(tx, prepared, context.clock())
    })
    return { outcome: 'stored', mission: identity.mission.id, name: identity.name, file, findings: prepared.file.findings }
  } catch (error) {
    if (isUniqueViolation(error)) return presentAfterRace(context, identity, landed)
    if (!(error instanceof SdcError)) throw error
    // The name that the content was to get went to another delivery meanwhile: there is a next one.
    if (identity.adopted && error.code === 'store/taken' && tries > 1) return takeIn(context, landed, name, actor, tries - 1)
    return refuse(context, landed, name, actor, identity, error)
  }
}

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
  const row = await findFile(context.db, identity.mission.id, identity.name)
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

/** Row, lineage and event of a prepared file, in the caller's transaction. */
export async function recordPrepared(tx: Tx, prepared: Prepared, at: number): Promise<number> {
  const { file } = prepared
  const unknown = file.parents.filter(p => p.file === undefined)
  const held = new Map(
    (
      await idsByNames(
        tx,
        file.mission,
        unknown.flatMap(p => [p.name, `${p.name}.cdf`]),
      )
    ).map(r => [r.name, r.id]),
  )
  const parents = file.parents.map(p => {
    const id = p.file ?? held.get(p.name) ?? held.get(`${p.name}.cdf`)
    return { ...p, file: id }
  })
  const id = await recordFile(tx, { ...file, parents }, at)
  await recordMissionEvents(tx, { ...file, id, complete: typeof file.content['events'] === 'number' }, prepared.events)
  return id
}

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
