import { Command } from 'commander'
import { datasetId } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { dayMs, hourMs } from '#domain/partition'
import { SdcError } from '#error'
import { missionsFolder } from '#apps/system'
import { loadMissions } from '#services/missions'
import { rehearse } from '#services/pipeline'
import type { Rehearsal, Rehearsed } from '#services/pipeline'
import { wholeNumber } from './options.ts'
import { Spread } from './spread.ts'
import { megabytes } from './status.ts'

interface SimulateOptions {
  readonly days: number
  readonly from: string
  readonly workers: number
  readonly seconds: number
  readonly megabytes: number
  readonly contacts: number
  readonly bursts: number
  readonly orbit: number
  readonly json?: boolean
}

/** `apsis mission simulate [NAME]` */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('plan a stretch of a mission in memory, with the real planner and no programs: queue, latency, workers, disk')
    .argument('[name]', 'which mission; needed where there are several')
    .option('--days <n>', 'how long', wholeNumber(1, 4000), 365)
    .option('--from <date>', 'its first day', '2026-01-01')
    .option('--workers <n>', 'jobs at a time', wholeNumber(1, 100_000), 4)
    .option('--seconds <n>', 'what a job takes', wholeNumber(1, 100_000), 20)
    .option('--megabytes <n>', 'what a science file holds', wholeNumber(1, 1_000_000), 10)
    .option('--contacts <n>', 'contacts a day of each spacecraft', wholeNumber(1, 48), 4)
    .option('--bursts <n>', 'bursts a day, with a file of each product that is cut by them', wholeNumber(0, 5000), 20)
    .option(
      '--orbit <hours>',
      'how long an orbit is; a region of each kind is in its middle third; 0 = no mission events but contacts',
      wholeNumber(0, 240),
      24,
    )
    .option('--json', 'the figures as one JSON object')
    .addHelpText(
      'after',
      '\nA day of a large mission takes some seconds, a year some minutes. Every product and rule of the mission folder takes part; times and sizes are what the options say, the same for all.',
    )
    .action(async (name: string | undefined, options: SimulateOptions) => {
      const mission = choose(await loadMissions(missionsFolder(process.env)), name)
      const from = Date.parse(options.from)
      if (Number.isNaN(from)) throw new SdcError('simulate/bad-date', `${options.from} is no date: write 2026-01-01`)
      const seen = watchFlight(mission)
      const began = performance.now()
      const flown = await rehearse(mission, {
        from,
        days: options.days,
        contactsPerDay: options.contacts,
        burstsPerDay: options.bursts,
        ...(options.orbit === 0 ? {} : { orbit: options.orbit * hourMs }),
        delay: 600_000,
        settle: 5000,
        turn: 1000,
        workers: options.workers,
        duration: () => options.seconds * 1000,
        forgets: true,
        watch: { ...seen.watch, days: days => tellProgress(days, options.days, began) },
      })
      const report = reportOf(seen, flown, options, (performance.now() - began) / 1000)
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : `${lines(mission, report, options).join('\n')}\n`)
    })
}

/** A year takes minutes: every thirty days say so, beside the figures. */
function tellProgress(days: number, all: number, began: number): void {
  if (days % 30 === 0) process.stderr.write(`day ${days} of ${all} after ${seconds((performance.now() - began) / 1000)}\n`)
}

function choose(missions: readonly Mission[], name: string | undefined): Mission {
  const found = name === undefined && missions.length === 1 ? missions[0] : missions.find(m => m.id === name)
  const known = missions.map(m => m.id).join(', ')
  return found ?? fault(name === undefined ? `say which mission: ${known}` : `there is no mission ${name}; there is ${known}`)
}

const fault = (message: string): never => {
  throw new SdcError('simulate/no-mission', message)
}

interface Report {
  readonly files: number
  readonly jobs: number
  readonly cells: number
  readonly open: number
  readonly peakQueue: { readonly jobs: number; readonly at: string }
  readonly workers: { readonly mean: number; readonly p99: number; readonly peak: number }
  readonly levels: readonly {
    readonly level: string
    readonly files: number
    readonly p50: number
    readonly p95: number
    readonly most: number
  }[]
  readonly bytes: { readonly perDay: number; readonly together: number }
  /** Seconds that the simulation took. */
  readonly took: number
}

interface Flight {
  readonly watch: NonNullable<Rehearsal['watch']>
  readonly busy: Spread
  readonly latencies: Map<string, Spread>
  readonly peak: { waiting: number; at: number }
  readonly seen: { files: number }
}

/** Latency: from the arrival of the last input from outside to the product, in seconds. */
function watchFlight(mission: Mission): Flight {
  const levelOf = new Map(mission.products.flatMap(p => p.spacecraft.map(s => [datasetId(p, s), p.level ?? p.kind] as const)))
  // By file, as long as the flight remembers it.
  const rooted = new WeakMap<object, number>()
  const flight: Flight = {
    busy: new Spread(),
    latencies: new Map(),
    peak: { waiting: 0, at: 0 },
    seen: { files: 0 },
    watch: {
      load: (at, waiting, running) => {
        flight.busy.add(running, Math.max(0, at - (before ?? at)))
        before = at
        if (waiting > flight.peak.waiting) Object.assign(flight.peak, { waiting, at })
      },
      file: file => {
        flight.seen.files++
        const arrived = file.inputs.length === 0 ? file.arrived : Math.max(...file.inputs.map(i => rooted.get(i.file) ?? i.file.arrived))
        rooted.set(file, arrived)
        if (file.inputs.length === 0) return
        const level = levelOf.get(file.dataset) ?? 'other'
        const known = flight.latencies.get(level) ?? new Spread()
        flight.latencies.set(level, known)
        known.add((file.arrived - arrived) / 1000)
      },
    },
  }
  let before: number | undefined
  return flight
}

function reportOf({ busy, latencies, peak, seen }: Flight, flown: Rehearsed, options: SimulateOptions, took: number): Report {
  const { ledger, work } = flown
  const bytes = seen.files * options.megabytes * 1e6
  return {
    files: seen.files,
    jobs: ledger.work.count,
    cells: flown.cells,
    open: [...ledger.cells.values()].filter(c => c.state.next !== 'none').length,
    peakQueue: { jobs: peak.waiting, at: new Date(peak.at).toISOString() },
    workers: { mean: work / (options.days * dayMs), p99: Math.round(busy.at(0.99)), peak: busy.most },
    levels: [...latencies].map(([level, all]) => ({ level, files: all.count, p50: all.at(0.5), p95: all.at(0.95), most: all.most })),
    bytes: { perDay: bytes / options.days, together: bytes },
    took,
  }
}

const seconds = (s: number): string =>
  s < 120 ? `${s.toFixed(0)} s` : s < 7200 ? `${(s / 60).toFixed(1)} min` : `${(s / 3600).toFixed(1)} h`
const count = (n: number): string => n.toLocaleString('en-US')

const lines = (mission: Mission, r: Report, o: SimulateOptions): readonly string[] => [
  `${mission.title}, ${o.days} days in simulation: ${o.seconds} s a job, ${o.megabytes} MB a file, ${o.contacts} contacts and ${o.bursts} bursts a day${o.orbit === 0 ? '' : `, orbits of ${o.orbit} h`}`,
  `files     ${count(r.files)}, ${count(Math.round(r.files / o.days))} a day`,
  `jobs      ${count(r.jobs)}, ${count(Math.round(r.jobs / o.days))} a day`,
  `cells     ${count(r.cells)}, of which ${count(r.open)} still wait at the end`,
  `queue     ${count(r.peakQueue.jobs)} jobs at the most, at ${r.peakQueue.at}`,
  `workers   ${r.workers.mean.toFixed(2)} busy on the mean, ${r.workers.p99} at p99, ${r.workers.peak} at the most, of ${o.workers}`,
  `disk      ${megabytes(r.bytes.perDay)} a day, ${megabytes(r.bytes.together)} together`,
  'latency   from the last arrival that a product needs to the product',
  ...r.levels.map(
    l =>
      `  ${l.level.padEnd(10)} ${count(l.files).padStart(9)} files   p50 ${seconds(l.p50).padStart(8)}   p95 ${seconds(l.p95).padStart(8)}   most ${seconds(l.most)}`,
  ),
  `took      ${seconds(r.took)}, ${count(Math.round(r.cells / r.took))} cells/s`,
]
