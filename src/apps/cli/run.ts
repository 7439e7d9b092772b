import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { cacheFolder, missionsFolder, programsHere } from '#apps/system'
import type { Mission, Process } from '#domain/mission'
import type { JobFile } from '#domain/process'
import { fail } from '#error'
import { chooseConfinement, localExecutor, runHere } from '#services/executor'
import type { HereEnd } from '#services/executor'
import { loadMissions } from '#services/missions'
import { lastLines } from '#services/monitor'
import { ask, fetchInput } from './fetch-input.ts'
import type { Remote } from './fetch-input.ts'

interface RunOptions {
  readonly local?: boolean
  readonly server?: string
  readonly token?: string
  readonly mission?: string
  readonly spacecraft?: string
  readonly out?: string
}

/** `apsis run PROCESS PARTITION --local` */
export function runCommand(): Command {
  return new Command('run')
    .description('run one job of a data center on this machine, with your own copy of its program')
    .argument('<process>', 'as the mission folder names it, e.g. calibrate-mag')
    .argument('<partition>', 'e.g. 2026-11-23')
    .option('--local', 'on this machine; nothing is published')
    .option('--server <url>', 'the data center (or APSIS_SERVER)')
    .option('--token <name:secret>', 'for inputs that are not public (or APSIS_TOKEN)')
    .option('--mission <id>', 'where several missions have such a process')
    .option('--spacecraft <id>', 'where several have a job of it')
    .option('--out <dir>', 'a new or empty folder for outputs, log and job file (default: ./PROCESS-PARTITION)')
    .addHelpText(
      'after',
      `
The program and its parameters come from the mission folder here (APSIS_MISSIONS, else the one that comes with Apsis): change it and try.
Inputs come over HTTP, are checked against their hashes and kept under ~/.cache/apsis. The program runs under the same contract, limits
and confinement as in the data center, and its outputs are checked in the same way.
Ends with 0 where outputs were made, 66 where there is no data, 1 where it failed.

Example: apsis run calibrate-mag 2026-11-23 --local --server https://sdc.example.org --token ada:SECRET`,
    )
    .action(async (name: string, partition: string, options: RunOptions) => {
      if (options.local !== true) fail('run/not-local', 'the data center runs its jobs by itself; --local runs one on this machine')
      const end = await runOnce(name, partition, options)
      process.exitCode = end.outcome === 'made' ? 0 : end.outcome === 'no-data' ? 66 : 1
    })
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function runOnce(name: string, partition: string, options: RunOptions): Promise<HereEnd> {
  const url = options.server ?? process.env['APSIS_SERVER']
  if (url === undefined) return fail('run/no-server', 'say where the inputs come from: --server URL or APSIS_SERVER')
  if (!URL.canParse(url)) fail('run/bad-server', `${url} is no URL: write https://HOST`)
  const remote: Remote = { url, token: options.token ?? process.env['APSIS_TOKEN'] }
  const { mission, process: process_ } = findProcess(await loadMissions(missionsFolder(process.env)), name, options.mission)
  const question = new URLSearchParams({ partition, ...(options.spacecraft === undefined ? {} : { spacecraft: options.spacecraft }) })
  const told = (await (await ask(remote, `/api/v1/${mission.id}/processes/${name}/job?${question.toString()}`)).json()) as JobFile
  const folder = await openOut(options.out ?? `${name}-${told.spacecraft}-${partition}`)
  const cache = cacheFolder(process.env)
  const inputs = []
  for (const input of told.inputs) {
    const { path, cached } = await fetchInput(remote, input, cache)
    say(`input   ${input.role}: ${input.name}${cached ? ' (cached)' : ''}`)
    inputs.push({ ...input, path })
  }
  const executor = localExecutor(chooseConfinement('best', folder))
  say(`runs    ${executor.confinement}`)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  const job: JobFile = { ...told, inputs, parameters: process_.parameters }
  const end = await runHere({ executor, programs: programsHere(cache), folder, stop: stop.signal }, mission, process_, job)
  await sayEnd(end, folder)
  return end
}

function findProcess(
  missions: readonly Mission[],
  name: string,
  wanted: string | undefined,
): { readonly mission: Mission; readonly process: Process } {
  const found = missions
    .filter(m => wanted === undefined || m.id === wanted)
    .flatMap(mission => mission.processes.filter(p => p.id === name).map(process => ({ mission, process })))
  const [only] = found
  if (only === undefined) {
    const known = missions.flatMap(m => m.processes.map(p => p.id)).join(', ')
    return fail('run/no-process', `no mission here has a process ${name}; there are ${known}`)
  }
  if (found.length > 1) fail('run/which-mission', `${found.map(f => f.mission.id).join(', ')} have a process ${name}: say --mission`)
  return only
}

async function openOut(chosen: string): Promise<string> {
  const folder = resolve(chosen)
  if (existsSync(folder) && (await readdir(folder)).length > 0)
    fail('run/out-not-empty', `${folder} is not empty: choose another with --out, or remove it`)
  await mkdir(folder, { recursive: true })
  return folder
}

async function sayEnd(end: HereEnd, folder: string): Promise<void> {
  const { wallSeconds, peakMemory } = end.end.usage
  say(
    `ended   ${end.outcome}${end.message === '' ? '' : `: ${end.message}`} after ${wallSeconds.toFixed(1)} s${peakMemory === 0 ? '' : `, ${Math.ceil(peakMemory / 1e6)} MB`}`,
  )
  for (const output of end.outputs) {
    say(`output  ${output.path}`)
    for (const finding of output.findings.slice(0, 10)) say(`        note: ${finding}`)
  }
  if (end.outcome === 'made') return
  const words = (await lastLines(end.log, 2000)).trimEnd()
  if (words !== '')
    say(
      words
        .split('\n')
        .slice(-15)
        .map(line => `  | ${line}`)
        .join('\n'),
    )
  say(`log, job file and what it wrote are in ${folder}`)
}
