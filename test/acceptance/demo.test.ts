import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCdfFile } from '#doors/cdf-node'
import type { BurstOverview } from '#services/burst'
import { utcMsFromTt2000Array } from '#formats/time'

const cli = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly text: () => string
  /** Resolves when a line has been printed; rejects when the command ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>
  ended(): Promise<number | null>
}

function run(args: readonly string[]): Run {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      for (const listener of listeners) listener()
    })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    text: () => text,
    said: pattern =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text)
          if (match === null) return
          listeners.delete(look)
          resolve(match)
        }
        listeners.add(look)
        look()
        void exit.then(code => reject(new Error(`ended with ${code} before ${String(pattern)}:\n${text}`)))
      }),
    ended: () => exit,
  }
}

const finish = async (args: readonly string[]): Promise<{ code: number | null; text: string }> => {
  const started = run(args)
  return { code: await started.ended(), text: started.text() }
}

/** One short flight, looked at from all sides: the acceptance run from packet file to public download. */
describe('the demo', { shuffle: false }, () => {
  let home: string
  let flight: Run
  let address: string

  beforeAll(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'apsis-demo-')), 'home')
    // Until an evening: bursts are recorded where the orbit is high, around 15 h UTC.
    const evening = `${new Date(Date.now() - 18 * 3_600_000).toISOString().slice(0, 10)}T18:00`
    flight = run(['demo', '--home', home, '--port', '0', '--hours', '10', '--contacts', '5', '--end', evening])
    await flight.said(/The site stays open/)
    address = /The site: (http:\S+)/.exec(flight.text())?.[1] ?? ''
  }, 1_200_000)
  afterAll(async () => {
    flight.child.kill('SIGKILL')
    await rm(join(home, '..'), { recursive: true, force: true })
  })

  const get = async (path: string): Promise<Response> => fetch(address + path)

  test('says what was made, what to try, and how to sign in', () => {
    const text = flight.text()
    expect(text).toMatch(/The simulated mission flew; everything was made in \d+ s\./)
    expect(text).toMatch(/\.\/apsis why mms\S+ \S+/)
    expect(text).toMatch(/\.\/apsis trace mms\S+/)
    expect(text).toMatch(/sign in as operator, once: http:\S+\/sign-in\?once=\S+/)
  })

  test('a public file is found, downloaded and sound, and says that it is simulated', async () => {
    const names = (
      await (
        await get('/mms/sdc/public/files/api/v1/file_names/science?sc_id=mms1&instrument_id=fgm&data_rate_mode=srvy&data_level=l2')
      ).text()
    ).split(',')
    expect(names[0]).toMatch(/^mms\/data\/mms1\/fgm\/srvy\/l2\/\d{4}\/\d\d\/mms1_fgm_srvy_l2_\d{8}_v5\.\d+\.\d+\.cdf$/)
    const name = names[0]?.split('/').at(-1) ?? ''
    const answer = await get(`/mms/sdc/public/files/api/v1/download/science?file=${name}`)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const info = (await (await get(`/mms/sdc/public/files/api/v1/file_info/science?file=${name}`)).json()) as {
      files: { file_size: number }[]
    }
    expect(bytes.length).toBe(info.files[0]?.file_size)
    const path = join(home, '..', name)
    await writeFile(path, bytes)
    const cdf = await openCdfFile(path)
    const field = cdf.variables.get('mms1_fgm_b_gse_srvy_l2')
    expect(field?.records).toBeGreaterThan(10_000)
    const epoch = await cdf.variables.get('Epoch')?.read()
    const times = utcMsFromTt2000Array(epoch?.values as BigInt64Array)
    expect(times.every((t, i) => i === 0 || t > (times[i - 1] ?? 0))).toBe(true)
    expect(JSON.stringify([...cdf.attributes.values()].map(a => a.map(e => String(e.value))))).toMatch(/simulated/i)
    await cdf.close()
    const row = (await (await get(`/api/v1/files/${name}`)).json()) as { sha256: string }
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(row.sha256)
  })

  test('nothing that policy hides is public', async () => {
    for (const level of ['l0', 'l1a', 'ql'])
      expect(await (await get(`/mms/sdc/public/files/api/v1/file_names/science?data_level=${level}`)).text()).toBe('')
  })

  test('the lost contact, the late attitude and the failed program are told', async () => {
    const status = JSON.parse((await finish(['status', '--json', '--home', home])).text) as {
      jobs: { failed: number }
      unusual: { state: string; text: string }[]
    }
    expect(status.jobs.failed).toBe(0)
    expect(status.unusual.some(u => u.state === 'lost' && /ground station antenna drive fault/.test(u.text))).toBe(true)
    const command = /apsis (why \S+ \S+)/.exec(flight.text())?.[1]?.split(' ') ?? []
    const why = await finish([...command, '--home', home])
    expect(why.text).toMatch(/was lost \(ground station antenna drive fault\): its data of \S+ to \S+ never came down/)
    const orbits = await (await get('/mms/sdc/public/files/api/v1/file_names/ancillary?sc_id=mms4&product=defeph')).text()
    const orbit = orbits.split(',').at(-1)?.split('/').at(-1) ?? ''
    expect((await finish(['trace', orbit, '--home', home])).text).toMatch(/try 1 ended: try-again \(the licence server .*\)/)
    const attitude = (await (await get('/mms/sdc/public/files/api/v1/file_names/ancillary?sc_id=mms2&product=defatt')).text()).split(',')
    expect(Number(/V(\d+)$/.exec(attitude[0] ?? '')?.[1])).toBeGreaterThan(0)
  })

  test('bursts were chosen by a person and by a deadline, played back, and became Level 2 files and pictures', async () => {
    const [burst] = (JSON.parse((await finish(['status', '--json', '--home', home])).text) as { burst: BurstOverview[] }).burst
    if (burst === undefined) throw new Error('there was no window')
    expect(burst.windows.byPeople).toBeGreaterThanOrEqual(1)
    expect(burst.windows.automatic).toBeGreaterThanOrEqual(1)
    expect(burst.complete).toBeGreaterThanOrEqual(1)
    expect(burst.account.received).toBeGreaterThan(20)
    expect(burst.latency.map(({ to }) => to)).toContain('window')
    expect(burst.latency.every(({ median, p95 }) => median > 0 && median <= p95)).toBe(true)
    expect(flight.text()).toMatch(/From telemetry to what selecting needs: .* s \(95 %: /)
    for (const query of ['instrument_id=fgm', 'instrument_id=fpi', 'instrument_id=mec']) {
      const names = await (await get(`/mms/sdc/public/files/api/v1/file_names/science?data_rate_mode=brst&data_level=l2&${query}`)).text()
      expect(names).toMatch(/_brst_l2_\S*\d{14}_v\d+\.\d+\.\d+\.cdf/)
    }
    for (const product of ['fgm brst ql', 'fpi brst ql', 'mec brst ql'])
      expect((await finish(['cells', '--product', product, '--state', 'made,partial', '--home', home])).text).toMatch(
        /^(?:made|partial) +\S+_brst_ql +\d{14}/m,
      )
  })

  test('what the station kept back made its segment complete after all; the terminal says what carried it', async () => {
    const status = await finish(['sitl', 'status', '--home', home])
    expect(status.code).toBe(0)
    expect(status.text).toMatch(/\d{4}-\d{3}T\S+ {2}people {5}[█░]+ +\d+ of \d+ buffers .*COMPLETE/)
    expect(status.text).toMatch(/automated +[█░]+/)
    const windows = await Promise.all(
      [...status.text.matchAll(/(\S+) {2}people .* \d+ COMPLETE/g)].map(([, evaluation]) =>
        finish(['sitl', 'window', evaluation ?? '', '--home', home]),
      ),
    )
    for (const { text } of windows) {
      expect(text).toMatch(/triggers MMS1=\d+\.\d\d% MMS2=/)
      expect(text).toMatch(/draft "first look" by scientist-on-duty/)
      expect(text).toMatch(/submission \d+ by scientist-on-duty, .*: accepted, final/)
    }
    const ids = windows.flatMap(({ text }) => [...text.matchAll(/segment +(\d+) .* COMPLETE\+FINISHED/g)].map(([, id]) => id ?? ''))
    const stories = await Promise.all(ids.map(id => finish(['sitl', 'why', id, '--home', home])))
    const reopened = stories.find(({ text }) => /POC: lose mms2[^]*SDC: receive mms2/.test(text))
    expect(reopened?.text).toMatch(/trigger data of \S+ give \d+\.\d, carried by the cycles/)
    expect(reopened?.text).toMatch(/by term \(.*\): mms\d [a-z-]+ \d/)
  })

  test('no cell is unexplained, no program failed for good, nothing is in quarantine', async () => {
    const log = await readFile(join(home, 'logs/apsis.log'), 'utf8')
    expect(log.split('\n').filter(l => l.includes('"level":50'))).toEqual([])
    expect(await readdir(join(home, 'quarantine'))).toEqual([])
    expect(await readdir(join(home, 'staging'))).toEqual([])
  })

  test('a second server is refused in one sentence, and a real command does not take the demo for real', async () => {
    expect((await finish(['demo', '--home', home, '--port', '0'])).text).toMatch(/is in use by process \d+/)
    expect((await finish(['up', '--home', home, '--port', '0'])).text).toMatch(/is a demo's home/)
    expect((await finish(['demo', '--home', home, '--fresh'])).text).toMatch(/stop it before --fresh/)
  })

  test('Ctrl-C stops everything; a second demo is back in seconds with nothing made again', async () => {
    const before = JSON.parse((await finish(['status', '--json', '--home', home])).text) as { files: number; jobs: { made: number } }
    flight.child.kill('SIGINT')
    expect(await flight.ended()).toBe(0)
    const again = await finish(['demo', '--home', home, '--port', '0', '--once'])
    expect(again.code).toBe(0)
    expect(again.text).toMatch(/Going on with the demo/)
    const after = JSON.parse((await finish(['status', '--json', '--home', home])).text) as { files: number; jobs: { made: number } }
    expect([after.files, after.jobs.made]).toEqual([before.files, before.jobs.made])
  }, 120_000)
})
