import { basename, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { datasetsOf, formatFault } from '#domain/mission'
import { SdcError } from '#error'
import { missionFolders, readMission } from '#services/missions'
import { describeMission } from './mission-table.ts'
import { createMission } from './mission-new.ts'
import { simulateCommand } from './mission-simulate.ts'

/** `apsis mission check|new|simulate`: none needs a home or a database. */
export function missionCommand(): Command {
  const command = new Command('mission').description('mission folders: the files that tell Apsis what a mission is')
  command
    .command('check')
    .argument('[dir]', 'a mission folder, or a folder of mission folders', 'missions')
    .description('list every fault in mission folders, or say what they contain')
    .option('--all', 'every product and process also of a mission that has many')
    .addHelpText('after', '\nEnds with 0 where all is sound, with 1 where there are faults (file:line:column: what is wrong).')
    .action(async (dir: string, options: { all?: boolean }) => {
      const { lines, sound } = await checkMissions(dir, options.all === true)
      process.stdout.write(`${lines.join('\n')}\n`)
      if (!sound) process.exitCode = 1
    })
  command
    .command('new')
    .argument('<dir>', "the folder to make; its last part becomes the mission's word, e.g. missions/moth")
    .description('write a small commented mission of two products, to begin with')
    .action(async (dir: string) => {
      const made = await createMission(dir)
      process.stdout.write(`${describeNew(dir, made).join('\n')}\n`)
    })
  command.addCommand(simulateCommand())
  return command
}

/** Every mission below `dir`: its faults, or its table. Throws `mission/unreadable` and `mission/none`. */
export async function checkMissions(dir: string, all = false): Promise<{ readonly lines: readonly string[]; readonly sound: boolean }> {
  const folders = await missionFolders(dir)
  if (folders.length === 0) throw new SdcError('mission/none', `${resolve(dir)} holds no mission.yaml: make one with "apsis mission new"`)
  const lines: string[] = []
  let faultCount = 0
  for (const folder of folders) {
    const parsed = await readMission(folder)
    if (lines.length > 0) lines.push('')
    if (parsed.mission !== undefined) {
      lines.push(...describeMission(parsed.mission, all))
      continue
    }
    const { faults } = parsed
    faultCount += faults.length
    const place = shortPath(folder)
    lines.push(...faults.map(fault => formatFault({ ...fault, file: `${place}/${fault.file}` })))
    lines.push(`${basename(folder)}: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; the mission cannot be loaded`)
  }
  return { lines, sound: faultCount === 0 }
}

/** From here where the folder lies below, else absolute. */
function shortPath(folder: string): string {
  const path = relative(process.cwd(), folder)
  return path === '' ? '.' : path.startsWith('..') ? folder : path
}

function describeNew(dir: string, made: Awaited<ReturnType<typeof createMission>>): readonly string[] {
  const folder = shortPath(resolve(dir))
  const datasets = datasetsOf(made.mission).map(dataset => dataset.id)
  return [
    `Mission ${made.mission.id} is in ${folder}:`,
    ...made.files.map(file => `  ${file}`),
    `It has the datasets ${datasets.join(' and ')}. Next, with a home of its own:`,
    `  export APSIS_MISSIONS=${resolve(dir, '..')} APSIS_HOME=${resolve(dir, '..')}-home`,
    `  apsis mission check ${folder}`,
    `  apsis ingest ${folder}/${made.example}`,
    '  apsis up',
    'The whole way: docs/add-a-mission.md',
  ]
}
