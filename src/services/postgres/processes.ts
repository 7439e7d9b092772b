import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What /proc tells about a living process. */
export interface ProcessFacts {
  readonly pid: number
  readonly name: string
  readonly parent: number
  /** Clock ticks since boot: with the pid it names one process for ever. */
  readonly started: string
}

/** A living process; undefined when it is gone or a zombie, or where there is no /proc. */
export function readProcess(pid: number): ProcessFacts | undefined {
  let line: string
  try {
    line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // proc(5): the name stands in parentheses and may itself hold blanks and parentheses
  const close = line.lastIndexOf(')')
  const fields = line.slice(close + 2).split(' ')
  const [state, parent, started] = [fields[0], fields[1], fields[19]]
  if (parent === undefined || started === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, name: line.slice(line.indexOf('(') + 1, close), parent: Number(parent), started }
}

/** The living processes named `name` that work in `folder` (their current directory). */
export function findProcessesIn(folder: string, name: string): readonly ProcessFacts[] {
  const found: ProcessFacts[] = []
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      if (readlinkSync(`/proc/${entry}/cwd`) !== folder) continue
    } catch {
      continue
    }
    const facts = readProcess(Number(entry))
    if (facts?.name === name) found.push(facts)
  }
  return found
}
