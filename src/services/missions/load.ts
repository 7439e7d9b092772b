import { readFile, readdir } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { parseBurstTables } from '#domain/burst-tables'
import { formatFault, isMissionSheet, parseMission } from '#domain/mission'
import type { Mission, Parsed, Process } from '#domain/mission'
import { SdcError, fail } from '#error'

/** Reads one mission folder; faults are values, for those who print them. Throws `mission/unreadable` where there is no such folder. */
export async function readMission(folder: string): Promise<Parsed> {
  const root = resolve(folder)
  const names = await listFiles(root)
  const files: Record<string, string> = {}
  for (const sheet of names) if (isMissionSheet(sheet)) files[sheet] = await readFile(join(root, sheet), 'utf8')
  const parsed = parseMission({ folder: root, files, exists: name => names.has(name) })
  const { mission } = parsed
  if (mission?.burst === undefined) return parsed
  // The tables are read when they are needed; their faults belong to the mission's.
  const ids = mission.spacecraft.map(({ id }) => id)
  const { faults } = parseBurstTables(mission.burst, await readFile(join(root, mission.burst), 'utf8'), ids)
  return faults === undefined ? parsed : { faults }
}

/** Processes as a release's own sheets say, over the mission and products of its folder. Throws `code/bad-rules` with every fault. */
export async function readRules(folder: string, release: string): Promise<readonly Process[]> {
  const [ours, theirs] = [await listFiles(folder), await listFiles(release)]
  const isRules = (sheet: string): boolean => sheet.startsWith('processes')
  const files: Record<string, string> = {}
  for (const sheet of ours) if (isMissionSheet(sheet) && !isRules(sheet)) files[sheet] = await readFile(join(folder, sheet), 'utf8')
  for (const sheet of theirs) if (isMissionSheet(sheet) && isRules(sheet)) files[sheet] = await readFile(join(release, sheet), 'utf8')
  const { mission, faults } = parseMission({ folder: release, files, exists: name => theirs.has(name) || ours.has(name) })
  if (mission !== undefined) return mission.processes
  return fail('code/bad-rules', `the release's own rules have faults:\n${faults.map(fault => `  ${formatFault(fault)}`).join('\n')}`, {
    release,
  })
}

/** Names of all files below a folder, with `/` between folders. */
async function listFiles(root: string): Promise<ReadonlySet<string>> {
  try {
    const entries = await readdir(root, { recursive: true, withFileTypes: true })
    return new Set(entries.filter(e => e.isFile()).map(e => relative(root, join(e.parentPath, e.name)).split(sep).join('/')))
  } catch (cause) {
    throw new SdcError('mission/unreadable', `the mission folder ${root} cannot be read`, { folder: root }, cause)
  }
}

/** Reads one mission folder; throws `mission/invalid` whose message and `detail.faults` list every fault with its place. */
export async function loadMission(folder: string): Promise<Mission> {
  const parsed = await readMission(folder)
  if (parsed.mission !== undefined) return parsed.mission
  const list = parsed.faults.map(fault => `  ${basename(resolve(folder))}/${formatFault(fault)}`).join('\n')
  return fail(
    'mission/invalid',
    `the mission folder ${resolve(folder)} has ${parsed.faults.length === 1 ? 'a fault' : `${parsed.faults.length} faults`}:\n${list}`,
    {
      folder: resolve(folder),
      faults: parsed.faults,
    },
  )
}

/**
 * Every sub-folder that holds a `mission.yaml`, in order of name. Throws `mission/invalid` for the first folder with faults,
 * `mission/none` where there is no mission, `mission/twice` where two folders bear one id.
 */
export async function loadMissions(dir: string): Promise<readonly Mission[]> {
  const folders = await missionFolders(dir)
  const missions: Mission[] = []
  for (const folder of folders) {
    const mission = await loadMission(folder)
    const other = missions.find(m => m.id === mission.id)
    if (other !== undefined)
      fail('mission/twice', `${mission.folder} and ${other.folder} are both the mission "${mission.id}"`, { mission: mission.id })
    missions.push(mission)
  }
  if (missions.length === 0) fail('mission/none', `${resolve(dir)} holds no mission folder: make one with "apsis mission new"`, { dir })
  return missions
}

/** Sub-folders with a `mission.yaml`; the folder itself where it is one. */
export async function missionFolders(dir: string): Promise<readonly string[]> {
  const names = await listNames(dir)
  if (names.includes('mission.yaml')) return [resolve(dir)]
  const found: string[] = []
  for (const name of names) {
    const inside = await readdir(join(dir, name)).catch((): readonly string[] => [])
    if (inside.includes('mission.yaml')) found.push(resolve(dir, name))
  }
  return found
}

async function listNames(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir)).sort()
  } catch (cause) {
    throw new SdcError('mission/unreadable', `the missions folder ${resolve(dir)} cannot be read`, { dir }, cause)
  }
}
