import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { findProduct } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { describeLess } from '#domain/process'
import { compareVersions } from '#domain/version'
import { SdcError, fail } from '#error'
import { findFile, findFileShared } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import { withTx } from '#services/db'
import { landBytes, lockKey, verifyFile } from '#services/ingest'
import type { Landed, Prepared } from '#services/ingest'
import { holdAttempt } from '#services/pipeline'
import type { Attempt, Ending, HeldOutput } from '#services/pipeline'
import { moveFile, removeFile } from '#services/store'
import { compareWithLatest } from './compare.ts'
import type { Comparison } from './compare.ts'
import type { ExecutorContext } from './context.ts'
import { clearHeld, heldFolder } from './held.ts'
import { identifyOutput, originOf } from './output.ts'

interface Output {
  readonly prepared: Prepared
  readonly landed: Landed
}

interface Compared extends Output {
  readonly with: Comparison
}

/**
 * Exactly the declared outputs, each verified by content; anything else is refused, so that nothing is silently left behind. Nothing is
 * published before all of them are verified.
 */
export async function collect(context: ExecutorContext, mission: Mission, attempt: Attempt, work: string): Promise<Ending> {
  const { outputs } = attempt.job
  const there = await readdir(work)
  const names = outputs.map(o => o.name)
  const absent = names.filter(n => !there.includes(n))
  if (absent.length > 0) return refuse(`exit 0, but ${absent.join(', ')} was not written`)
  const stray = there.filter(n => !names.includes(n))
  if (stray.length > 0) return refuse(`exit 0, but undeclared files were written: ${stray.join(', ')}`)
  const landed: Landed[] = []
  try {
    const ready: Output[] = []
    for (const output of outputs) {
      // A link would let a program publish what it cannot read, a pipe would be waited for.
      if (!(await lstat(join(work, output.name))).isFile()) return refuse(`${output.name} is not a regular file`)
      const bytes = await landBytes(join(work, output.name), context.ingest.incoming)
      landed.push(bytes)
      const prepared = await verifyOutput(context, mission, attempt, output, bytes)
      if (prepared instanceof SdcError) return refuse(`${output.name}: ${prepared.message}`)
      ready.push({ prepared, landed: bytes })
    }
    return await decide(context, mission, attempt, ready)
  } finally {
    for (const { temporary } of landed) await removeFile(temporary)
  }
}

/** Publishes what is new, keeps the published file where nothing in science changed, and holds everything where something would be lost. */
async function decide(context: ExecutorContext, mission: Mission, attempt: Attempt, ready: readonly Output[]): Promise<Ending> {
  const compared: Compared[] = []
  for (const output of ready) {
    const { scheme } = findProduct(mission, output.prepared.file.product)
    compared.push({ ...output, with: await compareWithLatest(context.pipeline.db, output.prepared, scheme.parts.indexOf('interface')) })
  }
  if (compared.some(c => c.with.kind === 'less')) return layAside(context, attempt, compared)
  const fresh = compared.flatMap(c => (c.with.kind === 'new' ? [{ ...c, newest: c.with.newest }] : []))
  for (const output of fresh) await publish(context, attempt, output, output.newest)
  const kept = compared.flatMap(c => (c.with.kind === 'same' ? [{ dataset: c.prepared.file.dataset, file: c.with.file.id }] : []))
  return { outcome: 'made', files: fresh.map(r => r.prepared), kept }
}

/** Bytes go to a side area that nobody downloads from, until a person releases or rejects them. */
async function layAside(context: ExecutorContext, attempt: Attempt, compared: readonly Compared[]): Promise<Ending> {
  await clearHeld(context)
  const folder = heldFolder(context, attempt.job.id)
  await mkdir(folder, { recursive: true })
  const outputs: HeldOutput[] = []
  const losses: string[] = []
  for (const { prepared, landed, with: comparison } of compared) {
    const { name, dataset, size, sha256 } = prepared.file
    const path = join(folder, name)
    await moveFile(landed.temporary, path)
    const less = comparison.kind === 'less' ? comparison.less : []
    const replaces = comparison.kind === 'new' ? undefined : comparison.file.id
    outputs.push({ name, dataset, path, size, sha256, replaces, less })
    if (comparison.kind === 'less') losses.push(`${name} holds less than ${comparison.file.name}: ${describeLess(less)}`)
  }
  return { outcome: 'held', message: losses.join('; '), outputs }
}

const refuse = (message: string): Ending => ({ outcome: 'refused', message })

async function verifyOutput(
  context: ExecutorContext,
  mission: Mission,
  attempt: Attempt,
  output: Attempt['job']['outputs'][number],
  landed: Landed,
): Promise<Prepared | SdcError> {
  return verifyFile(context.ingest, identifyOutput(mission, output), landed, originOf(attempt.job)).catch((error: unknown) => {
    if (error instanceof SdcError) return error
    throw error
  })
}

/**
 * Brings an output to the store. What a try of this cell that came to nothing left there under the same name gives way: no row names it.
 * That is decided while the try is held, so that a try that was given up for dead cannot do it to a live one.
 */
async function publish(
  context: ExecutorContext,
  attempt: Attempt,
  { prepared, landed }: Output,
  newest: FileRow | undefined,
): Promise<void> {
  const { store } = context.ingest
  const { path, sha256 } = prepared.file
  const { mission, name, version } = prepared.file
  // A name says its version: where the newest one is lower, none has this name.
  const isLast = newest === undefined || compareVersions(newest.version, version) < 0
  if (!isLast) refuseRecorded(name, await findFileShared(context.pipeline.db, mission, name))
  try {
    await store.put(path, landed.temporary, sha256)
  } catch (error) {
    if (!(error instanceof SdcError) || error.code !== 'store/taken') throw error
    await withTx(context.pipeline.db, async tx => {
      await lockKey(tx, path)
      await holdAttempt(tx, attempt)
      refuseRecorded(name, await findFile(tx, mission, name))
      context.log.warn({ act: 'orphan', job: attempt.job.id, path }, 'bytes that no row names give way to this output')
      await store.remove(path)
      await store.put(path, landed.temporary, sha256)
    })
  }
}

/** A file that was delivered under the output's name meanwhile stays what it is. */
function refuseRecorded(name: string, row: FileRow | undefined): void {
  if (row !== undefined) fail('executor/name-taken', `${name} is recorded already, from ${row.actor}`, { name })
}
