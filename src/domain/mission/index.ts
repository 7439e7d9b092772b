export { formatFault } from './fault.ts'
export type { Fault } from './fault.ts'
export { consumersOf, graphLevels, makerOf, rankOf } from './graph.ts'
export { builtinPrograms, eventKinds } from './types.ts'
export { archivePath, datasetId, datasetsOf, fieldsOf, findProduct, identifyName, isPublic, packageOf, printName } from './names.ts'
export type { Identified, NameParts, NotIdentified } from './names.ts'
export { headBytes } from './identify.ts'
export type { Identify, RawDelivery, RawIdentity } from './identify.ts'
export { isMissionSheet, parseMission } from './parse.ts'
export { isProvenanceOf } from './provenance.ts'
export type { MissionFolder, Parsed } from './parse.ts'
export { readRecord, type Sheaf } from './record.ts'
export { addFault, entriesOf, itemsOf, kindOf, openSheet, textOf, valueOf, type Spot } from './sheet.ts'
export type {
  Dataset,
  EventKind,
  Expect,
  FileFormat,
  InputWindow,
  Instrument,
  IstpPolicy,
  Mission,
  PacketTime,
  Process,
  ProcessInput,
  ProcessOutput,
  Product,
  ProductKind,
  Program,
  Provenance,
  Validity,
  Schedule,
  Spacecraft,
  WaitPolicy,
} from './types.ts'
export { durationOf } from './words.ts'
