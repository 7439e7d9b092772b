import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { renderFile } from '#domain/sim'
import type { PlannedFile } from '#domain/sim'
import { simulator } from '#services/ingest'
import { loadMissions } from '#services/missions'
import { openFlight, planFlight } from './flight.ts'
import type { FlightOrder } from './flight.ts'

/**
 * The simulated spacecraft and their ground station, a process of their own: told a delivery's number, or files (what is played back), they
 * write them into the drop folder as a real sender would, under another name first.
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

async function deliver(files: readonly PlannedFile[]): Promise<void> {
  const paths: string[] = []
  for (const file of files) {
    const path = join(drop, file.name)
    await writeFile(`${path}.part`, renderFile(flight, file))
    paths.push(path)
  }
  for (const path of paths) await rename(`${path}.part`, path)
}

process.on('message', (order: number | readonly PlannedFile[]) => {
  void deliver(typeof order === 'number' ? (deliveries[order]?.files ?? []) : order).then(() => process.send?.('delivered'))
})
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the parent decides when this ends.
process.on('SIGINT', () => undefined)
process.send?.('ready')
