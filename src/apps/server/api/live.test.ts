import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addFile } from '#test/ledger'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
let origin = ''

beforeAll(async () => {
  site = await openTestSite()
  await site.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(site.app.server.address() as AddressInfo).port}`
})
afterAll(() => site.close())

interface Stream {
  /** The next so many files: event number and name. */
  take(count: number): Promise<readonly (readonly [number, string])[]>
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>
  leave(): void
}

async function listen(headers: Record<string, string> = {}): Promise<Stream> {
  const halt = new AbortController()
  const answer = await fetch(`${origin}/api/v1/live`, { headers, signal: halt.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const heard: (readonly [number, string])[] = []
  let wake: () => void = () => undefined
  const read = async (): Promise<void> => {
    let rest = ''
    for await (const chunk of answer.body ?? expect.fail('no body')) {
      const blocks = (rest + Buffer.from(chunk).toString()).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const match = /^id: (\d+)\nevent: file\ndata: (.*)$/.exec(block)
        if (match !== null) heard.push([Number(match[1]), (JSON.parse(match[2] ?? '') as { name: string }).name])
      }
      wake()
    }
  }
  const ended = read().catch(() => undefined)
  const take = async (count: number): Promise<readonly (readonly [number, string])[]> => {
    while (heard.length < count) await new Promise<void>(resolve => (wake = resolve))
    return heard.splice(0, count)
  }
  return { take, ended, leave: () => halt.abort() }
}

const add = (product: string, day: number): Promise<{ name: string }> =>
  addFile(site, { product, spacecraft: 'mms1', start: `2026-10-${String(day).padStart(2, '0')}`, version: [1, 0, 0] })

test('files as they come, with their event numbers; hidden ones for the team alone; who comes back misses nothing', async () => {
  const [anybody, team] = await Promise.all([listen(), listen({ authorization: await site.basic('team') })])
  const one = await add('fgm srvy l2', 1)
  const hidden = await add('dfg srvy l1a', 1)
  const two = await add('fgm srvy l2', 2)
  const heard = await anybody.take(2)
  expect(heard.map(([, name]) => name)).toEqual([one.name, two.name])
  expect((await team.take(3)).map(([, name]) => name)).toEqual([one.name, hidden.name, two.name])
  anybody.leave()
  const three = await add('fgm srvy l2', 3)
  const again = await listen({ 'last-event-id': String(heard[0]?.[0]) })
  const four = await add('fgm srvy l2', 4)
  const missed = await again.take(3)
  expect(missed.map(([, name]) => name)).toEqual([two.name, three.name, four.name])
  expect(missed[0]?.[0]).toBe(heard[1]?.[0])
  team.leave()
  again.leave()
})

test('closing the server ends the streams', async () => {
  const other = await openTestSite()
  await other.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = other.app.server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/live`)
  const text = answer.text()
  await other.close()
  expect(await text).toBe('retry: 3000\n\n')
})
