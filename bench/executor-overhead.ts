/**
 * What a worker costs beside the programs it runs: `node bench/executor-overhead.ts [JOBS]` lets one worker with four places work off a
 * queue of jobs (300 unless told) whose program is a shell script of 10 to 30 ms CPU, on an embedded PostgreSQL with durable commits and
 * every byte synced; then starts the same programs bare, four at a time, as the floor. Planning is done before the clock starts, but
 * for the looks at each job's own cell, which belong to a job.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openHome } from '#apps/home'
import { openSystem } from '#apps/system'
import { migrate } from '#services/db'
import { work } from '#services/executor'
import { ingestFile } from '#services/ingest'
import { makePlanner } from '#services/pipeline'
import { startPostgres } from '#services/postgres'
import { textMission } from '#test/installation'
import { ownCpu, treeCpu } from './flow/cpu.ts'

const jobs = Number(process.argv[2] ?? 300)
const places = 4
const body = 'i=0; while [ $i -lt 12000 ]; do i=$((i+1)); done'
const program = `set -eu
${body}
while IFS= read -r line; do
  case $line in *'"name": "'*_l1_*) out=\${line#*'"name": "'}; out=\${out%%'"'*} ;; esac
done < "$APSIS_JOB"
echo $i > "$out"
`
const folder = await mkdtemp(join(tmpdir(), 'apsis-bench-'))
const tally = join(folder, 'missions', 'tally')
const files = { ...textMission, 'programs/count.sh': program, 'processes.yaml': `${textMission['processes.yaml']?.split('report:')[0]}` }
for (const [name, text] of Object.entries(files)) {
  await mkdir(join(tally, name, '..'), { recursive: true })
  await writeFile(join(tally, name), text, { mode: 0o755 })
}
const postgres = await startPostgres({ dataDir: join(folder, 'pg'), log: () => undefined })
await migrate(postgres.config)
const home = await openHome(join(folder, 'home'), 'real')
const environment = { APSIS_MISSIONS: join(folder, 'missions') }
const opened = await openSystem({ home, config: postgres.config, log: pino({ level: 'silent' }), supervise: true, environment })
const system = { ...opened, pipeline: { ...opened.pipeline, settings: { ...opened.pipeline.settings, settle: 0 } } }
const planner = makePlanner(system.pipeline)
for (let i = 0; i < jobs; i++) {
  const day = new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10).replaceAll('-', '')
  const path = join(folder, `ta_cnt_day_l0_${day}_v0.0.0.txt`)
  await writeFile(path, `${day}\n`)
  await ingestFile(system.ingest, path, { actor: 'bench' })
}
while ((await planner.follow()) > 0);

const made = async (): Promise<number> => (await system.db.selectFrom('job').select('id').where('state', '=', 'made').execute()).length
const stop = new AbortController()
const master = Number(readFileSync(join(folder, 'pg', 'postmaster.pid'), 'utf8').split('\n')[0])
const cpuNow = (): readonly [number, number, number] => {
  const { user, system: kernel } = process.cpuUsage()
  return [(user + kernel) / 1000, treeCpu(process.pid, master), ownCpu(master) + treeCpu(master)]
}
const [began, cpu] = [performance.now(), cpuNow()]
const ended = work({ ...system.executor, pipeline: system.pipeline }, system.queue, { slots: places, stop: stop.signal })
while ((await made()) < jobs) await new Promise(resolve => setTimeout(resolve, 50))
const took = (performance.now() - began) / 1000
const [worker = 0, starter = 0, database = 0] = cpuNow().map((now, i) => (now - (cpu[i] ?? 0)) / jobs)
stop.abort()
await ended
const lanes = await system.db.selectFrom('attempt').select(['started_at', 'ended_at']).execute()
const inside = lanes.reduce((sum, a) => sum + ((a.ended_at ?? 0) - a.started_at), 0) / lanes.length

let left = jobs
const floorBegan = performance.now()
const sayTimes = join(folder, 'times.sh')
await writeFile(sayTimes, `${body}; times`)
let childCpu = 0
await Promise.all(
  Array.from({ length: places }, async () => {
    while (left-- > 0) {
      const child = spawn('sh', [sayTimes], { stdio: ['ignore', 'pipe', 'ignore'] })
      let said = ''
      child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
      await once(child, 'close')
      childCpu += [...(said.split('\n')[0] ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
        (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
        0,
      )
    }
  }),
)
const floor = (performance.now() - floorBegan) / 1000
const own = worker + starter
const childMs = (childCpu * 1000) / jobs
process.stdout.write(`${jobs} jobs, ${places} places, ${availableParallelism()} processors; ${system.executor.executor.confinement}
worker      ${(jobs / took).toFixed(1)} jobs/s, ${inside.toFixed(0)} ms from begin to end of a try
floor       ${(jobs / floor).toFixed(1)} programs/s started bare; ratio ${(floor / took).toFixed(2)}
CPU         ${own.toFixed(1)} ms of the worker (${starter.toFixed(1)} of them of the process that starts programs, with their wrappers) beside
            ${childMs.toFixed(1)} ms of the program: ratio ${(own / childMs).toFixed(2)}; and ${database.toFixed(1)} ms of the database
`)
await system.close()
await postgres.stop()
await rm(folder, { recursive: true, force: true })
