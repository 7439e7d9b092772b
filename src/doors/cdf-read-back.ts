/**
 * Has other readers read what we write: `node src/doors/cdf-read-back.ts PYTHON CORPUS`, with a Python that has
 * cdflib and pycdfpp. Each sound file of the corpus is rewritten in four ways and compared with its dump. Exit code 1 where
 * one disagrees.
 */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toDataset, type EncodeOptions } from '#formats/cdf'
import { createCdfFile, readCdfFile, writeCdfFile } from './cdf-node.ts'

const ways: readonly (readonly [string, EncodeOptions])[] = [
  ['blocks', { checksum: true }],
  ['column', { majority: 'column', layout: 'contiguous' }],
  ['packed', { fileCompression: 'gzip' }],
]

async function rewrite(corpus: string, folder: string): Promise<void> {
  for (const file of await readdir(corpus, { recursive: true })) {
    if (!file.endsWith('.cdf') || dirname(file) === 'damaged') continue
    const dataset = await toDataset(await readCdfFile(join(corpus, file)))
    const stem = basename(file, '.cdf')
    for (const [way, options] of ways) await writeCdfFile(join(folder, `${stem}.${way}.cdf`), dataset, options)
    const writer = createCdfFile(join(folder, `${stem}.streamed.cdf`), dataset)
    for (const { name, values } of dataset.variables) await writer.append(name, values)
    await writer.finish()
  }
}

const [, , python = 'python3', corpus = '../shared/data/cdf'] = process.argv
const folder = await mkdtemp(join(tmpdir(), 'apsis-read-back-'))
try {
  await rewrite(corpus, folder)
  const script = fileURLToPath(new URL('cdf-read-back.py', import.meta.url))
  const { status, error } = spawnSync(python, [script, folder, resolve(corpus)], { stdio: 'inherit' })
  if (error !== undefined) console.error(`${python} cannot be started: ${error.message}`)
  process.exitCode = status ?? 1
} finally {
  await rm(folder, { recursive: true })
}
