import { Command } from 'commander'
import { shownStates } from '#domain/plan'
import { SdcError } from '#error'
import { listCells, parseStates } from '#services/access'
import type { CellEntry, CellSearch } from '#services/access'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { wholeNumber } from './options.ts'

interface CellsOptions extends HomeOptions {
  readonly mission?: string
  readonly product?: string
  readonly spacecraft?: string
  readonly process?: string
  readonly state?: string
  readonly from?: number
  readonly to?: number
  readonly limit: number
  readonly json?: boolean
}

/** `apsis cells [DATASET]` */
export function cellsCommand(): Command {
  return new Command('cells')
    .description('what should exist: each cell with its state, due time and reason, newest first')
    .argument('[dataset]', 'e.g. sc2_mag_srvy_l2; all without it')
    .option('--mission <id>')
    .option('--product <words>', 'e.g. "mag srvy l2"')
    .option('--spacecraft <id>')
    .option('--process <id>', 'only what this process makes')
    .option('--state <list>', `only these, by comma: ${shownStates.join(', ')}`)
    .option('--from <time>', 'only what ends after this time, UTC', readTime)
    .option('--to <time>', 'only what begins before this time, UTC', readTime)
    .option('--limit <n>', 'at the most', wholeNumber(1, 1_000_000), 50)
    .option(...homeOption)
    .option('--json', 'one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples: apsis cells --state late,failed\n          apsis cells sc2_mag_srvy_l2 --from 2026-11-01 --to 2026-12-01',
    )
    .action(async (dataset: string | undefined, options: CellsOptions) => {
      await inHome('cells', options, async system => {
        const { home: _home, json, state, limit, ...asked } = options
        const search: CellSearch = {
          ...asked,
          ...(dataset === undefined ? {} : { dataset }),
          ...(state === undefined ? {} : { states: parseStates(state) }),
          limit: limit + 1,
        }
        const found = await listCells(system.db, search, system.ingest.clock())
        for (const cell of found.slice(0, limit)) process.stdout.write(`${json === true ? JSON.stringify(cell) : cellLine(cell)}\n`)
        if (found.length === 0) process.stderr.write('no cell answers this; apsis cells without options lists the newest\n')
        if (found.length > limit) process.stderr.write(`more than ${limit}: narrow it, or raise --limit\n`)
      })
    })
}

const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`

const cellLine = (c: CellEntry): string =>
  `${c.shown.padEnd(8)} ${c.dataset.padEnd(28)} ${c.partition.padEnd(15)} ${c.due === null ? ' '.repeat(21) : `due ${minute(c.due)}`}  ${c.reason.text}`

function readTime(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d(T[\d:.]+Z?)?$/.test(text)
    ? Date.parse(text.endsWith('Z') || text.length === 10 ? text : `${text}Z`)
    : Number.NaN
  if (Number.isNaN(ms)) throw new SdcError('cells/bad-time', `${text} is no time: write 2026-11-23 or 2026-11-23T06:00, UTC`)
  return ms
}
