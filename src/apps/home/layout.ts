import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail, SdcError } from '#error'

/** A demo's home holds nothing but simulated files and may be deleted; a real one never is. */
export type HomeKind = 'demo' | 'real'

export interface Home {
  readonly dir: string
  readonly kind: HomeKind
  readonly pg: string
  readonly archive: string
  readonly drop: string
  readonly staging: string
  /** Outputs that are made and not published. */
  readonly aside: string
  /** Code of releases under its digests. */
  readonly code: string
  readonly quarantine: string
  readonly logs: string
}

const folders = ['archive', 'drop', 'staging', 'aside', 'code', 'quarantine', 'logs'] as const
const markerName = 'home.json'
const format = 1
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** `APSIS_HOME`, else `var` in the checkout; the demo's is `demo-home` there. A relative choice is taken from the working directory. */
export function chooseHome(kind: HomeKind, chosen: string | undefined, environment: Readonly<Record<string, string | undefined>>): string {
  if (chosen !== undefined) return resolve(chosen)
  if (kind === 'demo') return join(root, 'demo-home')
  const named = environment['APSIS_HOME']
  return named ? resolve(named) : join(root, 'var')
}

/**
 * Opens a home, making its folders at the first time. A folder that holds something else, a home of the other kind or of a
 * newer format is refused, named in the message.
 */
export async function openHome(dir: string, kind: HomeKind): Promise<Home> {
  const home = describeHome(resolve(dir), kind)
  try {
    await checkMarker(home)
    await mkdir(home.dir, { recursive: true })
    for (const folder of folders) await mkdir(home[folder], { recursive: true })
    await writeMarker(home)
  } catch (error) {
    throw explain(error, home.dir)
  }
  return home
}

/** The home in a folder as its marker says, or undefined where there is none. */
export async function findHome(dir: string): Promise<Home | undefined> {
  const marker = await readMarker(resolve(dir))
  return marker && describeHome(resolve(dir), marker.kind)
}

/** Turns the system's refusals into one sentence; anything else passes unchanged. */
export function explain(error: unknown, dir: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new SdcError('home/disk-full', `the disk is full: nothing can be written in ${dir}`, { dir }, error)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SdcError(
        'home/no-access',
        `${dir} cannot be written by this user: choose another home (--home DIR or APSIS_HOME)`,
        { dir },
        error,
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return new SdcError('home/not-a-folder', `${dir} is not a folder: choose another home (--home DIR or APSIS_HOME)`, { dir }, error)
    default:
      return error
  }
}

function describeHome(dir: string, kind: HomeKind): Home {
  const at = (name: string): string => join(dir, name)
  return {
    dir,
    kind,
    pg: at('pg'),
    archive: at('archive'),
    drop: at('drop'),
    staging: at('staging'),
    aside: at('aside'),
    code: at('code'),
    quarantine: at('quarantine'),
    logs: at('logs'),
  }
}

async function checkMarker(home: Home): Promise<void> {
  const marker = await readMarker(home.dir)
  if (marker === undefined) {
    if (!(await isEmpty(home.dir))) {
      const whose = home.kind === 'demo' ? 'the demo touches only homes of its own' : 'Apsis begins only in an empty folder'
      fail('home/foreign', `${home.dir} holds other things and no ${markerName}: ${whose}, choose another with --home`, { dir: home.dir })
    }
    return
  }
  if (marker.kind !== home.kind) {
    const message =
      home.kind === 'demo'
        ? `${home.dir} is a real home, without the demo's mark: the demo does not touch it, choose another with --home`
        : `${home.dir} is a demo's home: simulated and real files never mix, choose another with --home or APSIS_HOME`
    fail('home/other-kind', message, { dir: home.dir, kind: marker.kind })
  }
  if (marker.format > format) {
    fail('home/newer', `${home.dir} was made by a newer Apsis (format ${marker.format}, this one knows ${format}): use that one`, {
      dir: home.dir,
    })
  }
}

interface Marker {
  readonly kind: HomeKind
  readonly format: number
}

async function readMarker(dir: string): Promise<Marker | undefined> {
  const path = join(dir, markerName)
  if (!existsSync(path)) return undefined
  try {
    const { kind, format: made } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    if ((kind === 'demo' || kind === 'real') && typeof made === 'number') return { kind, format: made }
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  return fail('home/bad-marker', `${path} is not the marker of an Apsis home`, { path })
}

async function writeMarker(home: Home): Promise<void> {
  const path = join(home.dir, markerName)
  if (existsSync(path)) return
  await writeFile(`${path}.new`, `${JSON.stringify({ kind: home.kind, format }, undefined, 2)}\n`)
  await rename(`${path}.new`, path)
}

/** A home whose first opening was cut short holds only our own empty folders: that still counts as empty. */
async function isEmpty(dir: string): Promise<boolean> {
  if (!existsSync(dir)) return true
  for (const name of await readdir(dir)) {
    if (name === `${markerName}.new`) continue
    if (!folders.some(folder => folder === name) || (await readdir(join(dir, name))).length > 0) return false
  }
  return true
}
