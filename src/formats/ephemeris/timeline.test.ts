import { expect, test } from 'vitest'
import { readTimeline } from './index.ts'

const at = (start: string, stop: string): string => `<event><starttime>${start}</starttime><stoptime>${stop}</stoptime></event>`
const timeline = (...nodes: readonly string[]): string => `<?xml version="1.0" encoding="UTF-8"?>
<timeline>
  <starttime>2016-011/00:00:00</starttime><stoptime>2016-073/00:00:00</stoptime>
  ${nodes.join('\n')}
</timeline>`
const node = (id: string, ...inside: readonly string[]): string => `<node id="${id}">${inside.join('')}</node>`

test('events of a kind and a spacecraft by the ids of the nodes around them', () => {
  const text = timeline(
    node(
      'Maneuver Plans (FDOA-11)',
      node('Maneuver - Spacecraft 1', at('2016-020/03:04:05.678', '2016-020T03:10:00')),
      node('Maneuver - Spacecraft 4', at('2016-060/00:00:00', '2016-060/00:00:00')),
    ),
    node('Predicted Shadows (FDOA-13)', node('Shadow - Spacecraft 1', node('Umbra', at('2016-021/01:00:00', '2016-021/02:00:00')))),
    node('Star Field (FDOA-99)', at('2016-022/00:00:00', '2016-023/00:00:00')),
  )
  expect(readTimeline(text).map(e => [e.type, e.spacecraft, new Date(e.start).toISOString(), e.stop - e.start])).toEqual([
    ['Maneuver', '1', '2016-01-20T03:04:05.678Z', 354_322],
    ['Maneuver', '4', '2016-02-29T00:00:00.000Z', 1],
    ['Shadow', '1', '2016-01-21T01:00:00.000Z', 3_600_000],
    ['Star Field (FDOA-99)', '', '2016-01-22T00:00:00.000Z', 86_400_000],
  ])
  expect(new Set(readTimeline(text).map(e => `${e.spacecraft} ${e.key}`)).size).toBe(4)
})

test.each([
  ['another document', '<orbits/>', 'is a "orbits" where a "timeline"'],
  ['a text', 'kind,key\n', 'not well-formed XML'],
  ['an end that is missing', timeline('<event><starttime>2016-011/00:00:00</starttime></event>'), 'line 4: an event without stoptime'],
  ['a day that is not there', timeline(at('2015-366/00:00:00', '2016-001/00:00:00')), 'starttime "2015-366/00:00:00" is no time'],
  ['an end before its start', timeline(node('X', at('2016-012/00:00:00', '2016-011/00:00:00'))), 'this X ends before it starts'],
])('%s is refused', (_, text, message) => expect(() => readTimeline(text)).toThrow(message))
