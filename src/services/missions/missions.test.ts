import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SdcError } from '#error'
import { sampleFiles } from '#test/sample-mission'
import { loadAdapter, loadMission, loadMissions, missionFolders, readMission } from './index.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apsis-missions-'))
})
afterAll(() => rm(root, { recursive: true }))

const adapter = `export const identify = ({ name }) => (name === 'mine' ? { product: 'orbit', spacecraft: 'duo1', start: 0 } : undefined)\n`

const whole: Readonly<Record<string, string>> = {
  ...sampleFiles,
  'simulation.yaml': '',
  'identify.ts': adapter,
  'packets/mag.xml': '',
  'programs/calibrate.py': '',
}

async function writeFolder(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, folder, name)), { recursive: true })
    await writeFile(join(root, folder, name), text)
  }
  return join(root, folder)
}

async function codeOf(promise: Promise<unknown>): Promise<SdcError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof SdcError) return error
  throw new Error(`expected an SdcError, got ${String(error)}`)
}

describe('one folder', () => {
  test('is read from disk with its place', async () => {
    const folder = await writeFolder('one/duo', whole)
    const mission = await loadMission(folder)
    expect(mission).toMatchObject({ id: 'duo', folder })
    expect((await readMission(folder)).faults).toBeUndefined()
  })

  test('with faults says all of them in one message, with file and line', async () => {
    const { 'packets/mag.xml': _, ...without } = whole
    const folder = await writeFolder('faulty/duo', {
      ...without,
      'mission.yaml': whole['mission.yaml']?.replace('simulation.yaml', 'sim.yaml') ?? '',
    })
    const error = await codeOf(loadMission(folder))
    expect(error.code).toBe('mission/invalid')
    expect(error.message).toContain('has 3 faults')
    expect(error.message).toContain("duo/mission.yaml:24:13: the simulation sim.yaml is not in the mission's folder")
    expect(error.detail['faults']).toHaveLength(3)
  })

  test('that does not exist is named', async () => {
    const error = await codeOf(loadMission(join(root, 'nowhere')))
    expect(error.code).toBe('mission/unreadable')
    expect(error.message).toContain(join(root, 'nowhere'))
    expect(error.cause).toBeDefined()
  })
})

describe('a folder of missions', () => {
  test('gives all, in order of name, and passes over what is none', async () => {
    await writeFolder('many/solo', {
      ...whole,
      'mission.yaml': whole['mission.yaml']?.replace('mission: duo', 'mission: solo') ?? '',
      'products.yaml': whole['products.yaml']?.replace('[duo]', '[solo]') ?? '',
    })
    await writeFolder('many/duo', whole)
    await writeFolder('many', { 'README.md': 'text' })
    await writeFolder('many/other', { 'a.txt': 'text' })
    expect((await loadMissions(join(root, 'many'))).map(mission => mission.id)).toEqual(['duo', 'solo'])
    expect((await missionFolders(join(root, 'many'))).map(folder => basename(folder))).toEqual(['duo', 'solo'])
  })

  test('may be a mission itself', async () => {
    const folder = await writeFolder('self/duo', whole)
    expect((await loadMissions(folder)).map(mission => mission.id)).toEqual(['duo'])
  })

  test('without missions, absent, or with one mission twice is an error with its reason', async () => {
    await writeFolder('none/x', { 'a.txt': 'text' })
    await writeFolder('twice/a', whole)
    await writeFolder('twice/b', whole)
    const none = await codeOf(loadMissions(join(root, 'none')))
    expect([none.code, none.message]).toEqual(['mission/none', expect.stringContaining('apsis mission new')])
    expect((await codeOf(loadMissions(join(root, 'absent')))).code).toBe('mission/unreadable')
    const twice = await codeOf(loadMissions(join(root, 'twice')))
    expect([twice.code, twice.message]).toEqual(['mission/twice', expect.stringContaining('are both the mission "duo"')])
  })
})

describe('adapters', () => {
  const withAdapter = async (name: string, text: string) => loadMission(await writeFolder(name, { ...whole, 'identify.ts': text }))

  test('give the function of the hook', async () => {
    const identify = await loadAdapter(await withAdapter('hook/duo', adapter), 'identify')
    expect(identify?.({ name: 'mine', size: 0, head: new Uint8Array() })).toEqual({ product: 'orbit', spacecraft: 'duo1', start: 0 })
    expect(identify?.({ name: 'other', size: 0, head: new Uint8Array() })).toBeUndefined()
  })

  test('are absent where the mission declares none', async () => {
    const text = whole['mission.yaml']?.replace(/adapters: .*\n/, '') ?? ''
    const mission = await loadMission(await writeFolder('plain/duo', { ...whole, 'mission.yaml': text }))
    expect(await loadAdapter(mission, 'identify')).toBeUndefined()
  })

  test.each([
    ['broken/duo', 'export const = 1', 'cannot be loaded'],
    ['other/duo', 'export const recognize = 1', 'exports no function "identify"'],
  ])('that are not sound are named: %s', async (folder, text, message) => {
    const error = await codeOf(loadAdapter(await withAdapter(folder, text), 'identify'))
    expect(error.code).toBe('mission/bad-adapter')
    expect(error.message).toContain(message)
  })
})

test('faults of the burst tables are faults of the mission', async () => {
  const folder = await writeFolder('burst', {
    ...whole,
    'mission.yaml': `${sampleFiles['mission.yaml']}\nburst: burst.yaml\n`,
    'burst.yaml': 'cycle: ten\n',
  })
  const { faults } = await readMission(folder)
  expect(new Set(faults?.map(({ file }) => file))).toEqual(new Set(['burst.yaml']))
  expect(faults?.map(({ message }) => message)).toContain('the burst table needs the key "reserved"')
  expect(faults?.map(({ message }) => message)).toContain('cycle must be a duration, not the text "ten"')
  expect((await codeOf(loadMission(folder))).code).toBe('mission/invalid')
})
