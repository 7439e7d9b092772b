import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { pino } from 'pino'
import { openHome } from '#apps/home'
import { openSystem, runSteward } from '#apps/system'
import type { System } from '#apps/system'
import { migrate } from '#services/db'
import { ingestFile } from '#services/ingest'
import { startPostgres } from '#services/postgres'
import { textMission } from '#test/installation'
import { ownCpu, treeCpu } from './cpu.ts'

/** Programs that are processes in the sandbox, or functions in a thread of the worker. */
export type Kind = 'child' | 'inside'

/** About 10 ms of a shell: below the 30 ms that the claim allows. */
export const childBody = 'i=0; while [ $i -lt 6000 ]; do i=$((i+1)); done'
const childProgram = `set -eu
${childBody}
while IFS= read -r line; do
  case $line in *'"name": "'*_l1_*) out=\${line#*'"name": "'}; out=\${out%%'"'*} ;; esac
done < "$APSIS_JOB"
echo $i > "$out"
`

/** An installation that runs as `apsis up` does: planner and door in this process, one worker beside it, PostgreSQL with durable commits. */
export interface Flow {
  readonly folder: string
  readonly system: System
  /** Takes in the next raw file, of a day of its own: one job follows from it. */
  deliver(): Promise<void>
  /** Writes so many raw files, one a second, where the installation looks for deliveries; milliseconds until each was registered. */
  pickups(count: number): Promise<readonly number[]>
  delivered(): number
  /** Products registered by now. */
  products(): Promise<number>
  /** Processor milliseconds used so far. Programs in the sandbox are nobody's children and not in it. */
  cpu(): Readonly<Record<'steward' | 'worker' | 'starter' | 'postgres', number>>
  close(): Promise<void>
}

export async function openFlow(kind: Kind, places: number, settings: Readonly<Record<string, string>> = {}): Promise<Flow> {
  const folder = await mkdtemp(join(tmpdir(), 'apsis-bench-'))
  const missions = join(folder, 'missions')
  const program = kind === 'child' ? '{ run: [sh, programs/count.sh] }' : '{ builtin: tabulate, inside: true }'
  const processes = `${textMission['processes.yaml']?.split('report:')[0]}`.replace(/program: .*/, `program: ${program}`)
  for (const [name, text] of Object.entries({ ...textMission, 'programs/count.sh': childProgram, 'processes.yaml': processes })) {
    await mkdir(join(missions, 'tally', name, '..'), { recursive: true })
    await writeFile(join(missions, 'tally', name), text, { mode: 0o755 })
  }
  const postgres = await startPostgres({ dataDir: join(folder, 'pg'), log: () => undefined, settings })
  await migrate(postgres.config)
  const home = await openHome(join(folder, 'home'), 'real')
  const environment = { APSIS_MISSIONS: missions }
  const system = await openSystem({ home, config: postgres.config, log: pino({ level: 'silent' }), supervise: true, environment })
  const stop = new AbortController()
  const steward = runSteward(system, stop.signal)
  const order = JSON.stringify({ dir: home.dir, connectionString: postgres.connectionString, places })
  const worker = spawn(process.execPath, [fileURLToPath(new URL('./worker.ts', import.meta.url)), order], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  await mkdir(join(folder, 'deliveries'))
  let [count, stored] = [0, 0]
  const write = async (where: string): Promise<string> => {
    // A hundred thousand files end before today: what is not over yet is looked at again and again.
    const day = new Date(Date.UTC(1850, 0, 1 + (count >> 1))).toISOString().slice(0, 10).replaceAll('-', '')
    const path = join(where, `${count++ % 2 === 0 ? 'ta' : 'tb'}_cnt_day_l0_${day}_v0.0.0.txt`)
    await writeFile(path, `${day}\n${'a line of telemetry\n'.repeat(50)}`)
    return path
  }
  const master = Number(readFileSync(join(folder, 'pg', 'postmaster.pid'), 'utf8').split('\n')[0])
  return {
    folder,
    system,
    deliver: async () => {
      const path = await write(join(folder, 'deliveries'))
      const { outcome } = await ingestFile(system.ingest, path, { actor: 'bench', consume: true })
      if (outcome !== 'stored') throw new Error(`${path}: ${outcome}`)
      stored++
    },
    pickups: async times => {
      const written = new Map<string, number>()
      for (let i = 0; i < times; i++, await pause(1000)) written.set(basename(await write(home.drop)), Date.now())
      const names = [...written.keys()]
      for (;;) {
        const { rows } = await sql<{
          name: string
          arrived_at: number
        }>`select name, arrived_at from file where name = any(${names}::text[])`.execute(system.db)
        if (rows.length === times) return rows.map(row => row.arrived_at - (written.get(row.name) ?? NaN))
        await pause(200)
      }
    },
    delivered: () => count,
    // Each file in the ledger is one event.
    products: async () => {
      const { rows } = await sql<{ last: number }>`select last from event_counter`.execute(system.db)
      return Math.max(0, (rows[0]?.last ?? 0) - stored)
    },
    cpu: () => {
      const { user, system: kernel } = process.cpuUsage()
      return {
        steward: (user + kernel) / 1000,
        worker: ownCpu(worker.pid),
        starter: treeCpu(worker.pid),
        postgres: treeCpu(master) + ownCpu(master),
      }
    },
    close: async () => {
      stop.abort()
      await steward
      const ended = once(worker, 'exit')
      worker.kill('SIGTERM')
      await ended
      await system.close()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Percentiles of milliseconds between the registration of an input and the start of the job that reads it. */
export async function startLatencies(
  flow: Flow,
  since: number,
): Promise<{ readonly n: number; readonly p50: number; readonly p99: number }> {
  const { rows } = await sql<{ n: number; p50: number; p99: number }>`
    select count(*) as n, percentile_disc(0.5) within group (order by late) as p50, percentile_disc(0.99) within group (order by late) as p99
    from (select extract(epoch from a.started_at - f.arrived_at)::float8 * 1000 as late
      from attempt a join job j on j.id = a.job join file f on f.id = (j.inputs -> 0 ->> 'file')::bigint
      where f.arrived_at >= ${new Date(since)}) as lates`.execute(flow.system.db)
  return rows[0] ?? { n: 0, p50: NaN, p99: NaN }
}
