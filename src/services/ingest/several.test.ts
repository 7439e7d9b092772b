import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodePlatform } from '#doors/cdf-node'
import { encodeCdf, openCdfSync } from '#formats/cdf'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import type { IngestContext, LoadedMission } from './context.ts'
import { ingestEach, ingestFile, startVerifyThreads } from './index.ts'

let home: Installation
const threads = startVerifyThreads(2)
let context: IngestContext

beforeAll(async () => {
  home = await openInstallation({
    ...textMission,
    'products.yaml': `${textMission['products.yaml']}cnt day field:\n  title: Field\n  format: cdf\n  partition: day\ncnt day kernel:\n  title: Kernel\n  format: binary\n  ext: bsp\n  partition: day\n`,
  })
  context = { ...home.ingest, threads }
})
afterAll(async () => {
  await threads.close()
  await home.close()
})

async function put(name: string, content: string | Uint8Array): Promise<{ readonly path: string }> {
  const path = join(home.folder, 'deliveries', name)
  await writeFile(path, content)
  return { path }
}
async function listOf<T>(told: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const one of told) list.push(one)
  return list
}
const take = ({ path }: { readonly path: string }) => ingestFile(context, path, { actor: 'sender' })
const latestOf = (partition: string) =>
  home.db.selectFrom('file').select('name').where('partition', '=', partition).where('latest', '=', true).execute()

describe('several files at once', () => {
  test('are told of in their order, each with its own outcome', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `ta_cnt_day_l0_202605${String(i + 1).padStart(2, '0')}_v0.0.0.txt`)
    const files = await Promise.all(names.map((name, i) => put(name, i === 7 ? 'a\0' : 'x\n')))
    const outcomes = await listOf(ingestEach(context, files, take))
    expect(outcomes.map(o => o.name)).toEqual(names)
    expect(outcomes.flatMap((o, i) => (o.outcome === 'stored' ? [] : [i]))).toEqual([7])
  })

  test('that are versions of one partition: the highest is the latest', async () => {
    const files = await Promise.all([3, 0, 5, 1, 4, 2].map(v => put(`ta_cnt_day_l0_20260601_v0.0.${v}.txt`, `${v}\n`)))
    const outcomes = await listOf(ingestEach(context, files, take))
    expect(outcomes.map(o => o.outcome)).toEqual(files.map(() => 'stored'))
    expect(await latestOf('2026-06-01')).toEqual([{ name: 'ta_cnt_day_l0_20260601_v0.0.5.txt' }])
  })

  test('what is recognised by content gets its version in its turn; what is named goes beside it', async () => {
    const begun: string[] = []
    const slowly = async ({ path }: { readonly path: string }): Promise<string> => {
      begun.push(path)
      await wait(path === 'a.raw' ? 50 : 0)
      return `${path} after ${begun.length}`
    }
    const files = ['a.raw', 'b.raw', 'ta_cnt_day_l0_20260602_v0.0.0.txt'].map(path => ({ path }))
    const ended = await listOf(ingestEach(context, files, slowly))
    expect(begun.at(-1)).toBe('b.raw')
    expect(ended).toEqual(['a.raw after 2', 'b.raw after 3', 'ta_cnt_day_l0_20260602_v0.0.0.txt after 2'])
  })

  test('two senders of content without a name get two names, though both looked for a free one at once', async () => {
    const [mission] = context.missions as readonly [LoadedMission]
    const identify: LoadedMission['identify'] = ({ name }) =>
      name.endsWith('.raw') ? { product: 'cnt day l0', spacecraft: 'ta', start: Date.UTC(2026, 5, 3) } : undefined
    const knowing = { ...context, missions: [{ ...mission, identify }] }
    const files = await Promise.all(['c.raw', 'd.raw', 'e.raw'].map(name => put(name, `${name}\n`)))
    const outcomes = await Promise.all(files.map(({ path }) => ingestFile(knowing, path, { actor: path })))
    expect(outcomes.map(o => o.outcome)).toEqual(['stored', 'stored', 'stored'])
    expect(new Set(outcomes.map(o => o.name)).size).toBe(3)
  })

  test('where one fails, its error is thrown and those behind it are not begun', async () => {
    const files = await Promise.all(
      Array.from({ length: 40 }, (_, i) => put(`tb_cnt_day_l0_202607${String((i % 30) + 1).padStart(2, '0')}_v0.0.${i}.txt`, 'x\n')),
    )
    let begun = 0
    const failing = async (): Promise<void> => {
      if (begun++ === 2) throw new Error('the disk is gone')
      await wait(1)
    }
    await expect(listOf(ingestEach(context, files, failing))).rejects.toThrow('the disk is gone')
    expect(begun).toBeLessThan(40)
  })
})

describe('large files', () => {
  const values = Float64Array.from({ length: 200_000 }, (_, i) => Math.sin(i))
  const times = BigInt64Array.from({ length: 200_000 }, (_, i) => 600_000_000_000_000_000n + BigInt(i))
  const large = (day: string, bytes?: (whole: Uint8Array) => void): Promise<{ readonly path: string }> => {
    const variables = [
      { name: 'Epoch', type: 'CDF_TIME_TT2000' as const, values: times },
      { name: 'x', type: 'CDF_REAL8' as const, values, compression: 'gzip' as const },
    ]
    const whole = encodeCdf({ attributes: {}, variables }, { platform: nodePlatform })
    bytes?.(whole)
    return put(`ta_cnt_day_field_${day}_v0.0.0.cdf`, whole)
  }

  test('a thread finds what this thread finds', async () => {
    const aside = await take(await large('20260801'))
    const here = await ingestFile(home.ingest, (await large('20260802')).path, { actor: 'sender' })
    expect([aside, here]).toMatchObject([{ outcome: 'stored' }, { outcome: 'stored' }])
    const columns = ['science', 'records', 'content', 'findings', 'coverage_start', 'coverage_stop'] as const
    const [one, other] = await home.db.selectFrom('file').select(columns).where('product', '=', 'cnt day field').execute()
    expect(one).toEqual(other)
    expect(one?.coverage_stop).toBe(600_000_000_000_199_999n)
  })

  test('its refusal has the same code and words', async () => {
    const spoil = (whole: Uint8Array): void => {
      const { offset = 0 } = openCdfSync(whole).variables.get('x')?.extentsSync()[0] ?? {}
      whole.fill(0xff, offset + 1000, offset + 1400)
    }
    const aside = await take(await large('20260803', spoil))
    const here = await ingestFile(home.ingest, (await large('20260804', spoil)).path, { actor: 'sender' })
    expect(aside).toMatchObject({ outcome: 'quarantined', code: 'cdf/inflate' })
    expect(here).toMatchObject({ outcome: 'quarantined', reason: aside.outcome === 'quarantined' ? aside.reason : '' })
  })

  test('a binary file is kept as it is, but not an empty one', async () => {
    expect(await take(await put('ta_cnt_day_kernel_20260801_v0.0.0.bsp', Uint8Array.of(0, 1, 2)))).toMatchObject({
      outcome: 'stored',
      findings: [],
    })
    expect(await take(await put('ta_cnt_day_kernel_20260802_v0.0.0.bsp', ''))).toMatchObject({
      outcome: 'quarantined',
      code: 'ingest/empty',
    })
  })
})
