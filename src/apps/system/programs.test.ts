import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { findProduct } from '#domain/mission'
import { loadMission } from '#services/missions'
import { missionFolder } from '#test/installation'
import { describeLeftOut, leaveOutMissing } from './programs.ts'

test('a process whose program is not on the path is left out by name, and its products are expected by nobody', async () => {
  const mission = await loadMission(missionFolder('mms'))
  const { missions, leftOut } = leaveOutMissing([mission], '/nowhere')
  expect(leftOut.map(describeLeftOut)).toEqual(['left out on this machine: position-table of mms needs python3, which is not on the PATH'])
  expect(missions[0]?.processes).toHaveLength(mission.processes.length - 1)
  const product = missions[0] === undefined ? undefined : findProduct(missions[0], 'mec srvy l2 posbrief')
  expect([findProduct(mission, 'mec srvy l2 posbrief').expect, product?.expect]).toEqual(['contacts', 'inputs'])
})

test('what is on the path stays', async () => {
  const mission = await loadMission(missionFolder('mms'))
  const withShell = {
    ...mission,
    processes: mission.processes.map(p => ({ ...p, program: { kind: 'run' as const, command: ['node', 'x.ts'] } })),
  }
  expect(leaveOutMissing([withShell], dirname(process.execPath)).leftOut).toEqual([])
})
