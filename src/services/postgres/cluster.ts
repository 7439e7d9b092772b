import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SdcError, fail } from '#error'
import type { PostgresBinaries } from './binaries.ts'
import { giveToNobody, wrapCommand } from './identity.ts'
import type { Identity } from './identity.ts'

export const superuser = 'apsis'

/** Makes the data folder if there is none yet; an interrupted making leaves only `<dataDir>.new`, which the next one begins anew. */
export async function ensureCluster(binaries: PostgresBinaries, dataDir: string, identity: Identity): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) {
    await checkCluster(binaries, dataDir, identity)
    return
  }
  const unfinished = `${dataDir}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true, mode: 0o700 })
  if (identity === 'nobody') giveToNobody(unfinished)
  const { program, args, user } = wrapCommand(identity, join(binaries.folder, 'initdb'), initOptions(binaries, unfinished), false)
  const made = spawnSync(program, args, { ...user, env: { ...process.env, ...binaries.environment }, encoding: 'utf8' })
  if (made.status !== 0) {
    await rm(unfinished, { recursive: true, force: true })
    throw explainInit(dataDir, `${made.stderr ?? ''}${made.error?.message ?? ''}`)
  }
  await rename(unfinished, dataDir)
}

function initOptions(binaries: PostgresBinaries, folder: string): readonly string[] {
  return ['-D', folder, '--no-sync', '--encoding=UTF8', '--auth=trust', `--username=${superuser}`, ...binaries.localeOptions]
}

async function checkCluster(binaries: PostgresBinaries, dataDir: string, identity: Identity): Promise<void> {
  const owner = (await stat(dataDir)).uid
  const uid = process.getuid?.() ?? owner
  if (identity === 'nobody') giveToNobody(dataDir)
  else if (owner !== uid) {
    fail('postgres/owner', `the database in ${dataDir} belongs to user id ${owner}, and this is user id ${uid}: start as its owner`, {
      dataDir,
      owner,
      uid,
    })
  }
  const made = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim()
  const have = readMajor(binaries)
  if (made !== have) {
    fail(
      'postgres/version',
      `the database in ${dataDir} was made by PostgreSQL ${made}, and this is ${have}: dump it with ${made} and load it anew`,
      { dataDir, made, have },
    )
  }
}

function readMajor(binaries: PostgresBinaries): string {
  const said = spawnSync(join(binaries.folder, 'postgres'), ['--version'], {
    env: { ...process.env, ...binaries.environment },
    encoding: 'utf8',
  })
  return (
    /(\d+)\.?\d*/.exec(said.stdout)?.[1] ??
    fail('postgres/no-binaries', `the PostgreSQL in ${binaries.folder} does not start: ${said.stderr}`)
  )
}

function explainInit(dataDir: string, said: string): SdcError {
  if (said.includes('No space left')) {
    return new SdcError('postgres/disk-full', `the disk is full: a new database needs 50 MB in ${dataDir}`, { dataDir })
  }
  const lines = said.trim().split('\n')
  const reason = lines.find(line => /error|fatal/i.test(line)) ?? (lines.at(-1) || 'initdb said nothing')
  return new SdcError('postgres/init-failed', `the database in ${dataDir} could not be made: ${reason}`, { dataDir, said })
}
