import { renderAttitude, renderContacts, renderEphemeris, renderPrediction } from './ancillary.ts'
import type { PlannedFile } from './plan.ts'
import { recordBurst, recordTelemetry, type Flight } from './telemetry.ts'
import { renderOrbitList } from './orbit-list.ts'

/** The bytes of a planned file; equal for equal flights and plans. Five hours of telemetry of one spacecraft take about half a second. */
export const renderFile = (flight: Flight, file: PlannedFile): Uint8Array => renderers[file.kind](flight, file)

const renderers: Readonly<Record<PlannedFile['kind'], (flight: Flight, file: PlannedFile) => Uint8Array>> = {
  telemetry: (flight, { craft, from, to }) => recordTelemetry(flight, craft, from, to),
  burst: (flight, { craft, from, to }) => recordBurst(flight, craft, from, to),
  ephemeris: ({ world }, file) => toBytes(renderEphemeris(world, file)),
  attitude: ({ world }, file) => toBytes(renderAttitude(world, file)),
  prediction: ({ world }, file) => toBytes(renderPrediction(world, file)),
  contacts: ({ world }, file) => toBytes(renderContacts(world, file)),
  orbits: ({ world }, file) => toBytes(renderOrbitList(world, file)),
}

/** Octets of a text that is all ASCII. */
function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
