import { afterAll, beforeAll, expect, test } from 'vitest'
import { workOff } from '#services/executor'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { gatherWork } from './facts.ts'
import { workOut } from './known.ts'
import type { Reads } from './known.ts'
import { sqlLedger } from './ledger.ts'

let home: Installation
beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())

test('a job that ends between two reads of one look is active or made, never over without its verdict: it would be made again', async () => {
  const [process] = home.mission.processes
  if (process === undefined) throw new Error('the mission has processes')
  for (const [day, reading] of [
    ['2026-01-01', 'lastJob'],
    ['2026-01-02', 'lastVerified'],
  ] as const) {
    await home.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`, 'a\n')
    await home.planner.follow()
    const start = Date.parse(day)
    const partition = { kind: 'day', key: day, start, stop: start + 86_400_000 } as const
    const key = { mission: home.mission.id, process: process.id, spacecraft: 'ta', partition }
    const facts = await sqlLedger(home.pipeline).look(['a look of the test'], ({ reads }) => {
      const shaken: Reads = {
        ...reads,
        [reading]: async (questions: never) => {
          const answers = await reads[reading](questions)
          await workOff(home.executor, home.queue)
          return answers
        },
      }
      return workOut(shaken, known => gatherWork(known, home.mission, process, key, home.now))
    })
    expect(facts.job).toBeDefined()
    if (facts.job?.state === 'made') expect(facts.made).toBe('files')
    else expect(facts.job?.state).toBe('ready')
  }
})
