import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from '#apps/home'

const pathOf = (home: Home): string => join(home.dir, 'clock.json')
const freshFor = 100

/**
 * The clock of a demo's home: real time moved back to the moment that the simulated mission has reached, so that due times, lateness and
 * latency are what they were in the mission's own day. All processes of the home read the same file; without it the time is real.
 */
export function demoClock(home: Home): () => number {
  let [looked, mark, behind] = [0, '', 0]
  return () => {
    const real = Date.now()
    if (real - looked >= freshFor) {
      looked = real
      const found = statSync(pathOf(home), { throwIfNoEntry: false })
      // Two settings may share a tick of the file system's clock; they are two files.
      const seen = `${found?.mtimeMs} ${found?.ino}`
      if (seen !== mark) {
        mark = seen
        behind = readBehind(home)
      }
    }
    return real - behind
  }
}

/** Sets the home's clock to a moment, in UTC milliseconds; it runs on from there. It is never set back. */
export function setDemoClock(home: Home, moment: number): void {
  const behind = Math.max(0, Math.min(Date.now() - moment, readBehind(home, Infinity)))
  const path = pathOf(home)
  writeFileSync(`${path}.new`, JSON.stringify({ behind }))
  renameSync(`${path}.new`, path)
}

function readBehind(home: Home, otherwise = 0): number {
  try {
    return (JSON.parse(readFileSync(pathOf(home), 'utf8')) as { behind: number }).behind
  } catch {
    return otherwise
  }
}
