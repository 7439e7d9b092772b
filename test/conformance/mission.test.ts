import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { datasetsOf, fieldsOf, findProduct, formatFault, identifyName, printName } from '#domain/mission'
import type { Dataset } from '#domain/mission'
import { loadAdapter, loadMission, missionFolders, readMission } from '#services/missions'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

const folders = await missionFolders(fileURLToPath(new URL('../../missions', import.meta.url)))

test('there are missions', () => expect(folders.map(folder => basename(folder))).toEqual(expect.arrayContaining(['imap', 'mms'])))

describe.each(folders.map(folder => [basename(folder), folder] as const))('mission %s', (_, folder) => {
  test('has no fault, and every file that it names is there', async () => {
    const parsed = await readMission(folder)
    expect((parsed.faults ?? []).map(formatFault)).toEqual([])
  })

  test('every dataset has its own id and names that come back as what they were', async () => {
    const mission = await loadMission(folder)
    const datasets = datasetsOf(mission)
    expect(new Set(datasets.map(dataset => dataset.id)).size).toBe(datasets.length)
    const start = Date.UTC(2026, 1, 28)
    for (const { id, product, spacecraft } of datasets) {
      const version = product.scheme.parts.map((_, i) => i + 3)
      const name = printName({ product, spacecraft, start, stop: start + 86_400_000, version })
      expect(identifyName(mission, name), name).toMatchObject({ product: { id: product.id }, dataset: id, spacecraft, start, version })
    }
  })

  test('every output of a process has a due product or an explained wait: its inputs exist on its spacecraft', async () => {
    const mission = await loadMission(folder)
    const onSpacecraft = (id: string, spacecraft: string): boolean => {
      const { spacecraft: all } = findProduct(mission, id)
      // What is of the constellation takes from each, and each may take from it.
      return all.includes(spacecraft) || all.includes(mission.id) || spacecraft === mission.id
    }
    for (const process of mission.processes)
      for (const output of process.outputs)
        for (const spacecraft of findProduct(mission, output.product).spacecraft)
          expect(
            process.inputs.some(input => input.products.some(product => onSpacecraft(product, spacecraft))),
            `${process.id} on ${spacecraft}`,
          ).toBe(true)
  })

  test('its adapters load', async () => {
    const mission = await loadMission(folder)
    const identify = await loadAdapter(mission, 'identify')
    expect(identify !== undefined).toBe('identify' in mission.adapters)
    expect(identify?.({ name: 'x', size: 0, head: new Uint8Array() })).toBeUndefined()
  })

  test('programs are files of the folder or commands of the machine', async () => {
    const mission = await loadMission(folder)
    for (const { id, program } of mission.processes) {
      if (program.kind === 'builtin') continue
      const script = program.command.find(word => word.includes('/'))
      expect(script !== undefined && existsSync(join(folder, script)), id).toBe(true)
    }
  })

  test("a dataset's words are the fields that its names carry", async () => {
    const mission = await loadMission(folder)
    const words = ({ product, spacecraft }: Dataset) => Object.values(fieldsOf(product, spacecraft))
    for (const dataset of datasetsOf(mission))
      if (dataset.product.kind !== 'ancillary' && dataset.product.kind !== 'calibration')
        for (const word of words(dataset)) expect(dataset.id).toContain(word)
  })
})

const listFiles = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap(entry =>
    entry.isFile() ? [join(entry.parentPath, entry.name)] : [],
  )

const missionNamed = async (id: string) => loadMission(folders.find(folder => basename(folder) === id) ?? '')

describe.skipIf(!sharedIsThere)(`names of real archives${sharedNote}`, () => {
  test('all names below mms/sdc are read, and the archive lies as our directories say', async () => {
    const mission = await missionNamed('mms')
    const root = sharedPath('real', 'mms', 'sdc')
    const files = listFiles(root).filter(file => !file.endsWith('.md'))
    expect(files.filter(file => file.endsWith('.cdf'))).toHaveLength(21)
    for (const file of files) {
      const found = identifyName(mission, basename(file))
      expect(found.reason).toBeUndefined()
      if (found.product === undefined) continue
      const folder = found.product.directory.print({ sc: found.spacecraft, start: found.start })
      expect(file).toBe(join(root, folder, basename(file)))
    }
  })

  test('all science names of the second mission are read, in both version styles', async () => {
    const mission = await missionNamed('imap')
    const root = sharedPath('real', 'imap')
    const files = listFiles(root).filter(file => /^imap_.*_l\d\w?_.*_v\d{3}/.test(basename(file)))
    expect(files.length).toBeGreaterThanOrEqual(12)
    for (const file of files) expect(identifyName(mission, basename(file)).reason, basename(file)).toBeUndefined()
    expect(identifyName(mission, 'imap_mag_l1b_norm-mago_20251017_v001.0001.cdf')).toMatchObject({ version: [1, 1] })
    expect(identifyName(mission, 'imap_mag_l1b_norm-magi_20250502_v000.cdf')).toMatchObject({ version: [0, 0] })
  })

  test('what is no product is refused with a sentence', async () => {
    const mission = await missionNamed('mms')
    for (const name of listFiles(sharedPath('real', 'mms', 'corrupt')).map(file => basename(file))) {
      const found = identifyName(mission, name)
      if (name.startsWith('empty_')) expect(found.reason).toContain('fits no name of mission mms')
    }
  })
})
