import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { enterHome, openHome } from '#apps/home'
import { childrenOf } from '#test/running-system'
import { startSite } from './index.ts'

test('where the start fails on its way, all that ran already ends', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'apsis-site-'))
  const home = await openHome(join(dir, 'home'), 'real')
  const session = await enterHome(home, { command: 'up', lasting: true, log: () => undefined })
  let address = ''
  const publish = async (at: string): Promise<never> => {
    address = at
    throw new Error('the database is gone')
  }
  try {
    const options = { port: 0, host: '127.0.0.1', workers: 2, slots: 1 }
    await expect(startSite(home, { ...session, publish }, options)).rejects.toThrow('the database is gone')
    await expect(fetch(address)).rejects.toThrow('fetch failed')
    const workers = await Promise.all((await childrenOf(process.pid)).map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    expect(workers.filter(line => line.includes('worker/main.ts'))).toEqual([])
  } finally {
    await session.leave()
    await rm(dir, { recursive: true, force: true })
  }
}, 120_000)
