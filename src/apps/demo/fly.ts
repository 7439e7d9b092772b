import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Home } from '#apps/home'
import { missionsFolder, setDemoClock, waitUntilIdle } from '#apps/system'
import type { System } from '#apps/system'
import { SdcError, fail } from '#error'
import { utcMsFromTt2000 } from '#formats/time'
import type { Mission } from '#domain/mission'
import { planFlight } from './flight.ts'
import type { FlightOrder } from './flight.ts'
import { openGroundLoop } from './ground-loop.ts'

/** How far a flight has come; kept in the home, so that a second `demo` goes on. */
export interface FlightLog {
  readonly order: FlightOrder
  /** Deliveries made. */
  readonly delivered: number
}

const logPath = (home: Home): string => join(home.dir, 'flight.json')

/** The flight that a home has begun; undefined in a new one. */
export async function readFlightLog(home: Home): Promise<FlightLog | undefined> {
  const text = await readFile(logPath(home), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as FlightLog)
}

async function writeFlightLog(home: Home, log: FlightLog): Promise<void> {
  await writeFile(`${logPath(home)}.new`, JSON.stringify(log))
  await rename(`${logPath(home)}.new`, logPath(home))
}

const program = fileURLToPath(new URL('spacecraft.ts', import.meta.url))

/** The mission that can be flown: the first with a simulation. */
export const simulatedMission = (missions: readonly Mission[]): Mission =>
  missions.find(m => m.simulation !== undefined) ?? fail('demo/no-simulation', 'no mission folder describes a simulation')

export interface FlyOptions {
  readonly system: System
  readonly order: FlightOrder
  readonly delivered: number
  readonly say: (line: string) => void
  readonly stop: AbortSignal
}

/** Lets the spacecraft deliver, one contact of all after the other; each is worked off before the next, so that its products are seen to come. */
export async function flyMission({ system, order, delivered, say, stop }: FlyOptions): Promise<void> {
  const { home } = system
  const mission = simulatedMission(system.missions)
  const deliveries = planFlight(mission, order)
  if (delivered >= deliveries.length) return endFlight(home, order)
  const loop = await openGroundLoop(system, mission, order, say)
  const spacecraft = startSpacecraft(home, order)
  try {
    await hear(spacecraft, stop)
    for (const [index, delivery] of deliveries.entries()) {
      if (index < delivered || stop.aborted) continue
      const at = utcMsFromTt2000(delivery.at)
      setDemoClock(home, at)
      const { contact } = delivery
      if (contact !== undefined && deliveries[index - 1]?.contact?.number !== contact.number) await loop?.prepare(at)
      spacecraft.send(index)
      await hear(spacecraft, stop)
      const burst = (await loop?.pass(delivery, at)) ?? []
      if (burst.length > 0) {
        spacecraft.send(burst)
        await hear(spacecraft, stop)
      }
      await writeFlightLog(home, { order, delivered: index + 1 })
      const last = contact === undefined || deliveries[index + 1]?.contact?.number !== contact.number
      if (contact !== undefined && last)
        say(`contact ${contact.number} of ${order.contacts}, ${new Date(at).toISOString().slice(0, 16)}Z: its files are in`)
      if (!last) continue
      await loop?.report(at)
      await waitUntilIdle(system, stop)
      if (!stop.aborted && (await loop?.select()) === true) await waitUntilIdle(system, stop)
    }
    if (!stop.aborted) endFlight(home, order)
  } finally {
    if (spacecraft.connected) spacecraft.disconnect()
  }
}

/** A flight that ends now goes on in real time; one of another day stays there. */
const endFlight = (home: Home, { end }: FlightOrder): void => setDemoClock(home, Date.now() - end < 3_600_000 ? Date.now() : end)

const startSpacecraft = (home: Home, order: FlightOrder): ChildProcess =>
  fork(program, {
    env: { ...process.env, APSIS_FLIGHT: JSON.stringify({ order, missions: missionsFolder(process.env), drop: home.drop }) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })

/** The next word of the spacecraft's process. */
async function hear(spacecraft: ChildProcess, stop: AbortSignal): Promise<void> {
  const ended = new AbortController()
  const either = AbortSignal.any([ended.signal, stop])
  const exit = once(spacecraft, 'exit', { signal: either }).then(() => {
    throw new SdcError(
      'demo/spacecraft-ended',
      'the simulated spacecraft ended by themselves; the demo goes on where it was when started again',
    )
  })
  try {
    await Promise.race([once(spacecraft, 'message', { signal: either }), exit])
  } catch (error) {
    if (!stop.aborted) throw error
  } finally {
    exit.catch(() => undefined)
    ended.abort()
  }
}
