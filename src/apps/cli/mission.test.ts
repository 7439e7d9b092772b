import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobFile } from '#domain/process'
import { createMission } from './mission-new.ts'
import { checkMissions } from './mission.ts'

const missions = fileURLToPath(new URL('../../../missions', import.meta.url))

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apsis-mission-'))
})
afterAll(() => rm(root, { recursive: true }))

describe('mission check', () => {
  test('says what sound missions contain', async () => {
    const { lines, sound } = await checkMissions(missions, true)
    expect(sound).toBe(true)
    expect(lines).toContainEqual(expect.stringMatching(/^imap: sound\. /))
    expect(lines).toContainEqual(expect.stringMatching(/^0 +mag l0 raw +contact +ccsds +\(arrives\) +mag-l1a-norm, mag-l1a-burst, /))
    expect(lines).toContainEqual(expect.stringMatching(/^mag-l1a-norm +day +.*-10 s \+10 s.* +mag l1a norm-mago\|norm-magi +-$/))
    expect(lines).toContainEqual(
      expect.stringMatching(/^edp-l2pre-fast +day +edp fast l2a dce2d, edp fast l2pre dce2d\? the last before, /),
    )
    expect(lines).toContainEqual(
      expect.stringMatching(/^mec-l2-ts04 +day +defeph -1 \+1 orbits, defatt, \{leapseconds .*\} +mec srvy l2 ephts04d/),
    )
    expect(lines).toContainEqual(expect.stringMatching(/^1 +mag l1a norm-mago +day +cdf +mag-l1a-norm +-$/))
  })

  test('a mission with many products is read at a glance: instruments with the modes, levels and descriptors that go together', async () => {
    const { lines } = await checkMissions(join(missions, 'mms'))
    expect(lines.length).toBeLessThan(120)
    expect(lines).toContainEqual(expect.stringMatching(/^instrument +modes +levels +descriptors +one per +from$/))
    expect(lines).toContainEqual(expect.stringMatching(/^asp1 +srvy +l1b +beam +day +a stand-in$/))
    expect(lines).toContainEqual(expect.stringMatching(/^ +srvy +l2 +– +day +a program of its own$/))
    expect(lines.at(-1)).toMatch(/apsis mission check --all$/)
  })

  test('lists every fault with its place, and is not sound', async () => {
    const folder = join(root, 'faulty')
    await createMission(folder)
    const products = await readFile(join(folder, 'products.yaml'), 'utf8')
    await writeFile(join(folder, 'products.yaml'), products.replace('interface: 1', 'interfase: 1').replace('due: 1 h', 'due: soon'))
    const { lines, sound } = await checkMissions(folder)
    expect(sound).toBe(false)
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/faulty\/products\.yaml:10:3: the product "temp l0" has no key "interfase" \(nearest is "interface"\)$/)
    expect(lines[1]).toMatch(/faulty\/products\.yaml:18:8: due of the product "temp l1" must be a duration/)
    expect(lines[2]).toBe('faulty: 2 faults; the mission cannot be loaded')
  })

  test('a folder without missions is an error', async () => {
    await expect(checkMissions(root === '' ? '.' : join(root, '..', 'no-such-folder'))).rejects.toThrow('cannot be read')
  })
})

describe('mission new', () => {
  test("writes a sound mission under the folder's word", async () => {
    const made = await createMission(join(root, 'owl'))
    expect(made.mission).toMatchObject({ id: 'owl', title: 'Owl, a small mission to begin with' })
    expect(made.mission.products.map(product => product.id)).toEqual(['temp l0', 'temp l1'])
    expect(made.example).toBe('examples/owl_temp_l0_20260101_v1.0.csv')
    const { lines, sound } = await checkMissions(join(root, 'owl'))
    expect([sound, lines[1]]).toEqual([
      true,
      '1 spacecraft, 1 instrument, 2 products in 2 datasets, 1 process, 2 steps from what arrives to what is made last',
    ])
  })

  test('leaves no word of the pattern behind', async () => {
    const { files } = await createMission(join(root, 'wren'))
    for (const file of files) expect(`${file} ${await readFile(join(root, 'wren', file), 'utf8')}`.toLowerCase()).not.toContain('moth')
  })

  test('never writes into a folder that holds something, nor under a word that cannot begin a name', async () => {
    await createMission(join(root, 'full'))
    await expect(createMission(join(root, 'full'))).rejects.toThrow('holds 5 files already')
    await expect(createMission(join(root, 'My Mission'))).rejects.toThrow('"My Mission" cannot be a mission\'s word')
  })

  test('its program makes hourly means, and says when there is nothing to make', async () => {
    const { mission, example } = await createMission(join(root, 'finch'))
    const run = async (start: string, stop: string) => {
      const work = await mkdtemp(join(root, 'job-'))
      const job: Partial<JobFile> = {
        partition: { kind: 'day', key: start.slice(0, 10), start, stop },
        inputs: [
          {
            role: 'readings',
            dataset: 'finch_temp_l0',
            fields: {},
            name: '',
            version: '',
            path: join(mission.folder, example),
            size: 0,
            sha256: '',
          },
        ],
        outputs: [
          {
            role: 'table',
            dataset: 'finch_temp_l1',
            fields: {},
            name: 'out.txt',
            version: '1.0',
            title: 'Means',
            description: '',
            attributes: {},
          },
        ],
        parameters: mission.processes[0]?.parameters ?? {},
        generationTime: '2026-01-02T00:00:00Z',
      }
      await writeFile(join(work, 'job.json'), JSON.stringify(job))
      const done = spawnSync(process.execPath, [join(mission.folder, 'programs/hourly-means.mjs')], {
        cwd: work,
        encoding: 'utf8',
        env: { APSIS_JOB: join(work, 'job.json') },
      })
      return { status: done.status, stderr: done.stderr, text: done.status === 0 ? await readFile(join(work, 'out.txt'), 'utf8') : '' }
    }
    const made = await run('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z')
    // (15.17 + 14.99 + 14.83 + 14.67) / 4 + 0.25
    expect(made.text.split('\n').slice(0, 3)).toEqual([
      '# Means, version 1.0, made 2026-01-02T00:00:00Z',
      '# hour,degC,readings',
      expect.stringMatching(/^2026-01-01T00:00Z,15\.1[67],4$/),
    ])
    expect(made.text.trim().split('\n')).toHaveLength(8)
    expect(await run('2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z')).toMatchObject({
      status: 66,
      stderr: expect.stringContaining('no reading between'),
    })
  })
})
