import { Argument, Command } from 'commander'
import type { CampaignState, Forecast } from '#domain/process'
import { SdcError } from '#error'
import { actOnCampaign, findCampaign, listCampaigns, progressOf, proposeCampaign, reportOf } from '#services/pipeline'
import type { CampaignReport, CampaignRow } from '#services/pipeline'
import { actorHelp, actorOf } from './actor.ts'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { oneMission, parseRange } from './scope.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** `apsis campaign plan|ls|show|approve|pause|resume|cancel` */
export function campaignCommand(): Command {
  const command = new Command('campaign').description('reprocessing: what it would cost, approval, progress').addHelpText(
    'after',
    `
A campaign makes published products again. Its plan says what it would cost before anything runs; after approval it runs behind all new
data, on at most half of the workers' slots. Promoted code, and inputs that many products hang on, propose campaigns by themselves.

Example:
  apsis campaign plan --product "fgm srvy l2" --range 2026-11-01..2026-12-01 --title "new offsets"
  apsis campaign approve 3
  apsis campaign show 3
${actorHelp}`,
  )
  command.addCommand(planCommand()).addCommand(listCommand()).addCommand(showCommand())
  for (const [name, to, what] of moves) command.addCommand(moveCommand(name, to, what))
  return command
}

const moves = [
  ['approve', 'approved', 'let it run'],
  ['pause', 'paused', 'order nothing more; what runs ends'],
  ['resume', 'running', 'go on'],
  ['cancel', 'cancelled', 'end it; what is made stays'],
] as const

interface PlanOptions extends HomeOptions {
  readonly product: readonly string[]
  readonly mission?: string
  readonly range?: string
  readonly spacecraft?: string
  readonly code?: string
  readonly title?: string
  readonly json?: boolean
}

const planCommand = (): Command =>
  new Command('plan')
    .description('jobs, CPU hours, bytes, released files touched and finish date; proposes the campaign, runs nothing')
    .requiredOption('--product <name...>', 'products to make again, e.g. "fgm srvy l2"')
    .option('--mission <id>', 'the mission, where there are several')
    .option('--range <from..to>', 'only partitions in this range, e.g. 2026-11-01..2026-11-08')
    .option('--spacecraft <id>', 'only this spacecraft')
    .option('--code <digest>', 'only what this release in production did not make')
    .option('--title <text>', 'what it is for')
    .option('--json', 'as JSON')
    .option(...homeOption)
    .action((options: PlanOptions) =>
      inHome('campaign plan', options, async system => {
        const { product: products, spacecraft, code } = options
        const scope = {
          mission: oneMission(system.missions, options.mission).id,
          products,
          ...(spacecraft === undefined ? {} : { spacecraft }),
          ...(code === undefined ? {} : { code }),
          ...(options.range === undefined ? {} : parseRange(options.range)),
        }
        const title = options.title ?? `${products.join(', ')}${options.range === undefined ? '' : ` of ${options.range}`}`
        const proposal = await proposeCampaign(system.pipeline, scope, { title, actor: await actorOf(system.db) })
        if (options.json === true) return say(JSON.stringify(proposal, undefined, 1))
        describeForecast(proposal.forecast).forEach(say)
        say(`proposed as campaign ${proposal.id}; nothing runs before: apsis campaign approve ${proposal.id}`)
      }),
    )

const listCommand = (): Command =>
  new Command('ls')
    .description('campaigns, the newest first')
    .option('--json', 'as JSON')
    .option(...homeOption)
    .action((options: HomeOptions & { json?: boolean }) =>
      inHome('campaign ls', options, async system => {
        const campaigns = await listCampaigns(system.db)
        if (options.json === true) return say(JSON.stringify(campaigns, undefined, 1))
        if (campaigns.length === 0) say('no campaigns')
        for (const c of campaigns) {
          const { waiting = 0, queued = 0, ...ended } = await progressOf(system.db, c.id)
          const done = Object.values(ended).reduce((sum, n) => sum + n, 0)
          say(`${String(c.id).padStart(4)}  ${c.state.padEnd(9)} ${done}/${done + queued + waiting} works  ${c.title} (${c.proposed_by})`)
        }
      }),
    )

const campaignArgument = (): Argument => new Argument('<number>', 'of the campaign')

function numberOf(text: string): number {
  const id = Number(text)
  return Number.isSafeInteger(id) ? id : raise(text)
}

const raise = (text: string): never => {
  throw new SdcError('campaign/no-such-campaign', `"${text}" is no number of a campaign; apsis campaign ls shows them`)
}

const showCommand = (): Command =>
  new Command('show')
    .description('forecast, progress and, at the end, the report')
    .addArgument(campaignArgument())
    .option('--json', 'as JSON')
    .option(...homeOption)
    .action((text: string, options: HomeOptions & { json?: boolean }) =>
      inHome('campaign show', options, async system => {
        const campaign = await findCampaign(system.db, numberOf(text))
        const report = await reportOf(system.db, campaign, await progressOf(system.db, campaign.id))
        if (options.json === true) return say(JSON.stringify({ ...campaign, report }, undefined, 1))
        say(describeState(campaign))
        describeForecast(campaign.forecast as unknown as Forecast).forEach(say)
        describeReport(report).forEach(say)
      }),
    )

const moveCommand = (name: string, to: CampaignState, what: string): Command =>
  new Command(name)
    .description(what)
    .addArgument(campaignArgument())
    .option('--reason <text>', 'why', '')
    .option(...homeOption)
    .action((text: string, options: HomeOptions & { reason: string }) =>
      inHome(`campaign ${name}`, options, async system => {
        const act = { campaign: numberOf(text), actor: await actorOf(system.db), reason: options.reason }
        say(describeState(await actOnCampaign(system.pipeline, act, to)))
      }),
    )

const describeState = (c: CampaignRow): string => `campaign ${c.id} is ${c.state}: ${c.title} (proposed by ${c.proposed_by})`

function describeForecast(f: Forecast): readonly string[] {
  return [
    `forecast: ${f.jobs} jobs, ${hours(f.cpuHours)} CPU hours, about ${megabytes(f.bytes)} MB, ${f.released} released files superseded`,
    `          on ${f.slots} slots done by ${new Date(f.finish).toISOString().slice(0, 16)}Z if it begins now`,
    ...f.shares.map(
      s => `          ${s.process}: ${s.jobs} ${s.kind === 'asked' ? 'asked for' : 'that follow, where their inputs change'}`,
    ),
    ...describeBasis(f),
    ...(f.unknown.length === 0 ? [] : [`          never run here, so not in the sums: ${f.unknown.join(', ')}`]),
  ]
}

/** What the figures rest on; forecasts of old do not say. */
function describeBasis({ jobs, guessed = [], sampled = [], least }: Partial<Forecast>): readonly string[] {
  const compared = `          how much of ${sampled.join(', ')} changes is taken from the comparison of the code`
  const unsure = `          nothing tells yet how much of ${guessed.join(', ')} changes: all of it is counted`
  const range =
    least === undefined || least.jobs === jobs
      ? ''
      : `; if nothing did: ${least.jobs} jobs, ${hours(least.cpuHours)} CPU hours, about ${megabytes(least.bytes)} MB`
  return [...(sampled.length === 0 ? [] : [compared]), ...(guessed.length === 0 ? [] : [`${unsure}${range}`])]
}

const describeReport = (r: CampaignReport): readonly string[] => [
  `so far:   ${r.jobs} jobs, ${hours(r.cpuHours)} CPU hours, ${r.files} files of ${megabytes(r.bytes)} MB`,
  `          works: ${Object.entries(r.works)
    .map(([state, n]) => `${n} ${state}`)
    .join(', ')}`,
  ...r.failures.map(f => `          failed: ${f}`),
]

const hours = (n: number): string => (n < 10 ? n.toPrecision(2) : n.toFixed(0))
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0)
