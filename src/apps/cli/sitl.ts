import { Command } from 'commander'
import { addDesk } from './sitl-desk.ts'
import { importList } from './sitl-import.ts'
import { wholeNumber } from './options.ts'

/** `apsis sitl …` */
export function sitlCommand(): Command {
  const sitl = new Command('sitl').description('Burst selections of the Scientist-in-the-Loop.')
  sitl
    .command('import')
    .description(
      'Read a list of selections and say what becomes of every line. Changes nothing and needs no home. Exit code 1 where lines are quarantined.',
    )
    .argument('<file>', 'report, text list, ground-loop file, columns under a header; also .sav and .json')
    .option('--step <seconds>', 'length of a cycle', wholeNumber(1, 3600), 10)
    .option('--longest <seconds>', 'spans this long are quarantined', wholeNumber(1, 1_000_000), 3600)
    .option('--fom <merit>', 'figure of merit of lines that have none', wholeNumber(0, 255), 150)
    .option('--source <name>', 'source of lines that name none', 'list')
    .option('--spacecraft <names>', 'the spacecraft in order, commas between, for lists that name them', '')
    .option('--all', 'print the lines that are simply taken, too', false)
    .option('--json', 'for programs', false)
    .action(importList)
  addDesk(sitl)
  return sitl.addHelpText(
    'after',
    `
Examples: apsis sitl person NAME --role sitl
          apsis sitl open abs_selections_2026-11-23-12-00-00.sav --hours 30
          apsis sitl submit sitl_selections.sav --on-behalf NAME --justify 'Y1:3=one long front'
          apsis sitl import sitl_report.csv
          apsis sitl import gls_selections_mp-dl-unh_2026-01-01-00-00-00.csv --json

Who acts is who the machine says: the system's user, or the token in APSIS_TOKEN (NAME:SECRET, role team); what they may decide is their
role in selection (apsis sitl person).`,
  )
}
