import { fail } from '#error'
import { fieldOf, type SaveContent } from '#formats/idlsave'
import { backStructureOf, backVariables, changeVariables, segmentChangesOf } from './back-structure.ts'
import { fomStructureOf, fomVariables } from './fom-structure.ts'
import type { BurstDocument } from './model.ts'

/** Whatever burst document a save file holds: FOMSTR, BAKSTR, or edits. Throws `burst/bad-structure`. */
export function burstDocumentOf(file: SaveContent): BurstDocument {
  const names = file.variables.map(variable => variable.name.toUpperCase())
  if (names.includes('BAKSTR')) return backStructureOf(file)
  const fomstr = file.variables.find(variable => variable.name.toUpperCase() === 'FOMSTR')?.value
  if (fomstr === undefined)
    return fail('burst/bad-structure', `it holds ${names.join(', ') || 'no variables'}, neither FOMSTR nor BAKSTR`, { names })
  const isChanges = fomstr.type === 'struct' && fieldOf(fomstr, 'observatoryid') !== undefined
  return isChanges ? segmentChangesOf(file) : fomStructureOf(file)
}

/** A burst document as the variables of a save file, as old clients read it. Throws `burst/bad-document` where IDL cannot hold it. */
export function saveVariables(document: BurstDocument): SaveContent['variables'] {
  if (document.form === 'fom-structure/1') return fomVariables(document)
  return document.form === 'back-structure/1' ? backVariables(document) : changeVariables(document)
}
