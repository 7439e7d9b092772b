import type { BurstTables } from '#domain/burst'
import { fail } from '#error'
import type { System } from '#apps/system'
import { actorOf } from './actor.ts'
import { inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** What every command of the desk takes. */
export interface DeskOptions extends HomeOptions {
  readonly mission?: string
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** What every command of the desk works with. */
export interface Desk {
  readonly system: System
  readonly mission: string
  readonly tables: BurstTables
  readonly now: number
  /** Who acts: a token's name, which needs the role team, or the system's user; what they may do is their role in selection. */
  readonly actor: () => Promise<string>
}

/** Opens the home and the mission that selects burst, and acts. Throws `sitl/no-mission`. */
export async function atDesk(options: DeskOptions, act: (desk: Desk) => Promise<void>): Promise<void> {
  await inHome('sitl', options, async system => {
    const able = system.missions.filter(mission => mission.burst !== undefined)
    const mission = options.mission === undefined ? able[0] : able.find(({ id }) => id === options.mission)
    if (mission === undefined || (options.mission === undefined && able.length > 1))
      return fail('sitl/no-mission', `say which mission selects burst: --mission ${able.map(({ id }) => id).join(' or ') || '(none does)'}`)
    return act({
      system,
      mission: mission.id,
      tables: await system.burstTables(mission),
      now: system.pipeline.clock(),
      actor: () => actorOf(system.db, process.env, 'team'),
    })
  })
}
