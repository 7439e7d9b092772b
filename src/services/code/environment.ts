import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { arch, endianness } from 'node:os'
import { promisify } from 'node:util'
import type { Db } from '#services/db'

const run = promisify(execFile)

/** What a program's result may depend on beside code and inputs. */
export interface Environment {
  readonly fingerprint: string
  readonly detail: Readonly<Record<string, string>>
}

const known = new Map<string, Promise<string>>()

/**
 * Describes where a command runs: its interpreter's version, the operating system, the processor, the locale, and Apsis itself. Libraries
 * that an interpreter loads are not looked at: a team that needs them pinned brings them in its code.
 */
export async function readEnvironment(
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
  apsis: string,
): Promise<Environment> {
  const detail = {
    interpreter: await once(`version ${command[0]}`, () => versionOf(command[0] ?? '')),
    system: await once('system', readSystem),
    processor: `${arch()} ${endianness()}`,
    locale: variables['LC_ALL'] ?? variables['LANG'] ?? '',
    timezone: variables['TZ'] ?? '',
    apsis,
  }
  return { fingerprint: createHash('sha256').update(JSON.stringify(detail)).digest('hex'), detail }
}

/** Keeps a fingerprint's meaning, once. */
export async function recordEnvironment(db: Db, { fingerprint, detail }: Environment, at: number): Promise<void> {
  await db
    .insertInto('environment')
    .values({ fingerprint, detail: JSON.stringify(detail), first_seen: new Date(at) })
    .onConflict(c => c.doNothing())
    .execute()
}

export async function findEnvironment(db: Db, fingerprint: string): Promise<Environment | undefined> {
  const row = await db.selectFrom('environment').selectAll().where('fingerprint', '=', fingerprint).executeTakeFirst()
  return row === undefined ? undefined : { fingerprint, detail: row.detail as Record<string, string> }
}

function once(key: string, read: () => Promise<string>): Promise<string> {
  const running = known.get(key) ?? read()
  known.set(key, running)
  return running
}

/** The first line that `--version` prints; programs that do not know the option are known by their code. */
async function versionOf(program: string): Promise<string> {
  if (program === process.execPath) return `node ${process.version}`
  const word = program.split('/').at(-1) ?? program
  if (/^(?:sh|dash)$/.test(word)) return word
  const told = await run(program, ['--version'], { timeout: 10_000, env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' } }).catch(
    () => undefined,
  )
  return `${word} ${(told === undefined ? '' : `${told.stdout}${told.stderr}`).split('\n')[0] ?? ''}`.trim()
}

async function readSystem(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return /^PRETTY_NAME="?(.*?)"?$/m.exec(text)?.[1] ?? process.platform
}
