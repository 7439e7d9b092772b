import { copyFile, open, rename, unlink } from 'node:fs/promises'

/** Moves a file, also to another file system: an archive may be a mount of its own, and quarantine lies beside it. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    const fresh = `${to}.new`
    await copyFile(from, fresh)
    const handle = await open(fresh, 'r')
    await handle.sync().finally(() => handle.close())
    await rename(fresh, to)
    await unlink(from)
  }
}
