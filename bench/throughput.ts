/**
 * Files per second from arrival to registered product: `node bench/throughput.ts [SECONDS] [child|inside|both]` (90 unless told; 600 for the claim).
 * Files come in through the door as fast as products are registered, so that nothing piles up: planner and door in one process, one
 * worker beside it, embedded PostgreSQL with durable commits, every byte of the archive synced. `child`: a shell of about 10 ms CPU in the
 * sandbox; `inside`: a built-in program in a thread of the worker.
 *
 * Floors in the same run. child: the same shells started bare by as many lanes. inside: what no archive can do without, two files written
 * and synced, and two rows committed.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { childBody, openFlow, startLatencies } from './flow/open-flow.ts'
import type { Flow, Kind } from './flow/open-flow.ts'
import { beginStatements, countStatements, describeStatements } from './flow/statements.ts'

const seconds = Number(process.argv[2] ?? 90)
const kinds = (process.argv[3] ?? 'both') === 'both' ? (['child', 'inside'] as const) : [process.argv[3] as Kind]
/** Jobs of the worker at a time; files on their way from arrival to product. */
const shape = { child: { places: 6, ahead: 24 }, inside: { places: 24, ahead: 96 } } as const
/** Tells what each statement costs the database. */
const counting = process.argv[4] === 'statements'
const warmUp = 10
const window = 10

const rate = (count: number, ms: number): number => (count * 1000) / ms
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function lanes(count: number, until: number, step: () => Promise<void>): Promise<number> {
  let done = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      await step()
      done++
    }
  }
  await Promise.all(Array.from({ length: count }, lane))
  return done
}

async function floorOf(kind: Kind, flow: Flow): Promise<number> {
  const began = performance.now()
  let number = 0
  const bare = async (): Promise<void> => void (await once(spawn('sh', ['-c', childBody], { stdio: 'ignore' }), 'close'))
  const archive = async (): Promise<void> => {
    const path = join(flow.folder, `floor-${number++}`)
    for (const name of [`${path}-a`, `${path}-b`]) {
      const file = await open(name, 'w')
      await file.writeFile('a line of telemetry\n'.repeat(50))
      await file.sync()
      await file.close()
      await sql`insert into floor (name) values (${name})`.execute(flow.system.db)
      await rm(name)
    }
  }
  await sql`create table if not exists floor (name text)`.execute(flow.system.db)
  const done = await lanes(6, began + 5000, kind === 'child' ? bare : archive)
  return rate(done, performance.now() - began)
}

async function measure(kind: Kind): Promise<void> {
  const { places, ahead } = shape[kind]
  const flow = await openFlow(kind, places, counting ? countStatements : {})
  const end = new AbortController()
  let products = 0
  const feeding = Array.from({ length: 8 }, async () => {
    while (!end.signal.aborted) {
      if (flow.delivered() - products < ahead) await flow.deliver()
      else await pause(5)
    }
  })
  const looking = (async () => {
    for (; !end.signal.aborted; await pause(40)) products = await flow.products()
  })()
  await pause(warmUp * 1000)
  if (counting) await beginStatements(flow)
  const [first, cpu, since, began] = [products, flow.cpu(), Date.now(), performance.now()]
  const rates: number[] = []
  for (let at = products; performance.now() - began < seconds * 1000;) {
    const from = performance.now()
    await pause(Math.min(window, seconds) * 1000)
    rates.push(rate(products - at, performance.now() - from))
    at = products
  }
  const [made, ms, used] = [products - first, performance.now() - began, flow.cpu()]
  if (counting) say(await describeStatements(flow, made))
  end.abort()
  await Promise.all([...feeding, looking])
  const late = await startLatencies(flow, since)
  const floor = await floorOf(kind, flow)
  const each = Object.entries(used).map(([name, value]) => `${name} ${((value - cpu[name as keyof typeof cpu]) / made).toFixed(1)}`)
  const total = Object.values(used).reduce((a, b) => a + b, 0) - Object.values(cpu).reduce((a, b) => a + b, 0)
  say(`${kind}: ${made} products in ${(ms / 1000).toFixed(0)} s; ${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1)}
  from arrival to product  ${rate(made, ms).toFixed(1)}/s (slowest ${window} s ${Math.min(...rates).toFixed(1)}/s), target ${kind === 'child' ? 20 : 100}/s
  each ${window} s                ${rates.map(r => r.toFixed(0)).join(' ')}
  floor                    ${floor.toFixed(1)}/s, ratio ${(rate(made, ms) / floor).toFixed(2)}
  CPU of a product         ${(total / made).toFixed(1)} ms: ${each.join(', ')} (programs in the sandbox not counted)
  registration to start    p50 ${late.p50.toFixed(0)} ms, p99 ${late.p99.toFixed(0)} ms under this load`)
  await flow.close()
}

for (const kind of kinds) await measure(kind)
