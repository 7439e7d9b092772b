import { readFileSync, readdirSync } from 'node:fs'
import type { Cut, Limits } from './port.ts'

/** What a tree of processes holds at one moment. */
export interface TreeSample {
  /** Threads of all processes. */
  readonly threads: number
  /** Bytes that they hold for themselves: pages of files that others share are left out. */
  readonly memory: number
  readonly cpuSeconds: number
}

const pageSize = 4096
/** Ticks of proc(5) per second: 100 on every Linux that Node runs on. */
const ticks = 100

/** Looks at a process and all it started (Linux's /proc); what ends meanwhile is left out. */
export function sampleTree(root: number): TreeSample {
  let [threads, memory, cpu] = [0, 0, 0]
  const open = [root]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')
      // proc(5), numbered from the state on: utime 11, stime 12, and of children waited for 13, 14
      cpu += [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
      const [, resident = 0, shared = 0] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ').map(Number)
      memory += Math.max(0, resident - shared) * pageSize
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        threads++
        open.push(...readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number))
      }
    } catch {
      // ended between two looks
    }
  }
  return { threads, memory, cpuSeconds: cpu / ticks }
}

export interface Watch {
  readonly peakMemory: () => number
  readonly cpuSeconds: () => number
  stop(): void
}

/** The first looks are close together, so that a short burst is seen; a program of hours is looked at twice a second. */
const firstPause = 50
const longestPause = 500

/** Looks at a tree again and again; calls `cut` once when it holds more than it may. Programs that end within the first pause cost nothing. */
export function watchTree(root: number, limits: Limits, cut: (limit: Cut) => void): Watch {
  let [peakMemory, cpuSeconds, pause] = [0, 0, firstPause]
  const look = (): void => {
    const sample = sampleTree(root)
    peakMemory = Math.max(peakMemory, sample.memory)
    cpuSeconds = Math.max(cpuSeconds, sample.cpuSeconds)
    if (sample.memory > limits.memory) return cut('memory')
    if (sample.threads > limits.processes) return cut('processes')
    pause = Math.min(pause * 1.5, longestPause)
    timer = setTimeout(look, pause)
  }
  let timer = setTimeout(look, pause)
  return { peakMemory: () => peakMemory, cpuSeconds: () => cpuSeconds, stop: () => clearTimeout(timer) }
}
