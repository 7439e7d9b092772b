import type { RemakeActs } from '#apps/server'
import type { System } from '#apps/system'
import { findRelease, promoteRelease, rollBack } from '#services/code'
import { withTx } from '#services/db'
import { rejectHeldJob, releaseHeldJob } from '#services/executor'
import { moveCampaign, proposeCampaign, proposeForCode } from '#services/pipeline'

/** Acts on remakes, carried out in this home. */
export function remakeActs({ db, executor, pipeline }: System): RemakeActs {
  return {
    release: act => releaseHeldJob(executor, act),
    reject: act => rejectHeldJob(executor, act),
    propose: (scope, words) => proposeCampaign(pipeline, scope, words),
    move: (act, to) => moveCampaign(db, act, to, pipeline.clock()),
    promote: async (name, digest, word) => {
      await withTx(db, async tx => promoteRelease(tx, await findRelease(tx, name, digest), word, pipeline.clock()))
      return proposeForCode(pipeline, name, word.actor)
    },
    rollBack: async (name, word) => {
      await withTx(db, tx => rollBack(tx, name, word, pipeline.clock()))
      return proposeForCode(pipeline, name, word.actor)
    },
  }
}
