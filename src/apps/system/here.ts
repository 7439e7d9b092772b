import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ProgramContext } from '#services/executor'
import { apsisPrograms } from './apsis-programs.ts'

/** Where files that were fetched once are kept: `XDG_CACHE_HOME`, else `.cache` of the user. */
export const cacheFolder = (environment: Readonly<Record<string, string | undefined>>): string =>
  join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'apsis')

/** What programs need of Apsis on a machine without a home. */
export const programsHere = (cache: string): ProgramContext => ({
  ...apsisPrograms,
  compileCache: join(cache, 'compiled'),
  code: { common: [] },
  open: [],
})
