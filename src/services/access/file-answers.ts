import { compareVersions } from '#domain/version'
import type { FileType } from './file-query.ts'
import type { Listed } from './file-list.ts'

/** `2018-03-13T00:00:00`: no zone, no fraction, as the clients' `strptime` wants it. */
const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

/**
 * The body of `file_info`: one physical line, flat objects, `file_name` first, then the size, equal keys in all. IDL clients cut it at
 * every comma and read the name's element and the next three.
 */
export function printFileInfo(type: FileType, files: readonly Listed[]): string {
  const entries = files.map(f =>
    type === 'ancillary'
      ? { file_name: f.name, file_size: f.size, start_date: stamp(f.start), end_date: stamp(f.stop), modified_date: stamp(f.modified) }
      : { file_name: f.name, file_size: f.size, timetag: stamp(f.start), modified_date: stamp(f.modified) },
  )
  return JSON.stringify({ files: entries, files_were_truncated: false })
}

/** The body of `file_names`: comma list without a newline at its end, because clients split on commas without trimming. */
export const printFileNames = (files: readonly Listed[]): string => files.map(f => f.path).join(',')

/** The body of `version_info`: the highest version of each kind of file (dataset), by number, not by text. */
export function printVersionInfo(files: readonly Listed[]): string {
  const highest = new Map<string, string>()
  for (const f of files) {
    const known = highest.get(f.dataset)
    if (known === undefined || compareVersions(numbersOf(f.versionText), numbersOf(known)) > 0) highest.set(f.dataset, f.versionText)
  }
  const kinds = [...highest].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({ versions: kinds.map(([file_type, max_version]) => ({ file_type, max_version })) })
}

const numbersOf = (text: string): readonly number[] => (text.match(/\d+/g) ?? []).map(Number)
