import { Command } from 'commander'
import { dumpSave, listSave, showSave } from './sav-show.ts'

/** `apsis sav …`: needs no home. Faults of a file are one sentence and exit code 2. */
export function savCommand(): Command {
  const sav = new Command('sav').description('Look into IDL save files. Needs no running data center, and no IDL.')
  sav
    .command('ls')
    .description('List what a file holds: records, variables with type and shape, heap, who saved it when.')
    .argument('<file>')
    .option('--tolerant', 'pass over damaged records and say which', false)
    .option('--json', 'for programs', false)
    .action(listSave)
  sav
    .command('show')
    .description('Show variables with their fields; long arrays in part.')
    .argument('<file>')
    .argument('[variables...]', 'names, VARIABLE.FIELD too; all by default')
    .option('--tolerant', 'pass over damaged records and say which', false)
    .option('--json', 'for programs: whole values', false)
    .action(showSave)
  sav
    .command('dump')
    .description('Print everything as JSON; burst selections in their own form with --form burst.')
    .argument('<file>')
    .option('--form <name>', 'plain (all values as they lie in the file) or burst (docs/schemas/burst-selection.schema.json)', 'plain')
    .option('--tolerant', 'pass over damaged records and list them', false)
    .action(dumpSave)
  return sav.addHelpText(
    'after',
    `
Examples: apsis sav ls abs_selections.sav
          apsis sav show abs_selections.sav FOMSTR.FOM
          apsis sav dump abs_selections.sav --form burst > selection.json`,
  )
}
