import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { findProduct } from '#domain/mission'
import { loadMission } from '#services/missions'
import { missionFolder } from '#test/installation'
import { describeLeftOut, keepFlying, leaveOutMissing } from './programs.ts'

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

test('in the demo only what it names flies, with the products that this touches; a name that is no process is said', async () => {
  const mission = await loadMission(missionFolder('mms'))
  const flying = keepFlying(mission, ['decommutate-fgm', 'quicklook-fgm-burst'])
  expect(flying.processes.map(p => p.id)).toEqual(['decommutate-fgm', 'quicklook-fgm-burst'])
  const ids = flying.products.map(p => p.id)
  expect(ids).toEqual(expect.arrayContaining(['tlm srvy l0', 'dfg srvy l1a', 'fgm brst l2', 'fgm brst ql', 'contacts']))
  expect(ids).not.toContain('hpca srvy l2 ion')
  // Nothing makes it here: it may arrive, and is expected by nobody.
  expect(findProduct(flying, 'fgm brst l2').expect).toBe('inputs')
  expect(() => keepFlying(mission, ['calibrate-fmg'])).toThrow('lets "calibrate-fmg" fly, which is no process')
})
