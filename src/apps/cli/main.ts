import { Command, CommanderError } from 'commander'
import { SdcError } from '#error'

/** Commands are loaded when they are called: `--help` of the whole must not wait for a database driver. */
const commands: readonly (readonly [name: string, summary: string, load: () => Promise<Command>])[] = [
  ['demo', 'fly a simulated mission: telemetry in, public files out, in minutes', async () => (await import('./demo.ts')).demoCommand()],
  ['up', 'run the data center: database, planner, workers, web site', async () => (await import('./up.ts')).upCommand()],
  ['worker', 'run jobs of a data center that is up, from another machine', async () => (await import('./worker.ts')).workerCommand()],
  ['ingest', 'take files into the archive', async () => (await import('./ingest.ts')).ingestCommand()],
  ['status', 'say in ten lines whether all is well', async () => (await import('./status.ts')).statusCommand()],
  ['why', 'why a product is there, in part, late or not', async () => (await import('./why.ts')).whyCommand()],
  ['cells', 'what should exist: states, due times, reasons', async () => (await import('./cells.ts')).cellsCommand()],
  ['waive', 'say that a product need not come any more', async () => (await import('./waive.ts')).waiveCommand()],
  ['held', 'outputs that hold less than before: release or reject them', async () => (await import('./held.ts')).heldCommand()],
  ['code', 'releases of processing code: try, compare, promote, roll back', async () => (await import('./code.ts')).codeCommand()],
  ['campaign', 'reprocessing: cost, approval, progress', async () => (await import('./campaign.ts')).campaignCommand()],
  ['remake', 'make a product again from its record and compare', async () => (await import('./remake.ts')).remakeCommand()],
  ['job', 'jobs that wait, run or failed; cancel one', async () => (await import('./job.ts')).jobCommand()],
  ['log', 'what the program of a job says', async () => (await import('./log.ts')).logCommand()],
  ['run', 'run one job on this machine with your own copy of its program', async () => (await import('./run.ts')).runCommand()],
  ['triage', 'all that is known of why a job failed', async () => (await import('./triage.ts')).triageCommand()],
  ['trace', 'the story of a file, from arrival to the last product', async () => (await import('./trace.ts')).traceCommand()],
  ['token', 'named tokens with roles, for people and programs', async () => (await import('./token.ts')).tokenCommand()],
  ['mission', 'check a mission folder, or begin a new one', async () => (await import('./mission.ts')).missionCommand()],
  ['cdf', 'look into CDF files, check, compare, repair them', async () => (await import('./cdf.ts')).cdfCommand()],
  ['sav', 'look into IDL save files, make them of burst selections', async () => (await import('./sav.ts')).savCommand()],
  ['sitl', 'burst selections: windows, submissions, lists, the relay', async () => (await import('./sitl.ts')).sitlCommand()],
  ['packets', 'look into CCSDS packet files', async () => (await import('./packets.ts')).packetsCommand()],
  ['test', 'run every test that this machine can run', async () => (await import('./test.ts')).testCommand()],
]

const program = new Command('apsis')
  .description('Apsis, a mission science data center: telemetry in, public files out.')
  .version('0.1.0')
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    `
Begin with:   ./apsis demo
Then:         ./apsis COMMAND --help says what a command does, with examples
              ./apsis clean takes away the runtime and the demo's home, never your data`,
  )

async function main(argv: readonly string[]): Promise<void> {
  const words = argv.slice(2).filter(word => !word.startsWith('-'))
  const wanted = words[0] === 'help' ? words[1] : words[0]
  for (const [name, summary, load] of commands) program.addCommand(name === wanted ? await load() : new Command(name).description(summary))
  program.addCommand(new Command('clean').description("take away the runtime, the packages and the demo's home; never ./var"))
  await program.parseAsync(argv)
}

// Who closes the pipe, as head does, has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})

main(process.argv).catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode
  else if (error instanceof SdcError) {
    process.stderr.write(`apsis: ${error.message}\n`)
    process.exitCode = 2
  } else {
    process.stderr.write(
      `apsis: something unforeseen happened: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    )
    process.exitCode = 70
  }
})
