/**
 * A simulated mission: orbits, fields, plasma, instruments, packets and ancillary files, all of it a function of parameters,
 * seed and time. Times are TAI seconds since 1958 unless said otherwise.
 *
 *     const world = makeWorld(parseSimulation(yaml), seed)
 *     trueField(world, 'mms1', tai)                    // nT in GSE
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
export { makeWorld, truePlasma, truePosition, trueField, trueRegion, trueState, type Region, type World } from './truth.ts'
export type { Moments, Species } from './plasma.ts'
