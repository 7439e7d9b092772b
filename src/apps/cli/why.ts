import { Command } from 'commander'
import type { System } from '#apps/system'
import { SdcError } from '#error'
import type { Db } from '#services/db'
import { explain } from '#services/pipeline'
import type { Why } from '#services/pipeline'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** `apsis why DATASET PARTITION` */
export function whyCommand(): Command {
  return new Command('why')
    .description('why a product is there, in part, late or not: the chain of causes to the root')
    .argument('<dataset>', 'e.g. sc2_mag_srvy_l2')
    .argument('[partition]', 'e.g. 2026-11-23; the newest without it')
    .option(...homeOption)
    .option('--json', 'the chain as JSON')
    .action(async (dataset: string, partition: string | undefined, options: HomeOptions & { json?: boolean }) => {
      await inHome('why', options, async system => {
        const why = (await explainNamed(system, dataset, partition)) ?? (await explainChosen(system, dataset, partition))
        if (why === undefined) return
        process.stdout.write(options.json === true ? `${JSON.stringify(why)}\n` : `${whyLines(why).join('\n')}\n`)
      })
    })
}

/** What is named in full may be no cell, but what cells want. */
async function explainNamed({ db, missions, ingest }: System, dataset: string, partition: string | undefined): Promise<Why | undefined> {
  if (partition === undefined) return undefined
  for (const { id } of missions) {
    const why = await explain(db, id, dataset, partition, ingest.clock())
    if (why !== undefined) return why
  }
  return undefined
}

async function explainChosen({ db, ingest }: System, dataset: string, partition: string | undefined): Promise<Why | undefined> {
  const cell = await chooseCell(db, dataset, partition)
  return explain(db, cell.mission, cell.dataset, cell.partition, ingest.clock())
}

/** The cell that a person names; the newest of its dataset where no partition is given. Throws `why/no-cell`, with what there is. */
export async function chooseCell(
  db: Db,
  dataset: string,
  partition: string | undefined,
): Promise<{ readonly mission: string; readonly dataset: string; readonly partition: string }> {
  const cell = await db
    .selectFrom('cell')
    .select(['mission', 'dataset', 'partition'])
    .where('dataset', '=', dataset)
    .$if(partition !== undefined, q => q.where('partition', '=', partition ?? ''))
    .orderBy('start_time', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (cell === undefined) throw new SdcError('why/no-cell', await nearMiss(dataset, partition, db))
  return cell
}

async function nearMiss(dataset: string, partition: string | undefined, db: Db): Promise<string> {
  const known = await db
    .selectFrom('cell')
    .select('partition')
    .where('dataset', '=', dataset)
    .orderBy('start_time', 'desc')
    .limit(5)
    .execute()
  if (known.length > 0)
    return `nobody expects ${dataset} at ${partition}; its newest partitions are ${known.map(k => k.partition).join(', ')}`
  const datasets = await db.selectFrom('cell').select('dataset').distinct().orderBy('dataset').execute()
  return `nobody expects a dataset ${dataset}; expected are ${datasets.map(d => d.dataset).join(', ') || 'none yet'}`
}

/** The chain, one link per line, each indented under what it explains. */
export function whyLines(why: Why): readonly string[] {
  const lines = why.chain.flatMap((link, i) => {
    const pad = '   '.repeat(i)
    const arrow = i === 0 ? '' : '└─ '
    const also = link.alsoBlamed > 0 ? ` (and ${link.alsoBlamed} more)` : ''
    return [`${'   '.repeat(Math.max(0, i - 1))}${arrow}${link.dataset} ${link.partition}: ${link.state}`, `${pad}${link.text}${also}`]
  })
  if (why.sharedBy === 0) return lines
  return [...lines, why.chain.length > 1 ? `${why.sharedBy} other products share this root.` : `${why.sharedBy} other products hang on it.`]
}
