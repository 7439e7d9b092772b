import { expect, test } from 'vitest'
import { findProduct } from '#domain/mission'
import { loadMission } from '#services/missions'
import { missionFolder } from '#test/installation'
import { identifyOutput } from './index.ts'

const mission = await loadMission(missionFolder('mms'))

/** Whether the public may see what a job makes under this name. */
const isShown = (product: string, dataset: string, name: string): boolean =>
  identifyOutput(mission, { role: 'out', product, dataset, name, version: [1, 0, 0] }).public

test('what a stand-in makes is for the team alone, though its product is public', () => {
  expect(findProduct(mission, 'fgm srvy l2').public).toBe(true)
  expect(isShown('fgm srvy l2', 'mms1_fgm_srvy_l2', 'mms1_fgm_srvy_l2_20260101_v1.0.0.cdf')).toBe(true)
  expect(findProduct(mission, 'edp fast l2 scpot').public).toBe(true)
  expect(isShown('edp fast l2 scpot', 'mms1_edp_fast_l2_scpot', 'mms1_edp_fast_l2_scpot_20260101_v1.0.0.cdf')).toBe(false)
})
