import { Command } from 'commander'
import { datasetId } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import { SdcError } from '#error'
import { missionsFolder } from '#apps/system'
import { loadMissions } from '#services/missions'
import { rehearse } from '#services/pipeline'
import type { Rehearsed } from '#services/pipeline'
import { wholeNumber } from './options.ts'
import { megabytes } from './status.ts'

interface SimulateOptions {
  readonly days: number
  readonly from: string
  readonly workers: number
  readonly seconds: number
  readonly megabytes: number
  readonly contacts: number
  readonly bursts: number
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
    .option('--bursts <n>', 'bursts a day of each product that is cut by them', wholeNumber(0, 5000), 20)
    .option('--json', 'the figures as one JSON object')
    .addHelpText(
      'after',
      '\nEvery product and rule of the mission folder takes part; times and sizes are what the options say, the same for all.',
    )
    .action(async (name: string | undefined, options: SimulateOptions) => {
      const mission = choose(await loadMissions(missionsFolder(process.env)), name)
      const from = Date.parse(options.from)
      if (Number.isNaN(from)) throw new SdcError('simulate/bad-date', `${options.from} is no date: write 2026-01-01`)
      const flown = await rehearse(mission, {
        from,
        days: options.days,
        contactsPerDay: options.contacts,
        burstsPerDay: options.bursts,
        delay: 600_000,
        settle: 5000,
        workers: options.workers,
        duration: () => options.seconds * 1000,
      })
      const report = reportOf(mission, flown, options)
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : `${lines(mission, report, options).join('\n')}\n`)
    })
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
}

/** Latency: from the arrival of the last input from outside to the product, in seconds. */
function reportOf(mission: Mission, { ledger, load, work }: Rehearsed, options: SimulateOptions): Report {
  const levelOf = new Map(mission.products.flatMap(p => p.spacecraft.map(s => [datasetId(p, s), p.level ?? p.kind] as const)))
  const rooted = new Map<number, number>()
  const latencies = new Map<string, number[]>()
  for (const file of ledger.files) {
    const arrived = file.inputs.length === 0 ? file.arrived : Math.max(...file.inputs.map(i => rooted.get(i.file.id) ?? i.file.arrived))
    rooted.set(file.id, arrived)
    const level = levelOf.get(file.dataset) ?? 'other'
    if (file.inputs.length === 0) continue
    const known = latencies.get(level)
    if (known === undefined) latencies.set(level, [(file.arrived - arrived) / 1000])
    else known.push((file.arrived - arrived) / 1000)
  }
  const peak = load.reduce((most, l) => (l.waiting > most.waiting ? l : most), { at: 0, waiting: 0, running: 0 })
  const busy = load.map(l => l.running).toSorted((a, b) => a - b)
  const bytes = ledger.files.length * options.megabytes * 1e6
  return {
    files: ledger.files.length,
    jobs: ledger.jobs.filter(j => j.state !== 'cancelled').length,
    cells: ledger.cells.size,
    open: [...ledger.cells.values()].filter(c => c.state.next !== 'none').length,
    peakQueue: { jobs: peak.waiting, at: new Date(peak.at).toISOString() },
    workers: { mean: work / (options.days * dayMs), p99: busy[Math.floor(busy.length * 0.99)] ?? 0, peak: busy.at(-1) ?? 0 },
    levels: [...latencies].map(([level, all]) => {
      const sorted = all.toSorted((a, b) => a - b)
      const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
      return { level, files: all.length, p50: at(0.5), p95: at(0.95), most: at(1) }
    }),
    bytes: { perDay: bytes / options.days, together: bytes },
  }
}

const seconds = (s: number): string =>
  s < 120 ? `${s.toFixed(0)} s` : s < 7200 ? `${(s / 60).toFixed(1)} min` : `${(s / 3600).toFixed(1)} h`
const count = (n: number): string => n.toLocaleString('en-US')

const lines = (mission: Mission, r: Report, o: SimulateOptions): readonly string[] => [
  `${mission.title}, ${o.days} days in simulation: ${o.seconds} s a job, ${o.megabytes} MB a file, ${o.contacts} contacts and ${o.bursts} bursts a day`,
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
]
