import * as fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { workOff } from '#services/executor'
import type { Queue } from '#services/executor'
import { findUnsound, readEndState } from '#test/end-state'
import type { EndState } from '#test/end-state'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { makePlanner } from './index.ts'

/**
 * Invariant: the order of deliveries, and lost, doubled or reordered triggers, do not change what is there in the end.
 *
 * What the law lets differ is left out of the comparison: quality and revision of our own products count the remakes that happened, and a
 * remake that a later delivery overtook never happened. For the same reason a partition here either succeeds at every version or fails at
 * every version: where only the newest input fails, what an older input gave stays, if it was made in time.
 */

type Fate = 'counted' | 'boom' | 'nothing' | 'stray'

interface Partition {
  readonly spacecraft: 'ta' | 'tb'
  readonly fate: Fate
  /** Versions that are delivered, at least one. */
  readonly versions: readonly string[]
}

interface Parcel {
  readonly name: string
  readonly content: string
  /** Other bytes under a name that is taken: refused, provided that they come second. */
  readonly conflict?: true
}

type Step =
  | { readonly do: 'follow' | 'audit' | 'sweep' | 'work' | 'skip-log' | 'forget-transport' | 'hour' }
  | { readonly do: 'deliver'; readonly parcel: number }
  | { readonly do: 'at-once'; readonly steps: readonly ('follow' | 'audit' | 'sweep' | 'work')[]; readonly parcel: number }

const partition: fc.Arbitrary<Partition> = fc.record({
  spacecraft: fc.constantFrom('ta', 'tb'),
  fate: fc.oneof({ weight: 4, arbitrary: fc.constant<Fate>('counted') }, fc.constantFrom<Fate>('boom', 'nothing', 'stray')),
  versions: fc.uniqueArray(fc.constantFrom('0.0.0', '0.0.1', '0.1.0', '1.0.0'), { minLength: 1, maxLength: 3 }),
})

const step = (parcels: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), parcel: fc.nat(parcels) }) },
    fc.record({ do: fc.constantFrom('follow', 'audit', 'sweep', 'work', 'skip-log', 'forget-transport', 'hour') }),
    fc.record({
      do: fc.constant('at-once' as const),
      steps: fc.array(fc.constantFrom('follow', 'audit', 'sweep', 'work'), { minLength: 2, maxLength: 4 }),
      parcel: fc.nat(parcels),
    }),
  )

const story = fc
  .record({ partitions: fc.array(partition, { minLength: 1, maxLength: 3 }), nonsense: fc.boolean() })
  .chain(({ partitions, nonsense }) => {
    const parcels = parcelsOf(partitions, nonsense)
    return fc.record({ parcels: fc.constant(parcels), steps: fc.array(step(parcels.length - 1), { minLength: 4, maxLength: 12 }) })
  })

/** Raw files in their plain order: by day, then by version. */
function parcelsOf(partitions: readonly Partition[], nonsense: boolean): readonly Parcel[] {
  const raw = partitions.flatMap(({ spacecraft, fate, versions }, i) =>
    versions.toSorted().map(version => ({
      name: `${spacecraft}_cnt_day_l0_2026010${i + 1}_v${version}.txt`,
      content: fate === 'counted' ? `line\n`.repeat(1 + Number(version.replaceAll('.', ''))) : `${fate}\n${version}\n`,
    })),
  )
  if (!nonsense) return raw
  return [
    ...raw,
    { name: 'nonsense.txt', content: 'x' },
    { name: 'ta_cnt_day_l0_20260109_v0.0.0.txt', content: '' },
    ...raw.slice(0, 1).map(({ name }): Parcel => ({ name, content: 'other bytes\n', conflict: true })),
  ]
}

async function inPlainOrder(parcels: readonly Parcel[]): Promise<{ readonly state: EndState; readonly raw: readonly string[] }> {
  const home = await openInstallation(textMission)
  for (const { name, content } of parcels) {
    await home.deliver(name, content)
    await home.settle()
  }
  const end = { state: await readEndState(home.db), raw: await rawOf(home) }
  await home.close()
  return end
}

const rawOf = async (home: Installation): Promise<readonly string[]> =>
  (await home.db.selectFrom('file').select('name').where('kind', '=', 'telemetry').orderBy('name').execute()).map(f => f.name)

/** One job at the most. */
function workOne(home: Installation): Promise<number> {
  let asked = 0
  const once: Queue = { ...home.queue, fetch: () => (asked++ === 0 ? home.queue.fetch(1) : Promise.resolve([])) }
  return workOff(home.executor, once)
}

async function take(home: Installation, parcels: readonly Parcel[], now: Step): Promise<unknown> {
  const deliver = async (index: number): Promise<unknown> => {
    const { name, content, conflict } = parcels[index] ?? { name: '', content: '' }
    return conflict === true && !(await rawOf(home)).includes(name) ? undefined : home.deliver(name, content)
  }
  const acts = {
    follow: () => home.planner.follow(),
    // planners of other processes know nothing of this one
    audit: () => makePlanner(home.pipeline).audit(),
    sweep: () => makePlanner(home.pipeline).sweep(),
    work: () => workOne(home),
    hour: () => Promise.resolve((home.now += 3_600_000)),
    'skip-log': () =>
      sql`insert into cursor select 'planner', last from event_counter on conflict (follower) do update set sequence = excluded.sequence`.execute(
        home.db,
      ),
    'forget-transport': async () => {
      await home.planner.follow()
      await sql`delete from pgboss.job`.execute(home.db)
    },
  }
  if (now.do === 'deliver') return deliver(now.parcel)
  if (now.do === 'at-once') return Promise.all([deliver(now.parcel), ...now.steps.map(name => acts[name]())])
  return acts[now.do]()
}

/** Nobody reads the log any more: only looking at everything leads to the end. */
async function sweepToTheEnd(home: Installation): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    await home.planner.sweep()
    quiet = (await workOff(home.executor, home.queue)) === 0 ? quiet + 1 : 0
  }
}

test('any order of deliveries, looks, work and losses ends as the plain order does', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(story, async ({ parcels, steps }) => {
      const wanted = await inPlainOrder(parcels)
      const home = await openInstallation(textMission)
      for (const now of steps) await take(home, parcels, now)
      for (const { name, content, conflict } of parcels.toReversed()) if (conflict !== true) await home.deliver(name, content)
      for (const { name, content, conflict } of parcels) if (conflict === true) await home.deliver(name, content)
      await sweepToTheEnd(home)
      expect(await readEndState(home.db)).toEqual(wanted.state)
      expect(await rawOf(home)).toEqual(wanted.raw)
      expect(await findUnsound(home.db, home.ingest.store)).toEqual([])
      await home.close()
    }),
    { numRuns: 15, endOnFailure: true },
  )
})
