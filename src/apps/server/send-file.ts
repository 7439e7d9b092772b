import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { choosePortion, writeZip, zipLength } from '#services/access'
import type { Listed } from '#services/access'
import type { Store } from '#services/store'

const mediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  cdf: 'application/x-cdf',
  txt: 'text/plain; charset=utf-8',
  json: 'application/json',
  csv: 'text/csv',
}

/** Answers to HEAD: an empty stream, because Fastify would set the length of an empty text over ours. */
const nothing = (): Readable => Readable.from([])

type Sendable = Pick<Listed, 'name' | 'path' | 'size' | 'sha256' | 'modified'>

/** Sends one file with exact length, ranges and conditions (RFC 9110). Bytes never change, so caches may keep them for ever. */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  store: Store,
  file: Sendable,
  place: 'attachment' | 'inline' = 'attachment',
): Promise<FastifyReply> {
  const etag = `"${file.sha256}"`
  void reply
    .header('last-modified', new Date(file.modified).toUTCString())
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('content-disposition', `${place}; filename="${file.name}"`)
    .type(mediaTypes[file.name.slice(file.name.lastIndexOf('.') + 1)] ?? 'application/octet-stream')
  const portion = choosePortion(
    { size: file.size, etag, modified: file.modified },
    {
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
      ifModifiedSince: request.headers['if-modified-since'],
      ifNoneMatch: request.headers['if-none-match'],
    },
  )
  if (portion.kind === 'same') return reply.code(304).send()
  if (portion.kind === 'outside') {
    const text = `the file has ${file.size} bytes`
    return reply.code(416).header('content-range', `bytes */${file.size}`).type('text/plain').send(text)
  }
  const [start, end] = portion.kind === 'part' ? [portion.start, portion.end] : [0, file.size]
  if (portion.kind === 'part') void reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${file.size}`)
  void reply.header('content-length', end - start)
  if (request.method === 'HEAD') return reply.send(nothing())
  if (start === end) return reply.send('')
  return reply.send(await store.read(file.path, { start, end }))
}

/** Sends several files as one zip of stored members; its length is known before the first byte. */
export async function sendZip(reply: FastifyReply, store: Store, files: readonly Listed[], name: string): Promise<FastifyReply> {
  const members = files.map(f => ({ path: f.path, size: f.size, modified: f.modified, read: () => store.read(f.path) }))
  void reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('content-length', zipLength(members))
    .type('application/zip')
  return reply.request.method === 'HEAD' ? reply.send(nothing()) : reply.send(Readable.from(writeZip(members), { objectMode: false }))
}
