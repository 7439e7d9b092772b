/**
 * From registration to the start of the job, and from a drop folder to registration: `node bench/job-latency.ts [SECONDS] [child|inside] [FILES/S]`
 * (60, child, 20 unless told; the claims are 20/s child and 100/s inside). First one file every two seconds into an installation that has
 * nothing to do, then a steady stream at that rate through the door, then a stream of one file a second through the drop folder, which
 * takes a file at the second look that finds it unchanged. Floor: the pause between two looks (drop folder), and a notification sent and
 * heard over two connections (start of a job).
 */
import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { openFlow, startLatencies } from './flow/open-flow.ts'
import type { Flow, Kind } from './flow/open-flow.ts'

const seconds = Number(process.argv[2] ?? 60)
const kind = (process.argv[3] ?? 'child') as Kind
const wanted = Number(process.argv[4] ?? 20)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const percentile = (values: readonly number[], p: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * p) - 1] ?? NaN
const show = (values: readonly number[]): string =>
  `p50 ${percentile(values, 0.5).toFixed(0)} ms, p99 ${percentile(values, 0.99).toFixed(0)} ms of ${values.length}`

/** Starts one step each so often, whether or not the one before has ended. */
async function stream(count: number, every: number, step: () => Promise<void>): Promise<void> {
  const began = performance.now()
  const steps: Promise<void>[] = []
  for (let i = 0; i < count; i++) {
    await pause(Math.max(0, began + i * every - performance.now()))
    steps.push(step())
  }
  await Promise.all(steps)
}

async function untilMade(flow: Flow): Promise<void> {
  const goal = flow.delivered()
  while ((await flow.products()) < goal) await pause(50)
}

async function notified(flow: Flow): Promise<readonly number[]> {
  const stop = new AbortController()
  let heard: () => void = () => undefined
  const listening = flow.system.listen(() => heard(), stop.signal)
  await pause(1000)
  const took: number[] = []
  for (let i = 0; i < 50; i++) {
    const began = performance.now()
    const { promise, resolve } = Promise.withResolvers<void>()
    heard = resolve
    await sql`select pg_notify('apsis_event', '')`.execute(flow.system.db)
    await promise
    took.push(performance.now() - began)
  }
  stop.abort()
  await listening
  return took
}

const flow = await openFlow(kind, kind === 'child' ? 6 : 24)
for (let i = 0; i < 100; i++) await flow.deliver()
await untilMade(flow)
const idle = Date.now()
await stream(Math.ceil(seconds / 4), 2000, () => flow.deliver())
await untilMade(flow)
const calm = await startLatencies(flow, idle)
const busy = Date.now()
const from = performance.now()
await stream(seconds * wanted, 1000 / wanted, () => flow.deliver())
const arrived = (seconds * wanted * 1000) / (performance.now() - from)
await untilMade(flow)
const made = (seconds * wanted * 1000) / (performance.now() - from)
const loaded = await startLatencies(flow, busy)
const floor = await notified(flow)
const dropped = await flow.pickups(Math.ceil(seconds / 3))
say(`${kind}, load ${loadavg()[0]?.toFixed(1)}
idle                 registration to start p50 ${calm.p50.toFixed(0)} ms, p99 ${calm.p99.toFixed(0)} ms of ${calm.n}; target p50 300 ms
${wanted}/s asked, ${arrived.toFixed(1)}/s arrived, ${made.toFixed(1)}/s made
                     registration to start p50 ${loaded.p50.toFixed(0)} ms, p99 ${loaded.p99.toFixed(0)} ms of ${loaded.n}; target p99 2000 ms
floor                a notification heard: ${show(floor)}
drop folder          written to registered: ${show(dropped)}; looks are ${flow.system.settings.dropPause} ms apart`)
await flow.close()
