import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Process } from '#domain/mission'
import type { JobFile } from '#domain/process'
import { fail } from '#error'
import { filesByNames } from '#services/catalog'
import type { ChosenCode } from './code.ts'
import type { ExecutorContext } from './context.ts'
import { prepareTry, removeFolder } from './order.ts'
import type { ProgramEnd, ProgramOrder } from './port.ts'

/** A run of a job's program beside the pipeline: in staging, or to see whether it makes the same again. */
export interface RoomRun {
  readonly end: ProgramEnd
  readonly order: ProgramOrder
  /** Where the program wrote. */
  readonly work: string
}

/**
 * Runs a recorded job in a clean room: an empty folder, the chosen code, its inputs from the archive with their bytes checked against the
 * record. What `use` takes from the working folder stays; the room is removed.
 */
export async function runInRoom<T>(
  context: ExecutorContext,
  room: { readonly name: string; readonly code: ChosenCode; readonly process: Process; readonly jobFile: JobFile },
  use: (run: RoomRun) => Promise<T>,
): Promise<T> {
  const folder = join(context.staging, room.name)
  const [work, scratch, log] = [join(folder, 'work'), join(folder, 'scratch'), join(context.logs, `${room.name}.log`)]
  await rm(log, { force: true })
  await removeFolder(folder)
  await mkdir(folder, { recursive: true })
  try {
    const folders = { name: room.name, folder, work, scratch, jobFile: join(folder, 'job.json'), log }
    const jobFile = { ...room.jobFile, missionFolder: room.code.told.folder, scratch, inputs: await findInputs(context, room.jobFile) }
    const order = await prepareTry(context, { folders, mission: room.code.programs, process: room.process }, jobFile)
    const { executor } = context
    const end = await executor.wait(await executor.start(order), order, new AbortController().signal)
    if (end === undefined) return fail('executor/room', `the run of ${room.name} was left`)
    return await use({ end, order, work })
  } finally {
    await removeFolder(folder)
  }
}

/** Throws `executor/input-absent` and `executor/input-changed`. */
async function findInputs(context: ExecutorContext, { mission, inputs }: JobFile): Promise<JobFile['inputs']> {
  const rows = new Map(
    (
      await filesByNames(
        context.pipeline.db,
        mission,
        inputs.map(i => i.name),
      )
    ).map(r => [r.name, r]),
  )
  const found: JobFile['inputs'][number][] = []
  for (const input of inputs) {
    const row = rows.get(input.name) ?? fail('executor/input-absent', `the input ${input.name} is not in the ledger`)
    if (row.sha256 !== input.sha256) fail('executor/input-changed', `${input.name} is not the file that the record names: sha256 differs`)
    found.push({ ...input, path: await context.ingest.store.localPath(row.path) })
  }
  return found
}
