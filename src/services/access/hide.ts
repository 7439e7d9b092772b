import { identifyName } from '#domain/mission'
import type { Mission } from '#domain/mission'
import type { Why } from '#services/pipeline'
import type { CellEntry } from './cells.ts'
import type { AttemptEntry, JobEntry } from './work.ts'
import type { Sight } from './viewer.ts'

/** A sentence without the names of files that policy hides: what kind of file it was stays. */
export function hideNames(mission: Mission, text: string): string {
  return text.replace(/[\w-]+\.[\w.-]*\w/g, word => {
    if (!word.includes('_')) return word
    const found = identifyName(mission, word)
    return found.product === undefined || found.product.public ? word : `a file of ${found.dataset}`
  })
}

export const hideInCell = (mission: Mission, cell: CellEntry, sight: Sight): CellEntry =>
  sight === 'all' ? cell : { ...cell, reason: { ...cell.reason, text: hideNames(mission, cell.reason.text) } }

export const hideInWhy = (mission: Mission, why: Why, sight: Sight): Why =>
  sight === 'all' ? why : { ...why, chain: why.chain.map(link => ({ ...link, text: hideNames(mission, link.text) })) }

/** A job's inputs and outputs are files: who may not see all files sees the job without them. */
export const hideInJob = (mission: Mission, job: JobEntry, sight: Sight): JobEntry =>
  sight === 'all' ? job : { ...job, inputs: [], outputs: [], message: job.message === null ? null : hideNames(mission, job.message) }

/** What a try said may name files; where its log lies is for the team. */
export const hideInAttempt = (mission: Mission, attempt: AttemptEntry, sight: Sight): AttemptEntry =>
  sight === 'all' ? attempt : { ...attempt, message: attempt.message === null ? null : hideNames(mission, attempt.message), log: null }
