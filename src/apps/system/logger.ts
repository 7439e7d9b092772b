import { join } from 'node:path'
import { pino } from 'pino'
import type { Logger } from 'pino'
import type { Home } from '#apps/home'

/** One JSON line per thing that happened, in `logs/apsis.log` of the home; `who` is the process's part. */
export function openLog(home: Home, who: string): Logger {
  const target = pino.destination({ dest: join(home.logs, 'apsis.log'), append: true, sync: false, mkdir: true })
  return pino({ base: { who, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, target)
}
