import { Command } from 'commander'
import { SdcError } from '#error'
import { addWaiver, listWaivers, revokeWaiver } from '#services/pipeline'
import { actorHelp, actorOf } from './actor.ts'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { chooseCell } from './why.ts'

interface WaiveOptions extends HomeOptions {
  readonly reason?: string
  readonly revoke?: boolean
}

/** `apsis waive [DATASET PARTITION]` */
export function waiveCommand(): Command {
  return new Command('waive')
    .description('say that a product need not come any more; without arguments, list what is waived')
    .argument('[dataset]')
    .argument('[partition]')
    .option('--reason <text>', 'why; people will ask')
    .option('--revoke', 'take the waiver back: the product is expected again')
    .option(...homeOption)
    .addHelpText(
      'after',
      `
A waived product is no longer late or failed, what needs it says so, and the act is in the audit. Should it come nevertheless, it is taken.

Example: apsis waive sc2_mag_srvy_l2 2026-11-23 --reason "boom deployment, no valid field"
${actorHelp}`,
    )
    .action(async (dataset: string | undefined, partition: string | undefined, options: WaiveOptions) => {
      await inHome('waive', options, async system => {
        const say = (line: string): void => void process.stdout.write(`${line}\n`)
        if (dataset === undefined) {
          const valid = await listWaivers(system.db)
          for (const w of valid) say(`${w.dataset} ${w.partition}: ${w.reason} (${w.actor}, ${new Date(w.at).toISOString().slice(0, 10)})`)
          if (valid.length === 0) say('nothing is waived')
          return
        }
        if (partition === undefined) throw new SdcError('waive/no-partition', `say which partition of ${dataset}: apsis cells ${dataset}`)
        const act = { ...(await chooseCell(system.db, dataset, partition)), actor: await actorOf(system.db) }
        if (options.revoke === true) await revokeWaiver(system.pipeline, act)
        else await addWaiver(system.pipeline, { ...act, reason: options.reason ?? '' })
        say(options.revoke === true ? `${dataset} ${partition} is expected again` : `${dataset} ${partition} is waived`)
      })
    })
}
