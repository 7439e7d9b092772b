import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderFile } from '#domain/sim'
import { simulator } from '#services/ingest'
import { loadMissions } from '#services/missions'
import { openFlight, planFlight } from './flight.ts'
import type { FlightOrder } from './flight.ts'

/**
 * The simulated spacecraft and their ground station, a process of their own: told a delivery's number, they write its files into the drop
 * folder as a real sender would, under another name first.
 */
const {
  order,
  missions,
  drop: folder,
} = JSON.parse(process.env['APSIS_FLIGHT'] ?? '{}') as { order: FlightOrder; missions: string; drop: string }
const drop = join(folder, simulator)
await mkdir(drop, { recursive: true })
const mission = (await loadMissions(missions)).find(m => m.id === order.mission)
if (mission === undefined) throw new Error(`there is no mission ${order.mission}`)
const deliveries = planFlight(mission, order)
const flight = openFlight(mission, order.seed)

async function deliver(index: number): Promise<void> {
  const paths: string[] = []
  for (const file of deliveries[index]?.files ?? []) {
    const path = join(drop, file.name)
    await writeFile(`${path}.part`, renderFile(flight, file))
    paths.push(path)
  }
  for (const path of paths) await rename(`${path}.part`, path)
}

process.on('message', (index: number) => void deliver(index).then(() => process.send?.(index)))
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the parent decides when this ends.
process.on('SIGINT', () => undefined)
process.send?.('ready')
