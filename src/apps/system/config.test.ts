import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { capacityHere, executorOf, readConfig } from './config.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'apsis-config-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const written = async (text: string) => {
  await writeFile(join(dir, 'config.yaml'), text)
  return readConfig({ dir })
}

describe('config.yaml', () => {
  test('without it, programs run here under the best confinement', async () => {
    const config = await readConfig({ dir })
    expect(config).toMatchObject({ executor: 'local', confinement: 'best', submit: [], tokens: {} })
    expect(executorOf(config, { staging: dir })).toMatchObject({ name: 'local', lasting: false })
    expect(await written('')).toEqual(config)
  })

  test('a cluster, licences, memory', async () => {
    const config = await written(
      'executor: slurm\nsubmit: [--partition=main, --account=science]\ntokens: { idl: 4 }\nmemory: 8000\nslots: 50\n',
    )
    expect(executorOf(config, { staging: dir })).toMatchObject({ name: 'slurm', lasting: true })
    expect(capacityHere(config)).toEqual({ idl: 4, [`memory (MB) of ${hostname()}`]: 8000 })
  })

  test.each([
    ['executr: slurm', 'there is no key executr (known are: executor, confinement'],
    ['executor: kubernetes', 'executor: expected one of "local"|"slurm"'],
    ['tokens: { idl: many }', 'tokens.idl: expected number'],
    ['slots: 0', 'slots: Too small'],
    ['relay: { mms: { in: here, out: /there } }', 'relay.mms.in: expected a folder from / on'],
    ['tokens: [', 'config.yaml: '],
  ])('%s is refused with its place', async (text, said) => {
    await expect(written(text)).rejects.toThrow(said)
  })
})
