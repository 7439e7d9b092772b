import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import {
  findBrokenPromises,
  findDeepImports,
  findLongFiles,
  findMissionNames,
  listMissions,
  readSources,
  totalLayer,
} from './check-structure.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const layers = ['src/formats', 'src/domain', 'src/services', 'src/doors', 'src/apps', 'missions', 'test', 'bench'] as const
const formatted = ['src', 'missions', 'test', 'bench', 'vitest.config.ts']

interface Verdict {
  readonly well: boolean
  readonly words: string
}

interface Step {
  readonly name: string
  readonly take: () => Promise<Verdict>
}

const tool =
  (name: string, ...args: readonly string[]): Step['take'] =>
  () =>
    runTool(name, args)
const findings =
  (find: () => readonly string[]): Step['take'] =>
  async () => {
    const found = find()
    return { well: found.length === 0, words: found.join('\n') }
  }
const sources = () => readSources(root, 'src')

const steps: readonly Step[] = [
  { name: 'types per layer', take: tool('tsc', '-b', '--pretty', 'false') },
  { name: 'lint', take: tool('oxlint', '--type-aware', '--report-unused-disable-directives-severity=error') },
  { name: 'format', take: tool('oxfmt', '--check', ...formatted) },
  { name: 'unused exports and dependencies', take: tool('knip', '--no-progress') },
  { name: 'length of files', take: findings(() => findLongFiles(layers.flatMap(layer => readSources(root, layer)))) },
  { name: 'no mission in the core', take: findings(() => findMissionNames(sources(), listMissions(root))) },
  { name: 'imports through the index', take: findings(() => findDeepImports(sources())) },
  {
    name: 'promises of package.json',
    take: findings(() => findBrokenPromises(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))),
  },
]

async function runTool(name: string, args: readonly string[]): Promise<Verdict> {
  const child = spawn(join(root, 'node_modules', '.bin', name), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  const [words, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { well: code === 0, words: `${words}${complaints}`.trim() }
}

/** Everything static, each step timed; exit code 1 when any step finds a fault. */
async function check(): Promise<number> {
  const faulty: string[] = []
  for (const { name, take } of steps) {
    const began = performance.now()
    const { well, words } = await take()
    process.stdout.write(`${well ? 'ok    ' : 'FAULTY'}  ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)\n`)
    if (!well) {
      faulty.push(name)
      process.stdout.write(`${words}\n\n`)
    }
  }
  printTotals()
  process.stdout.write(faulty.length === 0 ? 'All is well.\n' : `Faults in: ${faulty.join('; ')}\n`)
  return faulty.length === 0 ? 0 : 1
}

function printTotals(): void {
  const row = (...cells: readonly (string | number)[]): string =>
    cells.map((cell, at) => (at === 0 ? String(cell).padEnd(14) : String(cell).padStart(9))).join('')
  process.stdout.write(`\n${row('', 'files', 'lines', 'median', 'longest', 'tests')}\n`)
  for (const layer of layers) {
    const total = totalLayer(layer, readSources(root, layer))
    process.stdout.write(`${row(layer, total.files, total.lines, total.median, total.longest, total.testLines)}\n`)
  }
}

process.exitCode = await check()
