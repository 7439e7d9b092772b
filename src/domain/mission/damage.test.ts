import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleFiles } from '#test/sample-mission'
import { datasetsOf, formatFault, parseMission } from './index.ts'

const names = Object.keys(sampleFiles)
const junk = fc.constantFrom('', '[', '}', ': ', '- x', '{ a: 1 }', '~', '7', '&a', '*a', '!!binary x', '"', 'null:', '<<: *a', '\t')

/** Whatever is done to a mission folder, the answer is a whole mission or faults inside the text, never an exception. */
function judge(files: Readonly<Record<string, string>>): void {
  const parsed = parseMission({ folder: '/m', files, exists: () => true })
  if (parsed.mission !== undefined) {
    const ids = datasetsOf(parsed.mission).map(dataset => dataset.id)
    expect(ids.every(id => id.length > 0)).toBe(true)
    return
  }
  expect(parsed.faults.length).toBeGreaterThan(0)
  for (const fault of parsed.faults) {
    const lines = (files[fault.file] ?? '').split('\n')
    expect(fault.line).toBeGreaterThanOrEqual(1)
    expect(fault.line).toBeLessThanOrEqual(lines.length)
    expect(fault.column).toBeGreaterThanOrEqual(1)
    expect(fault.message).not.toBe('')
  }
}

test('tags that YAML does not know are faults', () => {
  const text = (sampleFiles['mission.yaml'] ?? '').replace('title: Duo\n', 'title: !secret Duo\n')
  expect(parseMission({ folder: '/m', files: { ...sampleFiles, 'mission.yaml': text } }).faults?.map(formatFault)).toEqual([
    'mission.yaml:2:8: not YAML: Unresolved tag: !secret (what follows in this file was not read)',
  ])
})

test.each([
  ['title: *nobody', 'mission.yaml:2:8: no anchor &nobody stands before *nobody'],
  ['title: &self [*self]', 'mission.yaml:2:15: *self stands inside of what it stands for'],
  ['<<: Duo', 'mission.yaml:2:1: only keys with values can be merged (write <<: *name)'],
])('%s leads nowhere', (line, fault) => {
  const text = (sampleFiles['mission.yaml'] ?? '').replace('title: Duo', line)
  expect(parseMission({ folder: '/m', files: { ...sampleFiles, 'mission.yaml': text } }).faults?.map(formatFault)).toEqual([fault])
})

describe('a damaged mission folder', () => {
  const place = fc.record({ name: fc.constantFrom(...names), at: fc.nat(3000), length: fc.nat(40), junk })

  test('with a stretch of text replaced', () => {
    fc.assert(
      fc.property(place, ({ name, at, length, junk }) => {
        const text = sampleFiles[name] ?? ''
        const from = at % text.length
        judge({ ...sampleFiles, [name]: text.slice(0, from) + junk + text.slice(from + length) })
      }),
      { numRuns: 250 },
    )
  })

  test('with a line lost, doubled or moved in', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(60), fc.constantFrom('lost', 'doubled', 'indented'), (name, at, how) => {
        const lines = (sampleFiles[name] ?? '').split('\n')
        const i = at % lines.length
        const line = lines[i] ?? ''
        const instead = how === 'lost' ? [] : how === 'doubled' ? [line, line] : [`  ${line}`]
        judge({ ...sampleFiles, [name]: lines.toSpliced(i, 1, ...instead).join('\n') })
      }),
      { numRuns: 150 },
    )
  })

  test.each(
    names.flatMap(name => ['', '~', '[]', '3', 'text', '{}', '? [a]\n: b\n', '# only a comment\n'].map(text => [name, text] as const)),
  )('with %s being %j', (name, text) => judge({ ...sampleFiles, [name]: text }))
})
