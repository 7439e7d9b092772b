/**
 * Burst selections as files: our own JSON with a published schema, and the IDL save files of the field.
 *
 *     const document = burstDocumentOf(readSave(bytes))          // FOMSTR, BAKSTR, or edits of segments
 *     parseBurstDocument(JSON.parse(text))                       // checked against docs/schemas/burst-selection.schema.json
 *     writeSave({ variables: saveVariables(document) })
 *     const selection = selectionOfFile(structure, 10, 4)         // of #domain/burst: to be edited and validated
 *     saveVariables(fileOfSelection(selection, automatic))       // as old clients read it
 */
export { recordEditsOf, segmentChangesFrom } from './changes.ts'
export { burstDocumentOf, saveVariables } from './documents.ts'
export { limitVariables } from './limits.ts'
export { burstSchema, parseBurstDocument } from './schema.ts'
export { automaticStructure, type AutomaticFrame } from './automatic-structure.ts'
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
