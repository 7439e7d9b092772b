import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SdcError, fail } from '#error'

/** A data center as it is asked over HTTP. */
export interface Remote {
  /** `https://sdc.example.org`, without a path. */
  readonly url: string
  /** `NAME:SECRET`. */
  readonly token: string | undefined
}

/** Asks; throws `remote/unreachable`, or what the server says where it refuses. */
export async function ask(remote: Remote, path: string): Promise<Response> {
  const headers = remote.token === undefined ? {} : { authorization: `Basic ${Buffer.from(remote.token).toString('base64')}` }
  const response = await fetch(new URL(path, remote.url), { headers }).catch((error: Error & { cause?: Error }) =>
    fail('remote/unreachable', `${remote.url} does not answer: ${error.cause?.message ?? error.message}`, {}, error),
  )
  if (response.ok) return response
  const said = await response.text()
  throw new SdcError('remote/refused', `${remote.url} says (${response.status}): ${wordsOf(said)}`, { status: response.status })
}

function wordsOf(said: string): string {
  try {
    return (JSON.parse(said) as { readonly error: { readonly message: string } }).error.message
  } catch {
    return said.slice(0, 300) || 'nothing'
  }
}

/**
 * The path of a file's bytes in the cache, which is keyed by content: fetched once, and checked against the hash each time. Throws
 * `remote/other-bytes` where the server gave others.
 */
export async function fetchInput(
  remote: Remote,
  input: { readonly name: string; readonly path: string; readonly sha256: string },
  cache: string,
): Promise<{ readonly path: string; readonly cached: boolean }> {
  const path = join(cache, 'files', input.sha256, input.name)
  if (existsSync(path)) {
    if ((await hashOf(createReadStream(path))) === input.sha256) return { path, cached: true }
    await rm(path)
  }
  await mkdir(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}.part`
  try {
    const { body } = await ask(remote, input.path)
    const hash = createHash('sha256')
    const counting = new Transform({ transform: (chunk: Buffer, _encoding, done) => (hash.update(chunk), done(null, chunk)) })
    await pipeline(Readable.fromWeb(body as never), counting, createWriteStream(part))
    const got = hash.digest('hex')
    if (got !== input.sha256)
      fail(
        'remote/other-bytes',
        `${input.name} came with other bytes than announced (sha256 ${got.slice(0, 12)}… instead of ${input.sha256.slice(0, 12)}…): try again`,
      )
    await rename(part, path)
  } finally {
    await rm(part, { force: true })
  }
  return { path, cached: false }
}

async function hashOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest('hex')
}
