import type { RemakesView } from '#apps/web'
import { describeLess } from '#domain/process'
import type { Forecast } from '#domain/process'
import { listReleases } from '#services/code'
import { listCampaigns, listHeld, progressOf } from '#services/pipeline'
import type { PageAsk } from './frame.ts'

const shown = 50

/** Held outputs, campaigns and releases, for those who may see unreleased files. */
export async function viewRemakes({ parts: { db }, sight }: PageAsk): Promise<RemakesView | undefined> {
  if (sight !== 'all') return undefined
  const held = (await listHeld(db)).slice(0, shown).flatMap(({ job, outputs }) =>
    outputs
      .filter(o => o.less.length > 0)
      .map(o => ({
        job: job.id,
        mission: job.mission,
        dataset: o.dataset,
        partition: job.partition,
        name: o.name,
        old: o.old,
        less: describeLess(o.less),
        at: o.at,
      })),
  )
  const campaigns: RemakesView['campaigns'][number][] = []
  for (const c of (await listCampaigns(db)).slice(0, shown)) {
    const { waiting = 0, queued = 0, ...ends } = await progressOf(db, c.id)
    const ended = Object.values(ends).reduce((sum, n) => sum + n, 0)
    const { jobs, cpuHours, bytes, finish } = c.forecast as unknown as Forecast
    const { id, title, state, proposed_by: by, proposed_at: at } = c
    campaigns.push({ id, title, state, by, at, ended, works: ended + waiting + queued, jobs, cpuHours, bytes, finish })
  }
  const releases = (await listReleases(db)).slice(0, shown).map(r => ({
    package: r.package,
    digest: r.digest,
    state: r.state,
    source: r.source,
    note: r.note,
    by: r.registered_by,
    at: r.registered_at,
  }))
  return { held, campaigns, releases }
}
