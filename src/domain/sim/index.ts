/**
 * A simulated mission: orbits, fields, plasma, instruments, packets and ancillary files, all of it a function of parameters,
 * seed and time. Times inside are TAI seconds since 1958; moments at the border are {@link Tt2000}.
 *
 *     const parameters = parseSimulation(yaml)
 *     const flight = { world: makeWorld(parameters, seed), calibrations, packets: compileXtce(parseXtce(xml)) }
 *     for (const delivery of planDeliveries(parameters, { end: now, hours: 24, contacts: 5 }))
 *       for (const file of delivery.files) write(file.name, renderFile(flight, file))
 *
 *     renderFile(flight, burstFile(parameters, { craft: 0, from, to, created }))     // a playback of burst buffers
 *     trueField(flight.world, spacecraft, tai)     // what the instruments should have seen: nT in GSE
 */
export type {
  Calibrations,
  ContactOf,
  FieldCalibration,
  LostContact,
  OrbitParameters,
  PlasmaCalibration,
  SimulationParameters,
  SpacecraftParameters,
} from './parameters.ts'
export { calibrationOn, parseFieldCalibration, parsePlasmaCalibration, parseSimulation } from './parse.ts'
export { burstFile, burstRegions, type Playback } from './burst.ts'
export { planDeliveries, type Delivery, type FlightPlan, type PlannedFile } from './plan.ts'
export type { PlannedContact } from './contact-plan.ts'
export { renderFile } from './render.ts'
export type { Flight } from './telemetry.ts'
export { damageStream, type Fault, type FaultRates } from './stream-faults.ts'
export { makeWorld, trueField, truePlasma, truePosition, trueRegion, trueSpectrum, trueState, type Region, type World } from './truth.ts'
export type { Moments, Species } from './plasma.ts'
