import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Mission } from '#domain/mission'
import { makeWorld, parseFieldCalibration, parsePlasmaCalibration, parseSimulation, planDeliveries } from '#domain/sim'
import type { Delivery, Flight, World } from '#domain/sim'
import { fail } from '#error'
import { tt2000FromUtcMs } from '#formats/time'
import { compileXtce, parseXtce } from '#formats/xtce'

/** What is flown: the same order gives the same bytes. */
export interface FlightOrder {
  readonly mission: string
  readonly seed: number
  /** UTC milliseconds of the simulated present. */
  readonly end: number
  readonly hours: number
  readonly contacts: number
}

/** Reads the mission's simulation; slow parts (packet definitions) only where a flight is to be rendered. */
export function planFlight(mission: Mission, order: FlightOrder): readonly Delivery[] {
  return planDeliveries(parametersOf(mission), { end: tt2000FromUtcMs(order.end), hours: order.hours, contacts: order.contacts })
}

export function openFlight(mission: Mission, seed: number): Flight {
  const read = (name: string): string => readFileSync(join(mission.folder, name), 'utf8')
  const { simulation } = parse(read('demo.yaml')) as { simulation: Record<'packets' | 'field' | 'plasma', string> }
  return {
    world: makeWorld(parametersOf(mission), seed),
    packets: compileXtce(parseXtce(read(simulation.packets))),
    calibrations: {
      field: parseFieldCalibration(parse(read(simulation.field))),
      ...parsePlasmaCalibration(parse(read(simulation.plasma))),
    },
  }
}

/** The simulated world without instruments: where and when the spacecraft are. */
export const worldOf = (mission: Mission, seed: number): World => makeWorld(parametersOf(mission), seed)

function parametersOf(mission: Mission): ReturnType<typeof parseSimulation> {
  const name = mission.simulation ?? fail('demo/no-simulation', `mission ${mission.id} has no simulation to fly`)
  return parseSimulation(parse(readFileSync(join(mission.folder, name), 'utf8')))
}
