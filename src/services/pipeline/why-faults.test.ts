import { expect, test } from 'vitest'
import type { Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import { openDb } from '#services/db'
import { loadMission } from '#services/missions'
import { freshDatabase } from '#test/database'
import { missionFolder } from '#test/installation'
import { diceOf } from '#test/schedule'
import { explain } from './index.ts'
import type { MemoryJob } from './index.ts'
import { rehearse } from './rehearse.ts'

/**
 * Fifty faults of ten kinds, each on a spacecraft and day of its own, in a flight of the simulated mission: asked for a product that suffers
 * from one, `why` names its root. At least 48 must be right.
 */

type Kind =
  | 'lost contacts'
  | 'late telemetry'
  | 'late attitude'
  | 'late ephemeris'
  | 'short attitude'
  | 'failing unpacker'
  | 'failing calibration'
  | 'failing moments'
  | 'no data'
  | 'waived telemetry'

interface Seeded {
  readonly kind: Kind
  readonly spacecraft: string
  readonly day: string
}

const kinds: readonly Kind[] = [
  'lost contacts',
  'late telemetry',
  'late attitude',
  'late ephemeris',
  'short attitude',
  'failing unpacker',
  'failing calibration',
  'failing moments',
  'no data',
  'waived telemetry',
]

/** Who suffers, by dataset without its spacecraft; and whose cell is the root, in which state. */
const effects: Readonly<Record<Kind, { readonly asked: readonly string[]; readonly root: string; readonly state: string }>> = {
  'lost contacts': { asked: ['fgm_srvy_l2', 'dfg_srvy_l1a'], root: 'tlm_srvy_l0', state: 'lost' },
  'late telemetry': { asked: ['fgm_srvy_l2', 'dfg_srvy_l1a'], root: 'tlm_srvy_l0', state: 'late' },
  'late attitude': { asked: ['fgm_srvy_l2', 'mec_srvy_l2_epht89d'], root: 'defatt', state: 'late' },
  'late ephemeris': { asked: ['mec_srvy_l2_posbrief', 'mec_srvy_l2_epht89d', 'fgm_srvy_l2'], root: 'defeph', state: 'late' },
  'short attitude': { asked: ['fgm_srvy_l2', 'mec_srvy_l2_epht89d'], root: 'defatt', state: 'late' },
  'failing unpacker': { asked: ['fgm_srvy_l2', 'dfg_srvy_l1a'], root: 'dfg_srvy_l1a', state: 'failed' },
  'failing calibration': { asked: ['fgm_srvy_l2', 'summ_srvy_ql'], root: 'fgm_srvy_l2', state: 'failed' },
  'failing moments': { asked: ['fpi_fast_ql', 'fpi_fast_l2_dis-moms'], root: 'fpi_fast_l2_dis-moms', state: 'failed' },
  'no data': { asked: ['fgm_srvy_l2'], root: 'dfg_srvy_l1a', state: 'no data' },
  'waived telemetry': { asked: ['fgm_srvy_l2', 'dfg_srvy_l1a'], root: 'tlm_srvy_l0', state: 'waived' },
}

const from = Date.UTC(2026, 0, 1)
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const seeded: readonly Seeded[] = Array.from({ length: 50 }, (_, i) => ({
  kind: kinds[i % kinds.length] ?? 'no data',
  spacecraft: `mms${1 + (i % 4)}`,
  // Every other day is sound, so that windows that reach beyond a day find what they need.
  day: dayOf(from + (1 + 2 * Math.floor(i / 4)) * dayMs),
}))

const faultOf = (spacecraft: string, partition: string): Kind | undefined => {
  const day =
    partition.length === 14 ? `${partition.slice(0, 4)}-${partition.slice(4, 6)}-${partition.slice(6, 8)}` : partition.slice(0, 10)
  return seeded.find(s => s.spacecraft === spacecraft && s.day === day)?.kind
}

function endingOf({ key }: MemoryJob): { readonly outcome: 'failed' | 'no-data'; readonly message: string } | undefined {
  const kind = faultOf(key.spacecraft, key.partition.key)
  const breaks = {
    'failing unpacker': 'decommutate-fgm',
    'failing calibration': 'calibrate-fgm',
    'failing moments': 'moments-fpi',
  } as const
  if (kind !== undefined && kind in breaks && key.process === breaks[kind as keyof typeof breaks])
    return { outcome: 'failed', message: 'it broke' }
  return kind === 'no data' && key.process === 'decommutate-fgm' ? { outcome: 'no-data', message: 'nothing there' } : undefined
}

/** The chain from packets to pictures: of the whole table there are too many products for a test. */
function chainOf(mission: Mission): Mission {
  const chain = [
    'decommutate-fgm',
    'decommutate-fpi',
    'calibrate-fgm',
    'moments-fpi',
    'ephemeris',
    'position-table',
    'quicklook-summary',
    'quicklook-fpi-fast',
  ]
  const processes = mission.processes.filter(p => chain.includes(p.id))
  const used = new Set(processes.flatMap(p => [...p.inputs.flatMap(i => i.products), ...p.outputs.map(o => o.product)]))
  return { ...mission, processes, products: mission.products.filter(p => used.has(p.id) || p.format === 'contacts') }
}

test('of fifty seeded faults, why names the right root of at least 48', { timeout: 300_000 }, async () => {
  const mission = chainOf(await loadMission(missionFolder('mms')))
  const absent: Readonly<Record<string, Kind>> = { tlm_srvy_l0: 'late telemetry', defatt: 'late attitude', defeph: 'late ephemeris' }
  const { ledger, now } = await rehearse(mission, {
    from,
    days: 28,
    contactsPerDay: 2,
    burstsPerDay: 0,
    delay: 600_000,
    settle: 1000,
    workers: 8,
    duration: () => 5000,
    contact: (spacecraft, key) => (faultOf(spacecraft, key) === 'lost contacts' ? 'lost' : 'done'),
    comes: (dataset, partition) => {
      const [spacecraft = '', ...rest] = dataset.split('_')
      const kind = faultOf(spacecraft, partition)
      return kind === undefined || (absent[rest.join('_')] !== kind && !(kind === 'waived telemetry' && rest.join('_') === 'tlm_srvy_l0'))
    },
    covers: (dataset, { key, start, stop }) =>
      dataset.endsWith('_defatt') && faultOf(dataset.split('_')[0] ?? '', key) === 'short attitude'
        ? { start, stop: start + dayMs / 3 }
        : { start, stop },
    ends: endingOf,
    waivers: dataset => {
      const [spacecraft = '', ...rest] = dataset.dataset.split('_')
      return rest.join('_') === 'tlm_srvy_l0' && faultOf(spacecraft, dataset.partition) === 'waived telemetry'
        ? { actor: 'Ada', reason: 'boom deployment', at: from }
        : undefined
    },
  })
  const db = openDb((await freshDatabase()).config, 2)
  const cells = [...ledger.cells.values()]
  for (let i = 0; i < cells.length; i += 500)
    await db
      .insertInto('cell')
      .values(
        cells.slice(i, i + 500).map(({ span, state, due, process, recipe, file: _file, changed, ...cell }) => ({
          ...cell,
          process: process ?? null,
          recipe: recipe ?? null,
          file: null,
          start_time: new Date(span.start),
          stop_time: new Date(span.stop),
          due_at: due === undefined ? null : new Date(due),
          have: state.have,
          next: state.next,
          reason: JSON.stringify(state.reason),
          changed_at: new Date(changed),
        })),
      )
      .execute()
  const dice = diceOf(7)
  const wrong: string[] = []
  for (const { kind, spacecraft, day } of seeded) {
    const effect = effects[kind]
    const asked = `${spacecraft}_${effect.asked[dice(effect.asked.length)]}`
    const cell = cells.find(c => c.dataset === asked && c.partition.startsWith(day))
    const why = await explain(db, mission.id, asked, cell?.partition ?? day, now + 30 * dayMs)
    const root = why?.chain.at(-1)
    const right =
      root?.dataset === `${spacecraft}_${effect.root}` && faultOf(spacecraft, root.partition) === kind && root.state === effect.state
    if (!right) wrong.push(`${kind}: ${asked} ${day} leads to ${root?.dataset} ${root?.partition} (${root?.state}): ${root?.text}`)
  }
  await db.destroy()
  expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(2)
})
