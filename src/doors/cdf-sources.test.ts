import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeCdf, openCdf } from '#formats/cdf'
import { blobSource, urlSource } from './cdf-sources.ts'

const values = Float64Array.from({ length: 300_000 }, (_, i) => i)
const bytes = encodeCdf({ attributes: { TITLE: 't' }, variables: [{ name: 'x', type: 'CDF_REAL8', dims: [3], values }] })

/** Serves the file with ranges at /a, without at /b, changing at /c, and nothing elsewhere. */
let server: Server
let base = ''
let requests: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.range}`)
    const range = /^bytes=(\d+)-(\d+)$/u.exec(request.headers.range ?? '')
    const [start, end] = [Number(range?.[1]), Math.min(Number(range?.[2]) + 1, bytes.length)]
    if (request.url === '/b') response.writeHead(200).end(bytes)
    else if (request.url === '/a' || request.url === '/c') {
      const etag = request.url === '/a' ? '"1"' : `"${requests.length}"`
      response.writeHead(206, { 'content-range': `bytes ${start}-${end - 1}/${bytes.length}`, etag }).end(bytes.subarray(start, end))
    } else if (request.url === '/empty') response.writeHead(416, { 'content-range': 'bytes */0' }).end()
    else if (request.url === '/d') response.writeHead(206).end(bytes.subarray(start, end))
    else response.writeHead(404).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise(resolve => server.close(resolve)))

describe('a CDF behind a URL', () => {
  test('is read by ranges, and only where needed', async () => {
    requests = []
    const cdf = await openCdf(await urlSource(`${base}/a`, { blockBytes: 65_536 }))
    expect(requests).toEqual(['/a bytes=0-65535'])
    const x = cdf.variables.get('x')
    expect((await x?.read({ first: 50_000, count: 2 }))?.values).toEqual(values.slice(150_000, 150_006))
    expect(requests).toHaveLength(2)
    expect((await x?.read())?.values).toEqual(values)
    const before = requests.length
    expect((await x?.read({ first: 50_000, count: 100 }))?.shape).toEqual([100, 3])
    expect(requests).toHaveLength(before)
  })

  test('blocks beyond the cache go and come again', async () => {
    const cdf = await openCdf(await urlSource(`${base}/a`, { blockBytes: 65_536, cacheBytes: 131_072 }))
    const x = cdf.variables.get('x')
    for (const first of [0, 90_000, 0, 40_000])
      expect((await x?.read({ first, count: 3 }))?.values).toEqual(values.slice(3 * first, 3 * first + 9))
  })

  test('is taken whole from a server without ranges', async () => {
    requests = []
    const cdf = await openCdf(await urlSource(`${base}/b`))
    expect((await cdf.variables.get('x')?.read())?.values).toEqual(values)
    expect(requests).toHaveLength(1)
  })

  test('that changes, is missing, or has no length is told', async () => {
    const cdf = await openCdf(await urlSource(`${base}/c`, { blockBytes: 65_536 }))
    await expect(cdf.variables.get('x')?.read()).rejects.toMatchObject({ code: 'source/changed' })
    await expect(urlSource(`${base}/nothing`)).rejects.toMatchObject({ code: 'source/http', detail: { status: 404 } })
    await expect(urlSource(`${base}/d`)).rejects.toMatchObject({ code: 'source/http' })
  })
})

test('an empty file behind a URL is told as such', async () => {
  await expect(openCdf(await urlSource(`${base}/empty`))).rejects.toThrow(/the file is empty/u)
})

test('what is neither bytes nor a source is told in words', async () => {
  const odd = ['field.cdf', new Blob([bytes]), {}, 5] as unknown as Uint8Array[]
  for (const given of odd) await expect(openCdf(given)).rejects.toThrow(/openCdf takes bytes or a source/u)
  expect((await openCdf(bytes.slice().buffer)).variables.get('x')?.records).toBe(100_000)
})

test('a CDF in a Blob', async () => {
  const cdf = await openCdf(blobSource(new Blob([bytes.slice()])))
  expect((await cdf.variables.get('x')?.read({ first: 7, count: 1 }))?.values).toEqual(Float64Array.of(21, 22, 23))
})
