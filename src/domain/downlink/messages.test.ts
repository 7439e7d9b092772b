import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { messageSchemas, parseMessage } from './index.ts'

const folder = new URL('../../../docs/poc/', import.meta.url)

test('the published schemas are those that messages are read with', () => {
  const schemas = messageSchemas()
  expect(readdirSync(folder).sort()).toEqual(
    Object.keys(schemas)
      .map(kind => `${kind}.schema.json`)
      .sort(),
  )
  for (const [kind, schema] of Object.entries(schemas))
    expect(JSON.parse(readFileSync(new URL(`${kind}.schema.json`, folder), 'utf8')), kind).toEqual(JSON.parse(JSON.stringify(schema)))
})

test('the examples of the document are messages', () => {
  const text = readFileSync(new URL('../poc-interface.md', folder), 'utf8')
  const examples = [...text.matchAll(/```json\n([^]*?)```/g)].map(match => JSON.parse(match[1] ?? '') as unknown)
  expect(examples.map(example => parseMessage(example))).toEqual(examples)
  expect(examples.map(example => (example as { kind: string }).kind).sort()).toEqual(Object.keys(messageSchemas()).sort())
})

describe('what is no message', () => {
  test.each([
    [{ kind: 'holt' }, 'the kind "holt" is none of selections, hold, release, playback, status'],
    [null, 'the kind "" is none of'],
    [{ kind: 'release', segment: 1, spacecraft: 0, received: [] }, 'release: received: '],
    [{ kind: 'release', segment: 1.5, spacecraft: 0, received: [[1, 2]] }, 'release: segment: '],
    [{ kind: 'selections', window: 'w', orders: [], note: 'x' }, 'selections: '],
  ])('%o is told so', (value, wrong) => expect(parseMessage(value)).toMatchObject({ wrong: expect.stringContaining(wrong) as string }))
})
