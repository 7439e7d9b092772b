import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { findHome } from '#apps/home'
import { openSystem } from '#apps/system'
import { work } from '#services/executor'

/** A worker as `apsis up` starts one, whose built-in program is the stand-in of the bench. */
const { dir, connectionString, places } = JSON.parse(process.argv[2] ?? '{}') as { dir: string; connectionString: string; places: number }
const home = await findHome(dir)
if (home === undefined) throw new Error(`${dir} is no home`)
const log = pino({ level: 'warn' })
const system = await openSystem({ home, config: { connectionString }, log, supervise: false, environment: process.env })
const builtins = { ...system.executor.builtins, tabulate: fileURLToPath(new URL('./stand-in.ts', import.meta.url)) }
// A getter chooses how programs run, once: a copy would choose it here.
const executor = Object.create(system.executor, { builtins: { value: builtins } }) as typeof system.executor
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
await work(executor, system.queue, { slots: places, stop: stop.signal })
await system.close()
process.exit(0)
