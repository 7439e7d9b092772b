import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mission } from '#domain/mission'
import { fail } from '#error'
import { loadMission } from '#services/missions'

const pattern = fileURLToPath(new URL('new-mission', import.meta.url))

/** In the pattern's texts and file names `moth` (and `Moth`) stands for the mission's word. */
const rename = (text: string, id: string): string => text.replaceAll('moth', id).replaceAll('Moth', id[0]?.toUpperCase() + id.slice(1))

export interface NewMission {
  readonly mission: Mission
  /** Names inside the folder. */
  readonly files: readonly string[]
  /** The example delivery among them. */
  readonly example: string
}

/**
 * Copies the pattern folder beside this file, with the new mission's word in it. Throws `mission/bad-name` where the folder's
 * name cannot be a mission's word, `mission/exists` where it holds something already.
 */
export async function createMission(dir: string): Promise<NewMission> {
  const folder = resolve(dir)
  const id = basename(folder)
  if (!/^[a-z][a-z0-9]*$/.test(id))
    fail('mission/bad-name', `"${id}" cannot be a mission's word: it begins file names, so use small letters and digits, a letter first`, {
      id,
    })
  const present = await readdir(folder).catch((): readonly string[] => [])
  if (present.length > 0) fail('mission/exists', `${folder} holds ${present.length} files already; choose a new folder`, { folder })
  const files: string[] = []
  for (const path of await listPattern()) {
    const text = await readFile(join(pattern, path), 'utf8')
    const target = rename(path, id)
    await mkdir(dirname(join(folder, target)), { recursive: true })
    await writeFile(join(folder, target), rename(text, id))
    files.push(target)
  }
  const example = files.find(file => file.startsWith('examples/')) ?? ''
  return { mission: await loadMission(folder), files, example }
}

async function listPattern(): Promise<readonly string[]> {
  const entries = await readdir(pattern, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(pattern, join(entry.parentPath, entry.name)))
    .sort()
}
