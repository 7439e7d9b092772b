import { join } from 'node:path'
import type { Mission, Process } from '#domain/mission'
import { judgeExit } from '#domain/process'
import { SdcError } from '#error'
import { identifyOutput } from '#services/executor'
import type { ExecutorContext, RoomRun } from '#services/executor'
import { verifyFile } from '#services/ingest'
import type { Prepared } from '#services/ingest'
import type { JobRow } from '#services/pipeline'
import { hashFile } from '#services/store'
import { stat } from 'node:fs/promises'

/** How a run in a room ended, in the words of a try. */
export type RoomEnding =
  | { readonly outcome: 'made' | 'no-data'; readonly message: string | undefined }
  | { readonly outcome: 'failed'; readonly message: string }

export function judgeRoom(process: Process, { end, order }: RoomRun): RoomEnding {
  const { exitCode } = end
  if (end.lost !== undefined) return { outcome: 'failed', message: end.lost }
  if (end.cut !== undefined) return { outcome: 'failed', message: `ended by its limit of ${end.cut}` }
  const verdict = exitCode === undefined ? undefined : judgeExit(process.exits, exitCode)
  if (verdict === 'success' || verdict === 'warning') return { outcome: 'made', message: undefined }
  if (verdict === 'noData') return { outcome: 'no-data', message: end.lastLine }
  const how = exitCode === undefined ? (end.signal ?? 'it did not start') : `exit ${exitCode}`
  return { outcome: 'failed', message: `${how}: ${end.lastLine} (all it said: ${order.log})` }
}

/** One output as the program wrote it, verified as any file is; a sentence where it is not sound. */
export async function readOutput(
  context: ExecutorContext,
  mission: Mission,
  output: JobRow['outputs'][number],
  work: string,
): Promise<Prepared | string> {
  const path = join(work, output.name)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return `${output.name} was not written`
  const { sha256, size } = await hashFile(path)
  const landed = { temporary: path, sha256, size, modified: found.mtimeMs }
  return verifyFile(context.ingest, identifyOutput(mission, output), landed, { actor: 'room', parents: [] }).catch((error: unknown) => {
    if (error instanceof SdcError) return `${output.name}: ${error.message}`
    throw error
  })
}
