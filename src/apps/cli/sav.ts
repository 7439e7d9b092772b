import { Command } from 'commander'
import { makeSave } from './sav-make.ts'
import { dumpSave, listSave, showSave } from './sav-show.ts'

/** `apsis sav …`: needs no home. Faults of a file are one sentence and exit code 2. */
export function savCommand(): Command {
  const sav = new Command('sav').description(
    'Look into IDL save files, and make them of burst selections. Needs no running data center, and no IDL.',
  )
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
  sav
    .command('make')
    .description('Write burst selections in our own JSON form as an IDL save file, as old clients read it.')
    .argument('<json>', 'docs/schemas/burst-selection.schema.json describes it')
    .argument('<new-file>', 'must not exist yet')
    .option('--compress', 'compress its records', false)
    .action(makeSave)
  return sav.addHelpText(
    'after',
    `
Examples: apsis sav ls abs_selections.sav
          apsis sav show abs_selections.sav FOMSTR.FOM
          apsis sav dump abs_selections.sav --form burst > selection.json
          apsis sav make selection.json sitl_selections.sav`,
  )
}
