import { findHome } from '#apps/home'
import { openLog, openSystem } from '#apps/system'
import { fail } from '#error'
import { work } from '#services/executor'

/** A worker process: claims jobs and runs their programs. Told what to do by its parent; ends when the parent goes. */
const { home: dir, connectionString, slots } = JSON.parse(process.env['APSIS_WORKER'] ?? '{}') as Record<string, string> & { slots: number }
const home = (await findHome(dir ?? '')) ?? fail('worker/no-home', `${dir} is no Apsis home`)
const log = openLog(home, 'worker')
const system = await openSystem({ home, config: { connectionString }, log, supervise: false, environment: process.env })
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())
// Ctrl-C reaches the whole process group; the parent's end closes our input.
process.stdin.on('end', () => stop.abort())
process.stdin.resume()
await work(system.executor, system.queue, { slots: system.config.slots ?? slots, stop: stop.signal })
await system.close()
process.exit(0)
