import type { FileFormat } from '#domain/mission'
import { verifyCcsds } from './ccsds.ts'
import { verifyCdf } from './cdf.ts'
import { verifyContacts, verifyDefatt, verifyDefeph } from './flight-dynamics.ts'
import { verifyBinary, verifyPng, verifyText } from './plain.ts'
import { verifyEvents } from './mission-events.ts'
import { verifySpice } from './spice.ts'
import type { Verify } from './verified.ts'

/** How each format is verified. A new format is a line here. */
export const verifiers: Readonly<Record<FileFormat, Verify>> = {
  cdf: verifyCdf,
  ccsds: verifyCcsds,
  defeph: verifyDefeph,
  defatt: verifyDefatt,
  contacts: verifyContacts,
  events: verifyEvents,
  spice: verifySpice,
  png: verifyPng,
  text: verifyText,
  binary: verifyBinary,
}
export type { ContentRules, Subject, Verified } from './verified.ts'
export { startVerifyThreads } from './threads.ts'
export type { VerifyThreads } from './threads.ts'
export { readValidity } from './validity.ts'
export { describeLack } from './cdf.ts'
