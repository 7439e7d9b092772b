import { Command } from 'commander'
import { readStatus } from '#services/monitor'
import type { Status } from '#services/monitor'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** `apsis status` */
export function statusCommand(): Command {
  return new Command('status')
    .description('say in ten lines whether all is well')
    .option(...homeOption)
    .option('--json', 'everything as one JSON object')
    .addHelpText('after', '\nEnds with 0 where all is well, with 1 where something failed, is late or was refused.')
    .action(async (options: HomeOptions & { json?: boolean }) => {
      await inHome('status', options, async (system, session) => {
        const status = await readStatus(system.db, Date.now())
        const address = session.running?.address
        process.stdout.write(
          options.json === true ? `${JSON.stringify({ ...status, address })}\n` : `${statusLines(status, address).join('\n')}\n`,
        )
        if (!isWell(status)) process.exitCode = 1
      })
    })
}

const isWell = (s: Status): boolean => s.jobs.failed === 0 && s.quarantined === 0 && s.unusual.length === 0

export const megabytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`

function statusLines(s: Status, address: string | undefined): readonly string[] {
  const cells = Object.entries(s.cells).map(([state, n]) => `${n} ${state}`)
  const head = isWell(s)
    ? 'All is well.'
    : `${s.unusual.length} of the expected products need an eye, ${s.jobs.failed} jobs failed, ${s.quarantined} files are in quarantine.`
  return [
    head,
    `running   ${address ?? 'no server runs in this home (apsis up starts one)'}`,
    `files     ${s.files} files, ${megabytes(s.bytes)}`,
    `          ${s.byKind.map(k => `${k.mission} ${k.kind} ${k.files}`).join(' · ') || 'none yet'}`,
    `expected  ${cells.join(', ') || 'nothing yet'}`,
    `jobs      ${s.jobs.made} done, ${s.jobs.running} running, ${s.jobs.waiting} waiting, ${s.jobs.failed} failed`,
    ...(s.newest === undefined ? [] : [`newest    ${s.newest.name}, ${new Date(s.newest.arrived).toISOString()}`]),
    ...s.unusual.slice(0, 3).map(u => `${u.state.padEnd(9)} ${u.dataset} ${u.partition}: ${u.text}`),
  ]
}
