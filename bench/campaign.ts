/**
 * How well a campaign's forecast foretells it: `node bench/campaign.ts` takes in an hour of a simulated mission of four spacecraft, lets the
 * real system make all products (one worker, two slots), promotes a release of the mission's folder with another field calibration, and
 * runs the campaign that this proposes. Prints forecast, outcome and their ratio; claimed: within 15 %. The duration is by the clock and
 * suffers from other work on the machine.
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { enterHome, openHome } from '#apps/home'
import { openLog, openSystem, runSteward, startWorkers, waitUntilIdle } from '#apps/system'
import type { System } from '#apps/system'
import { parseSimulation, planDeliveries, renderFile } from '#domain/sim'
import { tt2000FromUtcMs } from '#formats/time'
import { moveRelease, promoteRelease, recordReport, registerRelease } from '#services/code'
import { migrate, withTx } from '#services/db'
import { ingestFile } from '#services/ingest'
import { findCampaign, moveCampaign, proposeForCode } from '#services/pipeline'
import type { CampaignReport } from '#services/pipeline'
import { missionFolder, mmsFlight } from '#test/mms-flight'
import { simulationYaml } from '#test/simulation'

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const root = await mkdtemp(join(tmpdir(), 'apsis-campaign-'))
const home = await openHome(join(root, 'home'), 'real')
const session = await enterHome(home, { command: 'bench', lasting: true, log: () => undefined })
await migrate(session.config)
const log = openLog(home, 'bench')
const system = await openSystem({ home, config: session.config, log, supervise: true, environment: process.env })
const halt = new AbortController()
const steward = runSteward(system, halt.signal)
const workers = startWorkers({ home, connectionString: session.connectionString, count: 1, slots: 2, log })
try {
  await takeFlight(system)
  say(`${await waitUntilIdle(system)} products made`)
  await measure(system)
} finally {
  halt.abort()
  await Promise.all([steward, workers.stop()])
  await system.close()
  await session.leave()
  await rm(root, { recursive: true, force: true })
}

async function takeFlight({ ingest }: System): Promise<void> {
  const plan = { end: tt2000FromUtcMs(Date.UTC(2026, 10, 23)), hours: 1, contacts: 1 }
  for (const { files } of planDeliveries(parseSimulation(simulationYaml('simulation.yaml')), plan))
    for (const file of files) {
      const path = join(root, file.name)
      await writeFile(path, renderFile(mmsFlight(), file))
      await ingestFile(ingest, path, { actor: 'bench', consume: true })
    }
}

/** A release with other offsets, promoted without the comparison that people would look at. */
async function promoteOther({ db, executor, pipeline }: System): Promise<void> {
  const folder = join(root, 'release')
  await cp(missionFolder, folder, { recursive: true })
  const calibration = join(folder, 'calibration/fgm.yaml')
  await writeFile(calibration, `${await readFile(calibration, 'utf8')}\n# another release\n`)
  const tree = await executor.code.put(folder)
  const now = pipeline.clock()
  const registration = { package: 'mms', tree, source: 'bench', rise: 'quality' as const, note: '', actor: 'one' }
  const release = await withTx(db, tx => registerRelease(tx, registration, now))
  await withTx(db, tx => moveRelease(tx, release, 'staging', { actor: 'one', reason: '' }, now))
  await recordReport(db, release, 'one', {}, now)
  await withTx(db, tx => promoteRelease(tx, { ...release, state: 'staging' }, { actor: 'two', reason: '' }, now))
}

async function measure(at: System): Promise<void> {
  await promoteOther(at)
  const proposal = await proposeForCode(at.pipeline, 'mms', 'two')
  if (proposal === undefined) throw new Error('nothing was proposed')
  const { forecast } = proposal
  const begun = Date.now()
  await moveCampaign(at.db, { campaign: proposal.id, actor: 'two', reason: '' }, 'approved', at.pipeline.clock())
  let campaign = await findCampaign(at.db, proposal.id)
  while (campaign.state !== 'done') {
    await pause(500)
    campaign = await findCampaign(at.db, proposal.id)
  }
  const report = campaign.report as unknown as CampaignReport
  const seconds = (Date.now() - begun) / 1000
  const row = (what: string, foretold: number, came: number): void =>
    say(`${what.padEnd(14)} ${foretold.toPrecision(4).padStart(10)} ${came.toPrecision(4).padStart(10)}   ${(foretold / came).toFixed(2)}`)
  say(`${'what'.padEnd(14)} ${'forecast'.padStart(10)} ${'came'.padStart(10)}   ratio`)
  row('jobs', forecast.jobs, report.jobs)
  row('CPU seconds', forecast.cpuHours * 3600, report.cpuHours * 3600)
  row('slot seconds', forecast.slotHours * 3600, report.slotHours * 3600)
  row('seconds', (forecast.finish - begun) / 1000, seconds)
  say(`works: ${JSON.stringify(report.works)}`)
}
