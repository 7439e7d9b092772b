import { sql } from 'kysely'
import type { Db } from '#services/db'

/** One line of the display: how many products of a stage exist of those expected. */
export interface Stage {
  readonly title: string
  readonly made: number
  readonly expected: number
}

export interface Progress {
  readonly stages: readonly Stage[]
  readonly files: number
  readonly running: readonly string[]
}

const titles: Readonly<Record<string, string>> = {
  l0: 'Telemetry',
  ancillary: 'Orbit and attitude',
  l1a: 'Level 1A',
  l2: 'Level 2',
  ql: 'Quicklook',
}

/** Cells by level, files and running jobs, in one look. */
export async function readProgress(db: Db): Promise<Progress> {
  const cells = await sql<{ stage: string; made: number; expected: number }>`
    select coalesce(substring(product from '^\\S+ \\S+ (\\S+)'), 'ancillary') as stage,
      count(*) filter (where have <> 'none') as made, count(*) as expected
    from cell group by 1`.execute(db)
  const files = await sql<{ n: number }>`select count(*) as n from file`.execute(db)
  const running = await db
    .selectFrom('job')
    .select(['process', 'spacecraft', 'partition'])
    .where('state', '=', 'running')
    .orderBy('id')
    .execute()
  const stages = Object.entries(titles).map(([stage, title]) => {
    const row = cells.rows.find(r => r.stage === stage)
    return { title, made: row?.made ?? 0, expected: row?.expected ?? 0 }
  })
  return { stages, files: files.rows[0]?.n ?? 0, running: running.map(r => `${r.process} ${r.spacecraft} ${r.partition}`) }
}

const width = 28

/** The display as lines of text. */
export function progressLines(progress: Progress, now: string): readonly string[] {
  const bars = progress.stages.map(({ title, made, expected }) => {
    const filled = expected === 0 ? 0 : Math.round((made / expected) * width)
    return `  ${title.padEnd(19)} ${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${String(made).padStart(4)} of ${expected}`
  })
  const running = progress.running.length === 0 ? 'nothing at this moment' : progress.running.slice(0, 2).join(' · ')
  return [...bars, `  ${progress.files} files · ${now}`, `  running: ${running}`]
}

export interface Display {
  readonly show: (progress: Progress, now: string) => void
  readonly note: (line: string) => void
  readonly end: () => void
}

/** Bars that are drawn over each other in a terminal; elsewhere one plain line whenever the count of files has grown. */
export function openDisplay(out: NodeJS.WriteStream): Display {
  return out.isTTY ? terminalDisplay(out) : plainDisplay(out)
}

function terminalDisplay(out: NodeJS.WriteStream): Display {
  let drawn = 0
  const wipe = (): void => {
    if (drawn > 0) out.write(`\u001B[${drawn}A\u001B[0J`)
    drawn = 0
  }
  return {
    show: (progress, now) => {
      wipe()
      const columns = out.columns || 80
      const lines = progressLines(progress, now).map(l =>
        Array.from(l)
          .slice(0, columns - 1)
          .join(''),
      )
      out.write(`${lines.join('\n')}\n`)
      drawn = lines.length
    },
    note: line => {
      wipe()
      out.write(`${line}\n`)
    },
    end: wipe,
  }
}

function plainDisplay(out: NodeJS.WriteStream): Display {
  let last = ''
  return {
    show: progress => {
      const line = `${progress.files} files: ${progress.stages.map(s => `${s.title} ${s.made}/${s.expected}`).join(', ')}`
      if (line !== last) out.write(`  ${line}\n`)
      last = line
    },
    note: line => void out.write(`${line}\n`),
    end: () => undefined,
  }
}
