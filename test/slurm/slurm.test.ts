import { tmpdir } from 'node:os'
import { describe } from 'vitest'
import { chooseConfinement, slurmExecutor } from '#services/executor'
import { executorConformance } from '#test/executor-conformance'
import { slurmIsThere, startSlurm } from '#test/slurm'
import type { Cluster } from '#test/slurm'

describe.skipIf(!slurmIsThere)(slurmIsThere ? 'a real Slurm' : 'a real Slurm (left out: no Slurm)', () => {
  let cluster: Cluster | undefined
  const sandbox = chooseConfinement('best', tmpdir()).kind === 'bwrap'

  executorConformance('programs on a cluster', {
    open: () => slurmExecutor({ submit: [], confinement: sandbox ? 'bwrap' : 'plain' }),
    sandbox,
    before: async () => {
      cluster = await startSlurm()
    },
    after: async () => cluster?.stop(),
  })
})
