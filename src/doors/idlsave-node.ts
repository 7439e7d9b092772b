/**
 * IDL save files in Node: `#formats/idlsave` bound to files and zlib.
 *
 *     const file = await readSaveFile('abs_selections.sav')
 *     await writeSaveFile('copy.sav', file, { compress: true })
 */
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { SdcError, fail } from '#error'
import { readSave, writeSave, type ReadOptions, type SaveContent, type SaveFile, type WriteOptions } from '#formats/idlsave'

type Platform = NonNullable<ReadOptions['platform']>

/** zlib of Node. */
export const saveNodePlatform: Platform = {
  inflateRaw: (deflated, expected, limit) =>
    inflateRawSync(deflated, { chunkSize: Math.max(64, Math.min(expected, 1 << 26)), maxOutputLength: Math.max(1, limit) }),
  deflateRaw: (bytes, level) => deflateRawSync(bytes, { level }),
}

/** Reads a save file; what is wrong with it is told with its name. Throws `file/not-read` and what `readSave` throws. */
export async function readSaveFile(path: string, options: ReadOptions = {}): Promise<SaveFile> {
  const bytes = await readFile(path).catch((cause: Error) =>
    fail('file/not-read', `${path} cannot be read: ${cause.message}`, { path }, cause),
  )
  try {
    return readSave(bytes, { platform: saveNodePlatform, ...options })
  } catch (error) {
    if (!(error instanceof SdcError)) throw error
    throw new SdcError(error.code, `${path}: ${error.message}`, { ...error.detail, path }, error)
  }
}

/** Writes a save file: beside it first, then renamed, so that no half file bears the name. Returns its size. */
export async function writeSaveFile(path: string, content: SaveContent, options: WriteOptions = {}): Promise<number> {
  const bytes = writeSave(content, { platform: saveNodePlatform, ...options })
  const temporary = `${path}.part`
  try {
    await writeFile(temporary, bytes)
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    return fail('file/not-written', `${path} cannot be written: ${(cause as Error).message}`, { path }, cause)
  }
  return bytes.byteLength
}
