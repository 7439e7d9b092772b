/**
 * Burst selections as files: our own JSON with a published schema, and the IDL save files of the field.
 *
 *     const document = burstDocumentOf(readSave(bytes))          // FOMSTR, BAKSTR, or edits of segments
 *     parseBurstDocument(JSON.parse(text))                       // checked against docs/schemas/burst-selection.schema.json
 *     writeSave({ variables: saveVariables(document) })
 */
export { burstDocumentOf, saveVariables } from './documents.ts'
export { burstSchema, parseBurstDocument } from './schema.ts'
export type {
  AutomaticSettings,
  BackSegment,
  BackStructure,
  BurstDocument,
  DeclaredCounts,
  FailedFomStructure,
  FomSegment,
  FomStructure,
  OtherField,
  OtherFields,
  SegmentChange,
  SegmentChanges,
} from './model.ts'
