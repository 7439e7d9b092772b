import { appendFile, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { archivePath, findProduct, identifyName } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { partitionAt } from '#domain/partition'
import type { JobFile } from '#domain/process'
import { compareVersions, formatVersion } from '#domain/version'
import { fail } from '#error'
import type { JobRow } from '#services/pipeline'
import type { TryFolders } from './folders.ts'
import type { ProgramOrder } from './port.ts'

/**
 * The calling style of programs that were written for the mission's first data center (its interface, section 6.3): folders in the
 * environment, inputs as arguments and under DATA_PATH_ROOT as the archive has them, and the program names its output itself, in
 * DROPBOX_ROOT.
 */
export async function inLegacyStyle(order: ProgramOrder, folders: TryFolders, mission: Mission, jobFile: JobFile): Promise<ProgramOrder> {
  const roots = {
    DATA_PATH_ROOT: join(folders.folder, 'data'),
    CAL_PATH_ROOT: join(folders.folder, 'cal'),
    HK_ROOT: join(folders.folder, 'hk'),
    LOG_PATH_ROOT: logRoot(folders),
  }
  for (const root of Object.values(roots)) {
    await rm(root, { recursive: true, force: true })
    await mkdir(root, { recursive: true })
  }
  const paths: string[] = []
  for (const input of jobFile.inputs) {
    const found = identifyName(mission, input.name)
    const place = found.product === undefined ? input.name : archivePath(found.product, found.spacecraft, found.start, input.name)
    const path = join(roots.DATA_PATH_ROOT, place)
    await mkdir(dirname(path), { recursive: true })
    await symlink(input.path, path)
    paths.push(path)
    // Programs that know such files by kind look for them by name alone.
    if (found.product?.kind === 'calibration') await symlink(input.path, join(roots.CAL_PATH_ROOT, input.name))
    if (found.product?.kind === 'telemetry') await symlink(input.path, join(roots.HK_ROOT, input.name))
  }
  return {
    ...order,
    command: [...order.command, ...paths],
    environment: { ...order.environment, ...roots, DROPBOX_ROOT: order.folder },
    reads: [...order.reads, roots.DATA_PATH_ROOT, roots.CAL_PATH_ROOT, roots.HK_ROOT],
    writes: [...order.writes, roots.LOG_PATH_ROOT],
  }
}

const logRoot = (folders: TryFolders): string => join(folders.folder, 'logs')

/** What the program wrote into logs of its own becomes part of the try's log. */
export async function keepOwnLogs(folders: TryFolders): Promise<void> {
  for (const entry of await readdir(logRoot(folders), { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile())
      await appendFile(folders.log, `\n== ${entry.name} ==\n${await readFile(join(entry.parentPath, entry.name), 'utf8')}`)
  }
}

/**
 * Finds the files that a program named itself and takes their names for the outputs': each must be of the output's product, spacecraft
 * and partition, and of a version that is not below the one that is free. Files in folders of the drop box are brought to its top. Throws
 * `executor/adopt` with what is missing or wrong.
 */
export async function adoptOutputs(
  mission: Mission,
  job: Pick<JobRow, 'outputs' | 'spacecraft' | 'partition'>,
  work: string,
): Promise<JobRow['outputs']> {
  const names = await flatten(work)
  return job.outputs.map(output => {
    const product = findProduct(mission, output.product)
    const mine = names.flatMap(name => {
      const found = identifyName(mission, name)
      return found.product !== undefined && found.product.id === product.id && found.spacecraft === job.spacecraft ? [{ name, found }] : []
    })
    const [only] = mine
    if (only === undefined)
      return fail('executor/adopt', `no ${product.id} was left in DROPBOX_ROOT; there is ${names.join(', ') || 'nothing'}`)
    if (mine.length > 1)
      return fail('executor/adopt', `several files of ${product.id} were left in DROPBOX_ROOT: ${mine.map(m => m.name).join(', ')}`)
    const { start, stop, version } = only.found
    const { key } = partitionAt(product.partition, start, stop)
    if (key !== job.partition) return fail('executor/adopt', `${only.name} is of ${key}, the job is of ${job.partition}`)
    if (compareVersions(version, output.version) < 0) {
      const free = formatVersion(product.scheme, output.version)
      return fail('executor/adopt', `${only.name} has a version that is taken or below one that is; the first that is free is ${free}`)
    }
    return { ...output, name: only.name, version }
  })
}

async function flatten(work: string): Promise<readonly string[]> {
  for (const entry of await readdir(work, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.parentPath !== work) await rename(join(entry.parentPath, entry.name), join(work, entry.name))
  for (const entry of await readdir(work, { withFileTypes: true }))
    if (entry.isDirectory()) await rm(join(work, entry.name), { recursive: true })
  return (await readdir(work)).toSorted((a, b) => (a < b ? -1 : 1))
}
