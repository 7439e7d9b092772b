import { Argument, Command, Option } from 'commander'
import { SdcError } from '#error'
import type { System } from '#apps/system'
import { findRelease, listReleases, openOrigin, promoteRelease, registerRelease, rollBack } from '#services/code'
import { withTx } from '#services/db'
import { proposeForCode } from '#services/pipeline'
import { compareRelease, describeComparison, folderDigest, missionOfPackage, stageRelease } from '#services/remake'
import { actorHelp, actorOf } from './actor.ts'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { parseRange } from './scope.ts'

interface CodeOptions extends HomeOptions {
  readonly package?: string
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const short = (digest: string): string => digest.slice(0, 12)
const packageOption = [
  '--package <name>',
  "which package of code: a mission's name for its whole folder, or what processes name with code:",
] as const
const digestArgument = (): Argument => new Argument('<digest>', 'of a release, or its first digits')

function packageOf({ missions }: System, options: CodeOptions): string {
  const known = [...new Set(missions.flatMap(m => [m.id, ...m.processes.flatMap(p => p.code ?? [])]))]
  const [only = '', ...others] = known
  if (options.package === undefined && others.length > 0)
    throw new SdcError('code/which-package', `say which package of code: --package, one of ${known.join(', ')}`)
  if (options.package !== undefined && !known.includes(options.package))
    throw new SdcError('code/no-such-package', `no mission here has a package ${options.package}; there is ${known.join(', ')}`)
  return options.package ?? only
}

/** `apsis code register|ls|stage|compare|promote|rollback` */
export function codeCommand(): Command {
  const command = new Command('code')
    .description('releases of processing code: register, try in staging, compare, promote, roll back')
    .addHelpText(
      'after',
      `
A release is a folder of code under a digest of its content, kept read-only for ever. Processes run with the release of their package
that is in production; until one is promoted, with the mission's folder. Promotion needs a comparison with what is published, and a
second person. It changes nothing that exists: it proposes a campaign (apsis campaign).

Example:
  apsis code register ./fgm-2.1 --rise quality --note "new offsets"
  apsis code stage 3f9a --range 2026-11-20..2026-11-22 --limit 8
  apsis code compare 3f9a
  apsis code promote 3f9a --reason "offsets agree with the ground calibration"
  apsis code rollback --reason "spikes at mode changes"
${actorHelp}`,
    )
  command.addCommand(registerCommand()).addCommand(listCommand()).addCommand(stageCommand()).addCommand(compareCommand())
  return command.addCommand(promoteCommand()).addCommand(rollbackCommand())
}

const registerCommand = (): Command =>
  new Command('register')
    .description('keep a folder, or a commit of a git repository, as a release')
    .argument('<source>', 'a folder, or a commit, tag or branch')
    .option('--repository <dir>', 'the git repository', '.')
    .option('--inside <dir>', 'take this folder of it', '')
    .option(...packageOption)
    .addOption(
      new Option('--rise <part>', 'what rises in versions of what it makes anew').choices(['revision', 'quality']).default('revision'),
    )
    .option('--note <text>', 'what is new', '')
    .option(...homeOption)
    .action((source: string, options: CodeOptions & { repository: string; inside: string; rise: 'revision' | 'quality'; note: string }) =>
      inHome('code register', options, async system => {
        const origin = await openOrigin(source, options.repository, options.inside)
        try {
          const tree = await system.executor.code.put(origin.folder)
          const name = packageOf(system, options)
          const { rise, note } = options
          const registration = { package: name, tree, source: origin.source, rise, note, actor: await actorOf(system.db) }
          const release = await withTx(system.db, tx => registerRelease(tx, registration, system.pipeline.clock()))
          process.stderr.write(`${name}: ${release.files} files, ${release.bytes} bytes, from ${release.source}, state ${release.state}\n`)
          say(release.digest)
        } finally {
          await origin.close()
        }
      }),
    )

const listCommand = (): Command =>
  new Command('ls')
    .description('releases, and which one runs')
    .option(...packageOption)
    .option('--json', 'as JSON')
    .option(...homeOption)
    .action((options: CodeOptions & { json?: boolean }) =>
      inHome('code ls', options, async system => {
        const releases = await listReleases(system.db, options.package)
        if (options.json === true) return say(JSON.stringify(releases, undefined, 1))
        if (releases.length === 0) say("no releases: every process runs from its mission's folder")
        for (const r of releases)
          say(
            `${short(r.digest)}  ${r.package.padEnd(12)} ${r.state.padEnd(10)} rise ${r.rise.padEnd(8)} ${r.registered_by}: ${r.source} ${r.note}`,
          )
      }),
    )

interface StageOptions extends CodeOptions {
  readonly process?: readonly string[]
  readonly spacecraft?: string
  readonly range?: string
  readonly limit: string
}

const stageCommand = (): Command =>
  new Command('stage')
    .description('run a release on the real inputs of what is published, into a side area')
    .addArgument(digestArgument())
    .option('--process <id...>', 'only these processes of the package')
    .option('--spacecraft <id>', 'only this spacecraft')
    .option('--range <from..to>', 'only partitions in this range, e.g. 2026-11-01..2026-11-08')
    .option('--limit <n>', 'the newest so many works', '20')
    .option(...packageOption)
    .option(...homeOption)
    .action((digest: string, options: StageOptions) =>
      inHome('code stage', options, async system => {
        const release = await findRelease(system.db, packageOf(system, options), digest)
        const limit = Number(options.limit)
        if (!Number.isSafeInteger(limit) || limit < 1)
          throw new SdcError('code/bad-limit', `--limit ${options.limit} is no number of works`)
        const { process: processes, spacecraft } = options
        const scope = {
          mission: missionOfPackage(system.missions, release.package),
          limit,
          ...(processes === undefined ? {} : { processes }),
          ...(spacecraft === undefined ? {} : { spacecraft }),
          ...(options.range === undefined ? {} : parseRange(options.range)),
        }
        let failed = 0
        for await (const r of stageRelease(system.executor, release, scope, await actorOf(system.db))) {
          say(`${r.outcome.padEnd(8)} ${r.process} ${r.spacecraft} ${r.partition}  ${r.seconds.toFixed(1)} s  ${r.message ?? ''}`.trimEnd())
          if (r.outcome === 'failed') failed++
        }
        process.stderr.write(`next: apsis code compare ${short(release.digest)}\n`)
        if (failed > 0) process.exitCode = 1
      }),
    )

const compareCommand = (): Command =>
  new Command('compare')
    .description('what a release made in staging beside what is published, per variable')
    .addArgument(digestArgument())
    .option('--json', 'the whole report')
    .option(...packageOption)
    .option(...homeOption)
    .action((digest: string, options: CodeOptions & { json?: boolean }) =>
      inHome('code compare', options, async system => {
        const release = await findRelease(system.db, packageOf(system, options), digest)
        const comparison = await compareRelease(system.executor, release, await actorOf(system.db))
        if (options.json === true) say(JSON.stringify(comparison, undefined, 1))
        else describeComparison(comparison).forEach(say)
      }),
    )

const promoteCommand = (): Command =>
  new Command('promote')
    .description('let a compared release run from now on; a second person does this')
    .addArgument(digestArgument())
    .requiredOption('--reason <text>', 'why it may')
    .option(...packageOption)
    .option(...homeOption)
    .action((digest: string, options: CodeOptions & { reason: string }) =>
      inHome('code promote', options, async system => {
        const release = await findRelease(system.db, packageOf(system, options), digest)
        const actor = await actorOf(system.db)
        await withTx(system.db, tx => promoteRelease(tx, release, { actor, reason: options.reason }, system.pipeline.clock()))
        say(`${release.package} runs with ${short(release.digest)} from now on`)
        await propose(system, release.package, actor)
      }),
    )

const rollbackCommand = (): Command =>
  new Command('rollback')
    .description('back to the code that was in production before')
    .requiredOption('--reason <text>', 'why')
    .option(...packageOption)
    .option(...homeOption)
    .action((options: CodeOptions & { reason: string }) =>
      inHome('code rollback', options, async system => {
        const name = packageOf(system, options)
        const actor = await actorOf(system.db)
        const { from, to } = await withTx(system.db, tx => rollBack(tx, name, { actor, reason: options.reason }, system.pipeline.clock()))
        say(`${name} runs with ${to === undefined ? "the mission's folder" : short(to.digest)} again, not with ${short(from.digest)}`)
        await propose(system, name, actor)
      }),
    )

/** What other code made is proposed to be made again; nothing runs before somebody approves. */
async function propose(system: System, name: string, actor: string): Promise<void> {
  const proposal = await proposeForCode(system.pipeline, name, actor, await folderDigest(system.executor.code, system.missions, name))
  if (proposal === undefined) return say('everything that it would make was made by it')
  say(`campaign ${proposal.id} is proposed: ${proposal.forecast.jobs} jobs; apsis campaign show ${proposal.id}`)
}
