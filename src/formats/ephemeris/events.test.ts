import { describe, expect, test } from 'vitest'
import { readEventList } from './index.ts'

const own = `# Apsis event list
kind,key,spacecraft,start,stop,state,name,reason
region,sroi-1,sc1,2026-11-22T03:00:00Z,2026-11-22T09:00:00Z,planned,sroi,
mode,m-7,sc2,2026-11-22T00:00:00Z,2026-11-23T00:00:00.500Z,done,fpi off,"safe mode, twice"
`
const service = `start_time_utc (yyyy-MM-dd'T'HH:mm:ss.SSS),end_time_utc (yyyy-MM-dd'T'HH:mm:ss.SSS),event_type,sc_id,source,description,discussion,start_orbit,end_orbit,tag,id
2026-11-22T03:00:00.000,2026-11-22T09:00:00.000,SROI,SC1,POC,,,10,10,x,77
`

test('our own list', () => {
  expect(readEventList(own)).toEqual([
    {
      type: 'region',
      name: 'sroi',
      key: 'sroi-1',
      spacecraft: 'sc1',
      start: Date.UTC(2026, 10, 22, 3),
      stop: Date.UTC(2026, 10, 22, 9),
      state: 'planned',
      reason: '',
    },
    {
      type: 'mode',
      name: 'fpi off',
      key: 'm-7',
      spacecraft: 'sc2',
      start: Date.UTC(2026, 10, 22),
      stop: Date.UTC(2026, 10, 23, 0, 0, 0, 500),
      state: 'done',
      reason: 'safe mode, twice',
    },
  ])
})

test("a service's table, units in its column names", () => {
  expect(readEventList(service)).toEqual([
    {
      type: 'SROI',
      name: '',
      key: '77',
      spacecraft: 'sc1',
      start: Date.UTC(2026, 10, 22, 3),
      stop: Date.UTC(2026, 10, 22, 9),
      state: 'planned',
      reason: '',
    },
  ])
})

describe('what is wrong is said with its place', () => {
  test.each([
    ['', 'line 1: a list of events needs the columns kind or event_type, key or id, spacecraft or sc_id'],
    [own.replace('kind,key', 'kind,name'), 'line 1: a list of events needs the columns key or id'],
    [own.replace('sroi-1', ''), 'line 2: row 2 has no key'],
    [own.replace('2026-11-22T09:00:00Z', '2026-11-22T02:00:00Z'), 'line 2: sroi-1 ends at 2026-11-22T02:00:00Z, before its start'],
    [own.replace('2026-11-22T09:00:00Z', 'noon'), 'line 2: "noon" is no time: write 2026-11-22T03:00:00Z'],
    [own.replace('done', 'gone'), 'line 3: state "gone" is none of planned, done, lost, cancelled, not-downlinked'],
  ])('%#', (text, message) => expect(() => readEventList(text)).toThrow(message))
})
