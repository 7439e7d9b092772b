import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { JobFile } from '#domain/process'
import { moveRelease, promoteRelease, recordReport, registerRelease } from '#services/code'
import { withTx } from '#services/db'
import { workOff } from '#services/executor'
import type { Executor, ProgramOrder } from '#services/executor'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { diceOf } from '#test/schedule'
import { VirtualTime } from '#test/virtual-time'
import { actOnCampaign, advanceCampaigns, findCampaign, makePlanner, progressOf, proposeCampaign } from './index.ts'
import type { CampaignScope } from './index.ts'

/**
 * A campaign is replayed in simulated time: workers, planner and ledger are the real ones, what a program takes and writes is simulated, and
 * the clock goes on when all wait. So figures are those of the campaign, whatever else this machine does.
 */

const days = 24
const slots = 3

let home: Installation
let time: VirtualTime
/** What the programs are now: their products say it, of two days in three. */
let gain = 1
afterEach(() => home.close())

/** Some days are ten times as heavy as others; no run takes as long as the one before. */
const dice = diceOf(20261126)
const heaviness = new Map<string, number>()
function heavinessOf(day: string): number {
  const known = heaviness.get(day)
  if (known !== undefined) return known
  const drawn = 1 + 9 * (dice(1000) / 1000) ** 3
  heaviness.set(day, drawn)
  return drawn
}

/** Where programs take the time that they would take, and write as much. */
function simulatedPrograms(): Executor {
  const usages = new Map<string, { readonly wallSeconds: number; readonly cpuSeconds: number; readonly peakMemory: number }>()
  return {
    name: 'local',
    confinement: 'simulated',
    lasting: false,
    start: async (order: ProgramOrder) => {
      const job = JSON.parse(await readFile(order.environment['APSIS_JOB'] ?? '', 'utf8')) as JobFile
      const weight = heavinessOf(job.partition.key) * (job.process === 'count' ? 40 : 15)
      const changes = Number(job.partition.key.slice(-2)) % 3 !== 0
      const lines = await Promise.all(job.inputs.map(i => readFile(i.path, 'utf8')))
      for (const { name } of job.outputs)
        await writeFile(
          join(order.folder, name),
          `${job.process} ${changes ? gain : 0}\n${lines[0]?.split('\n')[0]}\n${'x'.repeat(Math.round(weight * 100))}`,
        )
      const wallSeconds = weight * (0.8 + dice(400) / 1000)
      usages.set(order.name, { wallSeconds, cpuSeconds: wallSeconds * 0.9, peakMemory: 0 })
      return order.name
    },
    wait: async (handle, order) => {
      const usage = usages.get(order.name) ?? { wallSeconds: 0, cpuSeconds: 0, peakMemory: 0 }
      await time.sleep(usage.wallSeconds * 1000)
      return { exitCode: 0, signal: undefined, cut: undefined, lastLine: handle, usage }
    },
    cancel: async () => undefined,
    list: async () => [],
  }
}

/** Workers and planner side by side until `isOver`. */
async function live(isOver: () => Promise<boolean>): Promise<void> {
  const over = new AbortController()
  const planner = makePlanner(home.pipeline)
  const context = { ...home.executor, executor: simulatedPrograms() }
  const steward = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await planner.follow()
      await advanceCampaigns(home.pipeline)
      if (await isOver()) over.abort()
      await time.sleep(1000)
    }
  }
  const worker = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await workOff(context, home.queue)
      await time.sleep(250)
    }
  }
  await Promise.all([steward, ...Array.from({ length: slots }, () => worker)].map(life => time.run(life)))
}

async function replay(
  title: string,
  scope: Partial<CampaignScope> = {},
): Promise<{ readonly jobs: number; readonly cpu: number; readonly bytes: number; readonly time: number }> {
  const whole = { mission: 'tally', products: ['cnt day l1'], ...scope }
  const { id, forecast } = await proposeCampaign(home.pipeline, whole, { title, actor: 'planner' })
  gain++
  const began = home.now
  await actOnCampaign(home.pipeline, { campaign: id, actor: 'operator', reason: 'agreed' }, 'approved')
  await live(async () => (await findCampaign(home.db, id)).state === 'done')
  const { report } = await findCampaign(home.db, id)
  const { jobs, cpuHours, bytes } = report as { jobs: number; cpuHours: number; bytes: number }
  expect(await progressOf(home.db, id)).toEqual({ made: expect.any(Number) as number, kept: days / 3 })
  return {
    jobs: forecast.jobs / jobs,
    cpu: forecast.cpuHours / cpuHours,
    bytes: forecast.bytes / bytes,
    time: (forecast.finish - began) / (home.now - began),
  }
}

/** A release in production, of which twelve days were compared: a third of them said the same. */
async function promoted(): Promise<string> {
  const { db } = home
  // Without it the release would be the mission's own folder, which made everything.
  const folder = join(home.folder, 'release')
  await cp(home.mission.folder, folder, { recursive: true })
  await writeFile(join(folder, 'gain.txt'), '2')
  const tree = await home.executor.code.put(folder)
  const registration = { package: 'tally', tree, source: 'test', rise: 'revision' as const, note: '', actor: 'one' }
  const release = await withTx(db, tx => registerRelease(tx, registration, home.now))
  await withTx(db, tx => moveRelease(tx, release, 'staging', { actor: 'one', reason: '' }, home.now))
  const outputs = Array.from({ length: 12 }, (_, i) => String(i + 1).padStart(2, '0')).map(day => ({
    process: 'count',
    base: `ta_cnt_day_l1_202601${day}_v0.0.0.txt`,
    result: Number(day) % 3 === 0 ? 'content' : 'differs',
  }))
  await recordReport(db, release, 'one', { outputs: [...outputs, { process: 'count', base: null, result: 'new' }] }, home.now)
  await withTx(db, tx => promoteRelease(tx, { ...release, state: 'staging' }, { actor: 'two', reason: '' }, home.now))
  return release.digest
}

test('jobs, CPU hours, bytes and finish date of a replayed campaign are forecast within 15 %', { timeout: 300_000 }, async () => {
  home = await openInstallation(textMission, { now: Date.UTC(2026, 10, 23, 12), backlog: slots })
  time = new VirtualTime(
    () => home.now,
    now => (home.now = now),
  )
  for (let n = 1; n <= days; n++) {
    const day = new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10).replaceAll('-', '')
    await home.deliver(`ta_cnt_day_l0_${day}_v0.0.0.txt`, `line of day ${n}\n`)
  }
  const made = async (): Promise<boolean> =>
    (await home.db.selectFrom('file').select('id').where('dataset', '=', 'ta_cnt_day_l2').execute()).length === days
  await live(made)
  // The first campaign: how much it changes is known from the comparison of its code alone.
  const first = await replay('gain 2', { code: await promoted() })
  const second = await replay('gain 3')
  for (const [figure, ratio] of [...Object.entries(first), ...Object.entries(second)]) {
    expect(ratio, figure).toBeGreaterThan(0.85)
    expect(ratio, figure).toBeLessThan(1.15)
  }
})
