import { createHash } from 'node:crypto'
import { lstat, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fail } from '#error'

/** sun_path of unix(7) holds 108 bytes with its final zero. */
const longestPath = 107
const socketName = '.s.PGSQL.5432'
export const socketPort = 5432

/** The folder for the server's socket: the data folder itself, or a short one of our own where that path is too long. */
export async function openSocketFolder(dataDir: string): Promise<string> {
  if (Buffer.byteLength(join(dataDir, socketName)) <= longestPath) return dataDir
  const folder = shortFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const made = await lstat(folder)
  // The name can be guessed, so another user could have made it to listen in.
  if (!made.isDirectory() || (made.uid !== process.getuid?.() && made.uid !== 65_534) || (made.mode & 0o077) !== 0) {
    fail('postgres/socket-folder', `${folder} was made by someone else: remove it, or choose a home with a shorter path than ${dataDir}`, {
      folder,
    })
  }
  return folder
}

/** Removes the folder if it was a short one. */
export async function closeSocketFolder(dataDir: string, folder: string): Promise<void> {
  if (folder !== dataDir) await rm(folder, { recursive: true, force: true })
}

function shortFolder(dataDir: string): string {
  const hash = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  const name = `apsis-${process.getuid?.() ?? 0}-${hash}`
  const folder = join(tmpdir(), name)
  return Buffer.byteLength(join(folder, socketName)) <= longestPath ? folder : join('/tmp', name)
}
