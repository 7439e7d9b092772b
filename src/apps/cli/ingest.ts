import { stat } from 'node:fs/promises'
import { opendir } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { fail } from '#error'
import { runSteward, startWorkers, waitUntilIdle } from '#apps/system'
import type { System } from '#apps/system'
import { ingestEach, ingestFile } from '#services/ingest'
import type { IngestOutcome } from '#services/ingest'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** `apsis ingest PATH…` */
export function ingestCommand(): Command {
  return new Command('ingest')
    .description('take files (or all files below folders) into the archive')
    .argument('<path...>', 'files or folders')
    .option(...homeOption)
    .option('--no-wait', 'do not wait for the products that follow from the files')
    .option('--json', 'one JSON line per file')
    .addHelpText(
      'after',
      `
Each file is recognised by its name (or, where the mission has an adapter, by its content), checked by
its content, stored, and recorded; or it goes to quarantine with the reason. Taking the same file again
changes nothing; the same name with other bytes is refused. Several files are taken at once. The files themselves are left where they are.
Ends with 0 where every file was taken, with 1 where one was refused.

Example: apsis ingest /data/delivery/sc1_mag_srvy_l2_20261123_v1.2.0.cdf`,
    )
    .action(async (paths: readonly string[], options: HomeOptions & { wait: boolean; json?: boolean }) => {
      const files = (await Promise.all(paths.map(listFiles))).flat().map(path => ({ path }))
      await inHome('ingest', options, async (system, session) => {
        const outcomes: IngestOutcome[] = []
        const actor = userInfo().username
        for await (const outcome of ingestEach(system.ingest, files, ({ path }) => ingestFile(system.ingest, path, { actor }))) {
          outcomes.push(outcome)
          process.stdout.write(`${options.json === true ? JSON.stringify(outcome) : sentence(outcome)}\n`)
        }
        if (options.json !== true) process.stdout.write(`${summary(outcomes)}\n`)
        if (outcomes.some(o => o.outcome === 'quarantined')) process.exitCode = 1
        if (options.wait) await makeProducts(system, session.connectionString, session.running === undefined, options.json === true)
      })
    })
}

async function listFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => fail('ingest/absent', `${path} does not exist`))
  if (found.isFile()) return [resolve(path)]
  const files: string[] = []
  for await (const entry of await opendir(path, { recursive: true }))
    if (entry.isFile()) files.push(resolve(join(entry.parentPath, entry.name)))
  return files.toSorted()
}

function sentence(outcome: IngestOutcome): string {
  switch (outcome.outcome) {
    case 'stored':
      return [`stored      ${outcome.name}`, ...notes(outcome.findings)].join('\n')
    case 'present':
      return `present     ${outcome.name} (held already, nothing changed)`
    case 'quarantined':
      return `quarantined ${outcome.name}\n            ${outcome.reason}`
  }
}

/** The first findings; a product with a check of its metadata may have a hundred. */
function notes(findings: readonly string[]): readonly string[] {
  const told = findings.slice(0, 5).map(finding => `            note: ${finding}`)
  return findings.length > 5 ? [...told, `            and ${findings.length - 5} more, which the file's page lists`] : told
}

function summary(outcomes: readonly IngestOutcome[]): string {
  const count = (kind: IngestOutcome['outcome']): number => outcomes.filter(o => o.outcome === kind).length
  return `${outcomes.length} files: ${count('stored')} stored, ${count('present')} present already, ${count('quarantined')} in quarantine`
}

/** Where a server runs it does the work and is waited for; else this command plans and works until nothing is left to do. */
async function makeProducts(system: System, connectionString: string, alone: boolean, quiet: boolean): Promise<void> {
  const halt = new AbortController()
  const workers = alone ? startWorkers({ home: system.home, connectionString, count: 1, slots: 2, log: system.pipeline.log }) : undefined
  const steward = alone ? runSteward(system, halt.signal) : Promise.resolve()
  const made = await waitUntilIdle(system)
  halt.abort()
  await steward
  await workers?.stop()
  if (!quiet && made > 0) process.stdout.write(`${made} products made from them; apsis status says how things stand\n`)
}
