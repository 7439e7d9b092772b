/**
 * The text files of a mission's flight dynamics and operations: definitive orbit ephemeris (DEFEPH), definitive attitude
 * (DEFATT), the report of contacts, lists of mission events and timelines (XML). Readers check every line and throw `ephemeris/…` with the line's number;
 * write and then read gives the same value.
 *
 *     const orbit = readDefeph(text)      // time: TT2000, position: km and velocity: km/s in mean of J2000
 *     const attitude = readDefatt(text)   // time: TT2000, quaternion J2000 to body, rates, phases and directions in degrees
 */
export { readDefeph, writeDefeph, type Defeph, type DefephHeader } from './defeph.ts'
export {
  attitudeColumns,
  attitudeFlags,
  readDefatt,
  writeDefatt,
  type AttitudeColumn,
  type AttitudeFlag,
  type Defatt,
  type DefattHeader,
} from './defatt.ts'
export { contactStates, readContacts, writeContacts, type Contact, type ContactState, type Contacts } from './contacts.ts'
export { eventStates, readEventList, type EventState, type ListedEvent } from './events.ts'
export { readTimeline } from './timeline.ts'
export { formatCreation } from './day-time.ts'
