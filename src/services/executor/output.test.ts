import { expect, test } from 'vitest'
import { findProduct } from '#domain/mission'
import { loadMission } from '#services/missions'
import { missionFolder } from '#test/installation'
import { identifyOutput } from './index.ts'

const mission = await loadMission(missionFolder('mms'))

/** Whether what a job makes under this name is of a public product, and withheld. */
const shown = (product: string, dataset: string, name: string): readonly boolean[] => {
  const identity = identifyOutput(mission, { role: 'out', product, dataset, name, version: [1, 0, 0] })
  return [identity.public, identity.withheld]
}

test('what a stand-in makes is for the team alone, though its product is public', () => {
  expect(findProduct(mission, 'fgm srvy l2').public).toBe(true)
  expect(shown('fgm srvy l2', 'mms1_fgm_srvy_l2', 'mms1_fgm_srvy_l2_20260101_v1.0.0.cdf')).toEqual([true, false])
  expect(findProduct(mission, 'edp fast l2 scpot').public).toBe(true)
  expect(shown('edp fast l2 scpot', 'mms1_edp_fast_l2_scpot', 'mms1_edp_fast_l2_scpot_20260101_v1.0.0.cdf')).toEqual([true, true])
})
