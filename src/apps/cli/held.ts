import { Argument, Command } from 'commander'
import { describeLess } from '#domain/process'
import { SdcError } from '#error'
import { rejectHeldJob, releaseHeldJob } from '#services/executor'
import { listHeld } from '#services/pipeline'
import type { HeldJob } from '#services/pipeline'
import { actorHelp, actorOf } from './actor.ts'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

interface WordOptions extends HomeOptions {
  readonly reason: string
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** `apsis held ls|release|reject` */
export function heldCommand(): Command {
  const command = new Command('held').description('outputs that hold less than what they would replace: look, release, reject').addHelpText(
    'after',
    `
An output that covers less time, fewer records or fewer variables than the version it would replace is not published: its bytes lie
aside until somebody releases it, or rejects it and the old version stays. Both are written down with the reason.

Example: apsis held release 412 --reason "the contact was lost; the shorter day is all there is"
${actorHelp}`,
  )
  command
    .command('ls')
    .description('what is held, and how much less it is')
    .option('--json', 'as JSON')
    .option(...homeOption)
    .action((options: HomeOptions & { json?: boolean }) =>
      inHome('held ls', options, async system => {
        const held = await listHeld(system.db)
        if (options.json === true) return say(JSON.stringify(held, undefined, 1))
        if (held.length === 0) return say('nothing is held')
        for (const one of held) describe(one).forEach(say)
      }),
    )
  for (const [name, what, act] of [
    ['release', 'publish it all the same', releaseHeldJob],
    ['reject', 'keep the old version', rejectHeldJob],
  ] as const)
    command
      .command(name)
      .description(what)
      .addArgument(new Argument('<job...>', 'numbers of held jobs'))
      .requiredOption('--reason <text>', 'why; people will ask')
      .option(...homeOption)
      .action((jobs: readonly string[], options: WordOptions) =>
        inHome(`held ${name}`, options, async system => {
          const actor = await actorOf(system.db)
          for (const text of jobs) {
            const job = Number(text)
            if (!Number.isSafeInteger(job)) throw new SdcError('held/no-such-job', `"${text}" is no number of a job`)
            await act(system.executor, { job, actor, reason: options.reason })
            say(`job ${job} is ${name === 'release' ? 'released' : 'rejected'}`)
          }
        }),
      )
  return command
}

function describe({ job, outputs }: HeldJob): readonly string[] {
  const lines = outputs.map(o =>
    o.less.length > 0
      ? `  ${o.name} for ${o.old}: ${describeLess(o.less)}`
      : `  ${o.name}: ${o.old === null ? 'new' : 'the same as before'}`,
  )
  return [`job ${job.id}  ${job.process} ${job.spacecraft} ${job.partition}`, ...lines]
}
