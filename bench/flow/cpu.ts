import { readFileSync, readdirSync } from 'node:fs'

/** Fields of proc(5) from the state on: parent 1; utime 11, stime 12, and of children waited for 13, 14. Ticks of 10 ms. */
function statOf(pid: number | string | undefined): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number)
  } catch {
    return []
  }
}

const sum = (stat: readonly number[], fields: readonly number[]): number => fields.reduce((all, at) => all + (stat[at] ?? 0) * 10, 0)

/** Processor milliseconds of one process so far. */
export const ownCpu = (pid: number | undefined): number => sum(statOf(pid), [11, 12])

/** Of its children, living and waited for, but for one. */
export function treeCpu(pid: number | undefined, without?: number): number {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== without)
  const children = pids.map(statOf).filter(stat => stat[1] === pid)
  return children.reduce((all, stat) => all + sum(stat, [11, 12, 13, 14]), sum(statOf(pid), [13, 14]))
}
