import { readlinkSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fail } from '#error'
import { findProcessesIn, readProcess } from './processes.ts'

const patience = 30_000

/**
 * Clears what a killed server left behind. PostgreSQL itself refuses to start while the dead postmaster is an unreaped zombie
 * or while one of its backends still holds the shared memory; waiting and SIGQUIT (its immediate exit) end both.
 */
export async function clearLeftovers(dataDir: string, log: (line: string) => void): Promise<void> {
  const deadline = Date.now() + patience
  let signal: NodeJS.Signals = 'SIGINT'
  for (;;) {
    const left = findProcessesIn(dataDir, 'postgres')
    if (left.length === 0) break
    refuseIfOwned(
      dataDir,
      left.map(p => p.pid),
    )
    const head = await readPostmasterPid(dataDir)
    const hasHead = left.some(p => p.pid === head)
    if (!hasHead || Date.now() > deadline - patience / 2) signal = 'SIGQUIT'
    log(`ending ${left.length} database processes left over from an earlier run (${signal})`)
    for (const { pid } of hasHead && signal === 'SIGINT' ? left.filter(p => p.pid === head) : left) sendSignal(pid, signal)
    if (Date.now() > deadline) {
      fail('postgres/leftovers', `${left.length} database processes of an earlier run do not end (${left.map(p => p.pid).join(', ')})`, {
        dataDir,
      })
    }
    await wait(200)
  }
  // Nobody works in this folder any more. The number in the file may by now be that of a stranger, which PostgreSQL would respect.
  await rm(join(dataDir, 'postmaster.pid'), { force: true })
}

/** The postmaster's pid as the server wrote it, whether it lives or not. */
async function readPostmasterPid(dataDir: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(dataDir, 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return undefined
  }
}

/** A postmaster whose parent is a living Node process belongs to that one; an orphan's parent is the system's first process. */
function refuseIfOwned(dataDir: string, pids: readonly number[]): void {
  for (const pid of pids) {
    const facts = readProcess(pid)
    if (facts === undefined || facts.parent <= 1) continue
    if (nameOfProgram(facts.parent) === 'node') {
      fail('postgres/in-use', `the database in ${dataDir} is in use by process ${facts.parent}: stop that one first`, {
        dataDir,
        pid: facts.parent,
      })
    }
  }
}

function nameOfProgram(pid: number): string {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`))
  } catch {
    return ''
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // gone meanwhile
  }
}
