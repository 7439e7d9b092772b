import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { burstDocumentOf, type FomStructure } from '#domain/burst/files'
import { readSave } from '#formats/idlsave'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { readBurstTables } from '#test/burst'
import { factsOfFile, fileOfSelection, inForce, selectionOfFile, validateSelection } from './index.ts'

const tables = readBurstTables()

describe.skipIf(!sharedIsThere)(`the public sample of automated selections${sharedNote}`, () => {
  const file = sharedIsThere
    ? (burstDocumentOf(readSave(readFileSync(sharedPath('real', 'mms', 'sitl', 'abs_selections_sample.sav')))) as FomStructure)
    : undefined

  test('becomes a selection and a file again with nothing lost', () => {
    const selection = selectionOfFile(file!, 10, 4)
    expect(selection.segments.map(({ start, stop, spacecraft }) => [start, stop, spacecraft])).toContainEqual([736, 780, 15])
    const again = fileOfSelection(selection, file!)
    expect(selectionOfFile(again, 10, 4)).toEqual(selection)
    expect(again).toMatchObject({ cycles: file!.cycles, settings: file!.settings, uplinkflag: 0 })
    expect(again.segments.map(({ start, stop, fom }) => ({ start, stop, fom }))).toEqual(
      file!.segments.map(({ start, stop, fom }) => ({ start, stop, fom })),
    )
  })

  test('passes validation but for what a machine cannot know', () => {
    const selection = selectionOfFile(file!, 10, 4)
    const facts = { madeAt: 1_800_000_000, automatic: selection, ...factsOfFile(file!, tables.spacecraft) }
    expect(facts.oldest).toEqual([1_611_969_400, 1_611_969_400, 1_611_969_400, 1_611_969_400])
    expect(facts.received).toEqual([100, 100, 100, 100])
    const { findings } = validateSelection(tables, facts, selection)
    // Longer than usual, no comments, unchanged: all yellow.
    expect([...new Set(findings.map(finding => `${finding.rule} ${finding.class}`))].sort()).toEqual([
      'N10 yellow',
      'N20 yellow',
      'Y1 yellow',
    ])
    expect(inForce(tables.validation, facts.madeAt).nominalSegRange).toEqual([2, 35])
  })
})

test('what a file does not say is not known', () => {
  expect(factsOfFile({ metadatainfo: '', oldestavailableburstdata: 'MMS2=5' }, tables.spacecraft)).toEqual({
    oldest: [null, 5, null, null],
  })
})
