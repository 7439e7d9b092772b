import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { flyMission, openDisplay, readFlightLog, readProgress, simulatedMission, summaryLines } from '#apps/demo'
import type { FlightOrder } from '#apps/demo'
import { chooseHome, enterHome, openHome } from '#apps/home'
import type { Home } from '#apps/home'
import { startSite } from '#apps/site'
import type { Site } from '#apps/site'
import { describeLeftOut, setDemoClock } from '#apps/system'
import { readBurstOverview } from '#services/burst'
import { makeSignInLink } from '#services/people'
import { clearDemoHome } from './demo-home.ts'
import { pastMoment, wholeNumber } from './options.ts'
import { untilToldToStop } from './up.ts'

interface DemoOptions {
  readonly home?: string
  readonly hours: number
  readonly contacts: number
  readonly port: number
  readonly seed: number
  readonly end?: number
  readonly fresh?: boolean
  readonly once?: boolean
}

/** `apsis demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .description('fly a simulated mission on this machine: telemetry in, public files out')
    .option('--home <dir>', 'the demo’s home (default: ./demo-home); never a real one')
    .option('--hours <n>', 'length of the flight, ending now', wholeNumber(1, 240), 24)
    .option('--contacts <n>', 'contacts with the ground in that time', wholeNumber(1, 100), 5)
    .option('--seed <n>', 'another seed is another Sun', wholeNumber(0, 2 ** 31), 1)
    .option('--port <n>', 'port of the site', wholeNumber(0, 65_535), 8080)
    .option('--end <utc>', 'moment at which the flight ends, e.g. 2026-11-25T18:00 (default: now)', pastMoment)
    .option('--fresh', 'begin anew: delete the demo’s home first')
    .option('--once', 'end after the summary instead of leaving the site open')
    .addHelpText(
      'after',
      `
Four spacecraft fly 24 hours that end now and speak to the ground five times. Raw packets and
orbit files come into the drop folder; everything after that is the real system at work.
A second demo goes on where the first one was. Ctrl-C stops everything; nothing is lost.
./apsis clean removes the demo's home and the runtime.`,
    )
    .action(runDemo)
}

async function runDemo(options: DemoOptions): Promise<void> {
  const begun = Date.now()
  const display = openDisplay(process.stdout)
  const dir = chooseHome('demo', options.home, process.env)
  if (options.fresh === true) await clearDemoHome(dir)
  const home = await openHome(dir, 'demo')
  const session = await enterHome(home, { command: 'demo', lasting: true, log: display.note })
  const stop = new AbortController()
  const told = untilToldToStop(session.databaseEnded).then(() => stop.abort())
  try {
    const earlier = await readFlightLog(home)
    display.note(earlier === undefined ? `A new demo in ${home.dir}` : `Going on with the demo in ${home.dir}`)
    const site = await startSite(home, session, { port: options.port, host: '127.0.0.1', workers: 1, slots: 2 })
    try {
      await flyAndShow(home, site, options, display, { begun, earlier, stop })
      process.exitCode = stop.signal.aborted && options.once === true ? 130 : 0
      if (options.once !== true) await told
      display.note('stopping')
    } finally {
      await site.stop()
    }
  } finally {
    await session.leave()
  }
  // The listeners for signals would keep the process.
  process.exit()
}

interface Run {
  readonly begun: number
  readonly earlier: Awaited<ReturnType<typeof readFlightLog>>
  readonly stop: AbortController
}

async function flyAndShow(home: Home, site: Site, options: DemoOptions, display: ReturnType<typeof openDisplay>, run: Run): Promise<void> {
  const { system } = site
  const order = run.earlier?.order ?? newOrder(system.missions, options)
  if (run.earlier === undefined) setDemoClock(home, order.end - order.hours * 3_600_000)
  display.note(`The site is at ${site.address} already; ${order.hours} h of flight follow, in ${order.contacts} contacts.`)
  for (const process of system.leftOut) display.note(`  ${describeLeftOut(process)}`)
  const shown = new AbortController()
  const showing = showProgress(site, display, shown.signal)
  try {
    await flyMission({ system, order, delivered: run.earlier?.delivered ?? 0, say: display.note, stop: run.stop.signal })
  } finally {
    shown.abort()
    await showing
    display.end()
  }
  if (run.stop.signal.aborted) return
  const signIn = site.address + (await makeSignInLink(system.db, { name: 'operator', role: 'operator' }, Date.now()))
  const mission = simulatedMission(system.missions)
  const now = system.ingest.clock()
  const facts = {
    address: site.address,
    signIn,
    home: home.dir,
    seconds: Math.round((Date.now() - run.begun) / 1000),
    fresh: run.earlier === undefined,
    screen: process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined,
    burst: mission.burst === undefined ? undefined : await readBurstOverview(system.db, await system.burstTables(mission), mission.id, now),
    homeOption: ` --home ${options.home ?? 'demo-home'}`,
  }
  for (const line of await summaryLines(system.db, facts, now)) display.note(line)
  if (options.once !== true) display.note('The site stays open until Ctrl-C.')
}

const newOrder = (missions: Site['system']['missions'], options: DemoOptions): FlightOrder => ({
  mission: simulatedMission(missions).id,
  seed: options.seed,
  end: Math.floor((options.end ?? Date.now()) / 60_000) * 60_000,
  hours: options.hours,
  contacts: options.contacts,
})

async function showProgress(site: Site, display: ReturnType<typeof openDisplay>, stop: AbortSignal): Promise<void> {
  const every = process.stdout.isTTY ? 500 : 5000
  while (!stop.aborted) {
    const moment = new Date(site.system.ingest.clock()).toISOString().slice(0, 16)
    await readProgress(site.system.db).then(
      progress => display.show(progress, `simulated time ${moment}Z`),
      (error: unknown) => site.system.pipeline.log.warn({ act: 'display', error: String(error) }, 'the progress could not be read'),
    )
    await pause(every, undefined, { signal: stop }).catch(() => undefined)
  }
}
