import { Command } from 'commander'
import { SdcError } from '#error'
import { checkRemake } from '#services/remake'
import type { RemakeCheck } from '#services/remake'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

interface RemakeOptions extends HomeOptions {
  readonly check?: boolean
  readonly json?: boolean
}

/** `apsis remake FILE --check` */
export function remakeCommand(): Command {
  return new Command('remake')
    .description('make a product again from its record, in a clean room, and compare')
    .argument('<file>', 'name of a product that was made here')
    .requiredOption('--check', 'compare with the archive; nothing is published (apsis campaign makes new versions)')
    .option('--json', 'as JSON')
    .option(...homeOption)
    .addHelpText(
      'after',
      `
The record of each product names its code, inputs, parameters, times and environment. The check runs that code on those inputs and
compares bits; content, where the process is declared "deterministic: false". Ends with 0 where the promise is kept, else with 1.`,
    )
    .action((name: string, options: RemakeOptions) =>
      inHome('remake', options, async system => {
        const row = await system.db.selectFrom('file').select('mission').where('name', '=', name).executeTakeFirst()
        if (row === undefined) throw new SdcError('remake/no-such-file', `there is no file ${name}`)
        const check = await checkRemake(system.executor, row.mission, name)
        const lines = options.json === true ? [JSON.stringify(check, undefined, 1)] : describe(check)
        process.stdout.write(`${lines.join('\n')}\n`)
        if (!check.kept) process.exitCode = 1
      }),
    )
}

const results = {
  bits: 'equal to the bit',
  content: 'equal in content, not to the bit',
  differs: 'it differs',
  failed: 'it could not be made again',
} as const

const describe = (c: RemakeCheck): readonly string[] => [
  `${c.file}: ${results[c.result]}${c.message === undefined ? '' : `: ${c.message}`}`,
  `made by ${c.process} with ${c.package} ${c.code.slice(0, 12)}; promised: equal ${c.promised}`,
  ...c.environment.map(e => `environment has changed: ${e}`),
  ...(c.difference?.attributes ?? []).map(a => `attribute differs: ${a}`),
  ...(c.difference?.variables ?? []).map(v => `variable ${v.name}: ${v.state}, ${v.changedRecords} of ${v.compared} records changed`),
]
