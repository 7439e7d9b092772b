import { Command } from 'commander'
import { checkFile } from './cdf-check.ts'
import { printCsv } from './cdf-csv.ts'
import { printDiff } from './cdf-diff.ts'
import { dumpFile } from './cdf-dump.ts'
import { listVariables, showVariables } from './cdf-list.ts'
import { repairFile } from './cdf-repair.ts'
import { wholeNumber } from './options.ts'

const MOST = 2 ** 31 - 1

/** `apsis cdf …`: needs no home. Faults of a file are one sentence and exit code 2. */
export function cdfCommand(): Command {
  const cdf = new Command('cdf').description('Look into CDF files, check, compare and repair them. Needs no running data center.')
  cdf
    .command('ls')
    .description('List the variables of a file: type, shape, storage, units, what they are.')
    .argument('<file>')
    .option('--json', 'for programs', false)
    .action(listVariables)
  cdf
    .command('show')
    .description('Show the global attributes, or some variables with their attributes and first values.')
    .argument('<file>')
    .argument('[variables...]')
    .option('-n, --records <count>', 'how many records to print', wholeNumber(0, MOST), 5)
    .option('--json', 'for programs', false)
    .action(showVariables)
  cdf
    .command('dump')
    .description('Print everything in a file but most values.')
    .argument('<file>')
    .option('--form <name>', 'a form for programs: cdf-expected/1 (JSON with hashes of all values)')
    .option('--json', 'the same as --form cdf-expected/1', false)
    .action(dumpFile)
  cdf
    .command('check')
    .description('Check files against the ISTP guide of NASA, with checksums. Exit code 1 where there are errors.')
    .argument('<files...>')
    .option('--json', 'for programs', false)
    .option('--errors', 'leave warnings out', false)
    .action(checkFile)
  cdf
    .command('diff')
    .description('Compare two files per variable: which records changed, and by how much. Exit code 1 where they differ.')
    .argument('<before>')
    .argument('<after>')
    .option('--json', 'for programs', false)
    .action(printDiff)
  cdf
    .command('csv')
    .description('Print variables as comma-separated values, one record per line, times as UTC.')
    .argument('<file>')
    .argument('[variables...]', 'by default all that share the first time variable')
    .option('--first <record>', 'first record', wholeNumber(0, MOST), 0)
    .option('-n, --records <count>', 'how many records; all by default', wholeNumber(0, MOST))
    .action(printCsv)
  cdf
    .command('repair')
    .description('Write what is intact in a damaged file into a new one, and list what is lost.')
    .argument('<file>')
    .argument('<new-file>', 'must not exist yet')
    .option('--json', 'for programs', false)
    .action(repairFile)
  return cdf.addHelpText(
    'after',
    `
Examples: apsis cdf ls FILE
          apsis cdf show FILE B_gse -n 20
          apsis cdf csv FILE B_gse > b.csv
          apsis cdf diff OLD NEW
          apsis cdf repair BROKEN MENDED`,
  )
}
