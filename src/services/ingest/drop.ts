import type { Stats } from 'node:fs'
import { opendir, readdir, readFile, readlink, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { IngestContext } from './context.ts'
import { ingestFile } from './ingest.ts'
import type { IngestOutcome } from './ingest.ts'
import { ingestEach } from './several.ts'

/** Size and time of a file at the last look; it is whole when two looks agree and nobody has it open for writing. */
type Seen = Map<string, string>

export interface DropFolder {
  /** One look at the folder; returns what was taken in. Call it again and again: there is no inotify on NFS. */
  poll(): Promise<readonly IngestOutcome[]>
}

/**
 * A watched folder. A first-level sub-folder belongs to a sender: files in `drop/swri/…` are recorded as delivered by `swri`. Names that
 * start with a dot or end in `.part` or `.tmp` are still being written; what arrives by rename is taken at the second look.
 */
export function dropFolder(context: IngestContext, folder: string): DropFolder {
  let seen: Seen = new Map()
  return {
    poll: async () => {
      const files = await filesBelow(folder)
      const whole = files.filter(({ path, mark }) => seen.get(path) === mark)
      const open = whole.length === 0 ? new Set<string>() : await openForWriting(folder)
      const now: Seen = new Map(files.map(({ path, mark }) => [path, mark]))
      const outcomes: IngestOutcome[] = []
      const left = new Map<string, string[]>()
      const take = async ({ path, mark }: Found): Promise<IngestOutcome | undefined> => {
        // Others were taken since the look: somebody may have begun to write meanwhile.
        if ((await markOf(path)) !== mark) return undefined
        try {
          const outcome = await ingestFile(context, path, { actor: senderOf(folder, path), consume: true })
          now.delete(path)
          return outcome
        } catch (error) {
          left.set(String(error), [...(left.get(String(error)) ?? []), path])
          return undefined
        }
      }
      const closed = whole.filter(({ path }) => !open.has(path))
      for await (const outcome of ingestEach(context, closed, take)) if (outcome !== undefined) outcomes.push(outcome)
      tellLeft(context, left)
      seen = now
      return outcomes
    },
  }
}

/**
 * What cannot be read, or not now (a full disk, a lost connection), stays for the next look and does not keep others from coming in. What
 * ails many files alike is said once a look.
 */
function tellLeft({ log }: IngestContext, left: ReadonlyMap<string, readonly string[]>): void {
  for (const [error, [path, ...others]] of left) {
    const what = others.length === 0 ? 'a dropped file' : `${others.length + 1} dropped files`
    log.error({ act: 'drop', path, files: others.length + 1, error }, `${what} could not be taken in; tried again at the next look`)
  }
}

interface Found {
  readonly path: string
  readonly mark: string
}

/** In the order in which they were written, so that what was sent first is taken first. */
async function filesBelow(folder: string): Promise<readonly Found[]> {
  const paths: string[] = []
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile() && !entry.name.startsWith('.') && !/\.(part|tmp)$/.test(entry.name)) paths.push(join(entry.parentPath, entry.name))
  }
  const looked = await Promise.all(paths.toSorted().map(async path => ({ path, found: await stat(path).catch(() => undefined) })))
  return looked
    .flatMap(({ path, found }) => (found === undefined ? [] : [{ path, found }]))
    .toSorted((a, b) => a.found.mtimeMs - b.found.mtimeMs)
    .map(({ path, found }) => ({ path, mark: printMark(found) }))
}

const printMark = (found: Stats): string => `${found.size} ${found.mtimeMs} ${found.ino}`

const markOf = (path: string): Promise<string | undefined> => stat(path).then(printMark, () => undefined)

function senderOf(folder: string, path: string): string {
  const [first, ...rest] = relative(folder, path).split(sep)
  return rest.length === 0 || first === undefined ? 'drop folder' : first
}

/** Looks through the descriptors of all processes we may see; elsewhere than on Linux the stable size alone decides. */
async function openForWriting(folder: string): Promise<ReadonlySet<string>> {
  const open = new Set<string>()
  for (const pid of (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')
      if (target.startsWith(folder) && (await opensForWriting(pid, fd))) open.add(target)
    }
  }
  return open
}

async function opensForWriting(pid: string, fd: string): Promise<boolean> {
  const info = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => '')
  const flags = Number.parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? '0', 8)
  return (flags & 3) !== 0
}
