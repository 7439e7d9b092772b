import { chmod, mkdir, readdir, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Mission, Process } from '#domain/mission'
import { declaredCodes } from '#domain/process'
import type { JobFile } from '#domain/process'
import { fail } from '#error'
import type { Attempt } from '#services/pipeline'
import type { ProgramContext } from './context.ts'
import type { TryFolders } from './folders.ts'
import { inLegacyStyle } from './legacy.ts'
import { limitsOf, runsInside } from './limits.ts'
import type { ProgramOrder } from './port.ts'

/** The command line of a process: built-in programs by their source file, others relative to the mission's folder. */
export function commandOf(process_: Process, mission: Mission, builtins: Readonly<Record<string, string>>): readonly string[] {
  const { program } = process_
  if (program.kind === 'builtin')
    return [
      process.execPath,
      builtins[program.name] ?? fail('executor/unknown-builtin', `there is no built-in program ${program.name}`, { name: program.name }),
    ]
  return program.command.map((word, i) => {
    if (i === 0 && word === 'node') return process.execPath
    const inside = join(mission.folder, word)
    return existsSync(inside) ? inside : word
  })
}

/** Where a built-in program is to run inside its worker, the file that it is. */
function moduleOf(process_: Process, builtins: Readonly<Record<string, string>>): { readonly module?: string } {
  const { program } = process_
  const file = program.kind === 'builtin' && runsInside(process_) ? builtins[program.name] : undefined
  return file === undefined ? {} : { module: file }
}

/** What every program finds in its environment, wherever it runs. */
export const programEnvironment = { LANG: 'C.UTF-8', TZ: 'UTC' } as const

/** Makes the folders of a try, writes its job file and says what is to be run. */
export async function prepareTry(
  context: ProgramContext,
  { folders, mission, process: process_ }: { readonly folders: TryFolders; readonly mission: Mission; readonly process: Process },
  jobFile: JobFile,
): Promise<ProgramOrder> {
  const { work, scratch } = folders
  // A cache of its own, or a program could lay compiled code under another's name.
  const cache = join(context.compileCache, `${mission.id}-${process_.id}`)
  const inside = moduleOf(process_, context.builtins)
  const made = inside.module === undefined ? [work, scratch, cache] : [work, scratch]
  for (const folder of made) await mkdir(folder, { recursive: true })
  await writeFile(folders.jobFile, JSON.stringify(jobFile, null, 1))
  const order: ProgramOrder = {
    name: folders.name,
    command: commandOf(process_, mission, context.builtins),
    ...inside,
    folder: work,
    scratch,
    reads: [
      ...new Set([...context.sources, ...context.code.common.filter(existsSync), mission.folder, jobFile.missionFolder]),
      folders.jobFile,
      ...jobFile.inputs.map(i => i.path),
    ],
    writes: [cache],
    environment: {
      ...programEnvironment,
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: scratch,
      TMPDIR: scratch,
      NODE_COMPILE_CACHE: cache,
      APSIS_JOB: folders.jobFile,
    },
    log: folders.log,
    limits: limitsOf(process_),
    exitCodes: declaredCodes(process_.exits),
    network: context.open.includes(process_.id),
  }
  const { program } = process_
  return program.kind === 'run' && program.style === 'legacy' ? inLegacyStyle(order, folders, mission, jobFile) : order
}

/** Folders of tries whose worker was killed: they are given up for dead, and nobody else would clear up after them. */
export async function removeOtherTries(staging: string, attempt: Attempt): Promise<void> {
  if (attempt.number === 1) return
  const own = `job-${attempt.job.id}-try-${attempt.number}`
  for (const name of await readdir(staging))
    if (name.startsWith(`job-${attempt.job.id}-try-`) && name !== own) await removeFolder(join(staging, name)).catch(() => undefined)
}

/** Also a folder that a program has closed to its owner. */
export async function removeFolder(folder: string): Promise<void> {
  await removeTree(folder).catch(() => removeClosed(folder))
}

/** `rm` looks at each entry twice and tries folders before they are empty: twice the calls. */
async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (entries === undefined) return
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await removeTree(path)
    else await unlink(path)
  }
  await rmdir(folder)
}

async function removeClosed(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(async () => {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o700)
    await rm(folder, { recursive: true, force: true })
  })
}

/** What a try left in its working folder, with sizes: the first hundred. */
export async function listLeft(work: string): Promise<readonly { readonly name: string; readonly size: number }[]> {
  const names = (await readdir(work).catch((): string[] => [])).toSorted().slice(0, 100)
  return Promise.all(names.map(async name => ({ name, size: (await stat(join(work, name)).catch(() => undefined))?.size ?? 0 })))
}
