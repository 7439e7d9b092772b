import { renderAttitude, renderContacts, renderEphemeris } from './ancillary.ts'
import type { PlannedFile } from './plan.ts'
import { recordTelemetry, type Flight } from './telemetry.ts'

/** The bytes of a planned file; equal for equal flights and plans. Five hours of telemetry of one spacecraft take about half a second. */
export function renderFile(flight: Flight, file: PlannedFile): Uint8Array {
  const { world } = flight
  switch (file.kind) {
    case 'telemetry':
      return recordTelemetry(flight, file.craft, file.from, file.to)
    case 'ephemeris':
      return toBytes(renderEphemeris(world, file))
    case 'attitude':
      return toBytes(renderAttitude(world, file))
    case 'contacts':
      return toBytes(renderContacts(world, file))
  }
}

/** Octets of a text that is all ASCII. */
function toBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
