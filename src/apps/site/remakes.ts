import type { RemakeActs } from '#apps/server'
import type { System } from '#apps/system'
import { findRelease, promoteRelease, rollBack } from '#services/code'
import type { StagedResult } from '#services/remake'
import { compareRelease, folderDigest, missionOfPackage, stageRelease } from '#services/remake'
import { withTx } from '#services/db'
import { rejectHeldJob, releaseHeldJob } from '#services/executor'
import { actOnCampaign, proposeCampaign, proposeForCode } from '#services/pipeline'
import type { Proposal } from '#services/pipeline'

/** Acts on remakes, carried out in this home. */
export function remakeActs({ db, executor, pipeline, missions }: System): RemakeActs {
  const propose = async (name: string, actor: string): Promise<Proposal | undefined> =>
    proposeForCode(pipeline, name, actor, await folderDigest(executor.code, missions, name))
  return {
    release: act => releaseHeldJob(executor, act),
    reject: act => rejectHeldJob(executor, act),
    propose: (scope, words) => proposeCampaign(pipeline, scope, words),
    move: (act, to) => actOnCampaign(pipeline, act, to),
    promote: async (name, digest, word) => {
      await withTx(db, async tx => promoteRelease(tx, await findRelease(tx, name, digest), word, pipeline.clock()))
      return propose(name, word.actor)
    },
    stage: async (name, digest, scope, actor) => {
      const release = await findRelease(db, name, digest)
      const results: StagedResult[] = []
      for await (const result of stageRelease(executor, release, { mission: missionOfPackage(missions, name), ...scope }, actor))
        results.push(result)
      return results
    },
    compare: async (name, digest, actor) => compareRelease(executor, await findRelease(db, name, digest), actor),
    rollBack: async (name, word) => {
      await withTx(db, tx => rollBack(tx, name, word, pipeline.clock()))
      return propose(name, word.actor)
    },
  }
}
