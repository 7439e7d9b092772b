import type { Mission } from '#domain/mission'
import type { CodeStore } from '#services/code'

const findOwner = (missions: readonly Mission[], name: string): Mission | undefined =>
  missions.find(m => m.id === name) ?? missions.find(m => m.processes.some(p => p.code === name))

/** The id of the mission whose processes run with a package. */
export const missionOfPackage = (missions: readonly Mission[], name: string): string => findOwner(missions, name)?.id ?? name

/** The code that a package runs with while none of its releases is in production: the folder of its mission, as it is now. */
export async function folderDigest(code: CodeStore, missions: readonly Mission[], name: string): Promise<string | undefined> {
  const mission = findOwner(missions, name)
  return mission === undefined ? undefined : code.snapshot(mission.folder)
}
