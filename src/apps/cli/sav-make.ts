import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { userInfo, hostname } from 'node:os'
import { fail } from '#error'
import { parseBurstDocument, saveVariables, type BurstDocument } from '#domain/burst/files'
import { writeSaveFile } from '#doors/idlsave-node'
import { say } from './cdf-format.ts'

/** A burst document from a JSON file; what is wrong with it is told with the file's name. */
export async function readBurstJson(path: string): Promise<BurstDocument> {
  const text = await readFile(path, 'utf8').catch((cause: Error) =>
    fail('file/not-read', `${path} cannot be read: ${cause.message}`, { path }, cause),
  )
  try {
    return parseBurstDocument(JSON.parse(text))
  } catch (cause) {
    return fail('burst/bad-document', `${path}: ${(cause as Error).message}`, { path }, cause)
  }
}

/** `sav make JSON FILE` */
export async function makeSave(json: string, path: string, { compress }: { readonly compress: boolean }): Promise<void> {
  if (existsSync(path)) fail('file/exists', `${path} is there already; nothing was written`, { path })
  const document = await readBurstJson(json)
  // IDL writes `Mon May 11 14:09:46 2015`.
  const date = new Date().toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/u, '$1 $3 $2 $5 $4')
  const timestamp = { date, user: userInfo().username, host: hostname() }
  const size = await writeSaveFile(path, { timestamp, variables: saveVariables(document) }, { compress })
  say(`${path}: ${document.form}, ${size} bytes`)
}
