import { findProduct, identifyName, isPublic, makerOf } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { fail } from '#error'
import type { Identity, Origin } from '#services/ingest'
import type { JobRow } from '#services/pipeline'

/** Who an output of a job is: its name, dataset and version were fixed when the job was made. */
export function identifyOutput(mission: Mission, output: JobRow['outputs'][number]): Identity {
  const found = identifyName(mission, output.name)
  if (found.product === undefined) return fail('executor/bad-output-name', found.reason)
  const product = findProduct(mission, output.product)
  return {
    mission,
    product,
    dataset: output.dataset,
    spacecraft: found.spacecraft,
    start: found.start,
    stop: found.stop,
    version: output.version,
    name: output.name,
    public: isPublic(product),
    withheld: makerOf(mission, product.id)?.public === false,
    adopted: false,
  }
}

/** Where an output of a job comes from. */
export const originOf = (job: JobRow): Origin => ({
  actor: `process ${job.process}`,
  job: job.id,
  recipe: job.recipe,
  parents: job.inputs.map(i => ({ role: i.role, name: i.name, file: i.file })),
})
