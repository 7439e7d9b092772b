import { join } from 'node:path'
import type { System } from '#apps/system'
import { burstFile, burstRegions, type Delivery, type PlannedFile } from '#domain/sim'
import type { Mission } from '#domain/mission'
import { tai1958FromTt2000, tt2000FromUtcMs } from '#formats/time'
import { addSelector, closeOverdue, listDuty, listWindows, relayByFolder, setDuty, tellSegments } from '#services/burst'
import { readBurstScript } from './burst-script.ts'
import { worldOf, type FlightOrder } from './flight.ts'
import { selectInWindow } from './sitl.ts'
import { passOver, readStation, recordBurst, takeCommands, writeStation } from './station.ts'

/** What people and the operations center do for burst between contacts, scripted. Times are UTC milliseconds. */
export interface GroundLoop {
  /** Before a contact of all spacecraft: deadlines have come, commands go up. */
  readonly prepare: (at: number) => Promise<void>
  /** A contact of one spacecraft: the burst files that come down. */
  readonly pass: (delivery: Delivery, at: number) => Promise<readonly PlannedFile[]>
  /** After a contact of all: reports are taken. */
  readonly report: (at: number) => Promise<void>
  /** The scientist on duty looks at the windows that are open; answers whether anything was submitted. */
  readonly select: () => Promise<boolean>
}

/** Undefined where the mission's demo flies no burst. */
export async function openGroundLoop(
  { home, db, burstTables, pipeline: { clock } }: System,
  mission: Mission,
  order: FlightOrder,
  say: (line: string) => void,
): Promise<GroundLoop | undefined> {
  const script = readBurstScript(mission)
  if (script === undefined) return undefined
  const tables = await burstTables(mission)
  const world = worldOf(mission, order.seed)
  const begin = taiOf(order.end) - order.hours * 3600
  const folders = { in: join(home.dir, 'relay', 'in'), out: join(home.dir, 'relay', 'out') }
  const path = join(home.dir, 'burst-station.bin')
  const station = await readStation(path, tables, begin)
  const { person, leaves } = script.sitl
  const from = order.end - order.hours * 3_600_000
  if ((await listDuty(db, mission.id, from)).length === 0) {
    await addSelector(db, mission.id, person, 'sitl', 'demo', from)
    await setDuty(db, mission.id, { person, place: 'duty', from, to: order.end + 7 * 86_400_000 }, 'demo', from)
  }
  const relay = async (at: number): Promise<void> => void (await relayByFolder(db, tables, mission.id, folders, at))
  return {
    prepare: async at => {
      for (const { act, sentence } of await closeOverdue(db, async () => tables, mission.id, at))
        if (act === 'closed') say(`  burst: ${sentence}`)
      await tellSegments(db, tables, mission.id, at)
      await relay(at)
      await takeCommands(station, folders, taiOf(at))
      await writeStation(path, station)
    },
    pass: async ({ contact }, at) => {
      if (contact === undefined || contact.outcome === 'lost') return []
      const { craft, id } = contact
      const spacecraft = mission.spacecraft[craft]?.id ?? ''
      recordBurst(station, craft, burstRegions(world, begin, contact.stop), contact.stop)
      const { files, remarks } = await passOver(station, script, folders, { craft, id, spacecraft, at: taiOf(at) })
      for (const remark of remarks) say(`  burst: ${remark}`)
      await writeStation(path, station)
      return files.map(file => burstFile(world.parameters, file))
    },
    report: relay,
    select: async () => {
      const windows = (await listWindows(db, mission.id, 1000)).toSorted((a, b) => a.id - b.id)
      let selected = false
      for (const [i, window] of windows.entries()) {
        if (window.state !== 'open' || window.deadline <= clock() || leaves.includes(i + 1)) continue
        say(`  burst: window ${window.evaluation}: ${await selectInWindow(db, tables, window, script.sitl, clock())}`)
        selected = true
      }
      return selected
    },
  }
}

const taiOf = (utcMs: number): number => Math.floor(tai1958FromTt2000(tt2000FromUtcMs(utcMs)))
