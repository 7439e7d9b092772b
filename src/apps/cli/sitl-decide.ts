import type { Command } from 'commander'
import { fail } from '#error'
import { approveSubmission } from '#services/burst'
import { listLetters } from '#services/mail'
import { wholeNumber } from './options.ts'
import { atDesk, say, type DeskOptions } from './sitl-at-desk.ts'

interface DecideOptions extends DeskOptions {
  readonly accept?: boolean
  readonly reject?: boolean
  readonly reason: string
}

/** `apsis sitl decide` and `apsis sitl letters`. */
export function addDecisions(command: (name: string, text: string) => Command): void {
  command('decide', 'accept or reject a submission that waits for approval; for a Super-SITL')
    .argument('<submission>', 'its number', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--accept', 'it counts')
    .option('--reject', 'it does not')
    .requiredOption('--reason <text>', 'why')
    .action((submission: number, options: DecideOptions) =>
      atDesk(options, async ({ system, mission, tables, now, actor }) => {
        const { accept = false, reject = false, reason } = options
        if (accept === reject) fail('sitl/decide', 'say one of --accept and --reject')
        const by = await actor()
        const decided = await approveSubmission(system.db, tables, { mission, submission, accept, actor: by, reason, now })
        say(`submission ${decided.id} is ${decided.state} by ${by}${decided.final && accept ? '; its window is closed' : ''}`)
      }),
    )
  command('letters', 'letters to people about windows: sent, waiting, given up, and why').action((options: DeskOptions) =>
    atDesk(options, async ({ system, mission }) => {
      const letters = await listLetters(system.db, mission)
      for (const { id, writtenAt, state, tries, recipients, subject, error } of letters)
        say(
          `${id}  ${new Date(writtenAt).toISOString().slice(0, 19)}  ${state}${tries > 1 ? ` (${tries} tries)` : ''}  ${recipients.join(', ') || 'copies only'}  ${subject}${error === null ? '' : `: ${error}`}`,
        )
      if (letters.length === 0) say('no letter has been written')
    }),
  )
}
