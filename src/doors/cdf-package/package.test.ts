import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildCdfPackage } from './build.ts'

const run = promisify(execFile)
const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url))
const types = fileURLToPath(new URL('../../../node_modules/@types', import.meta.url))

let folder = ''
let project = ''

// Everything a stranger does, without a network: pack, install into an empty project.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-package-'))
  await buildCdfPackage(join(folder, 'package'))
  await run('npm', ['pack', '--pack-destination', folder], { cwd: join(folder, 'package') })
  const tarball = (await readdir(folder)).find(name => name.endsWith('.tgz')) ?? ''
  project = join(folder, 'project')
  await mkdir(project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }))
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball)], { cwd: project })
})
afterAll(() => rm(folder, { recursive: true }))

const example = `
import { encodeCdf, openCdfSync } from 'apsis/cdf'
import { formatUtc, parseUtc } from 'apsis/time'
const times = BigInt64Array.of(parseUtc('2016-12-31T23:59:60.5'))
const bytes = encodeCdf({ attributes: {}, variables: [
  { name: 'Epoch', type: 'CDF_TIME_TT2000', values: times },
  { name: 'x', type: 'CDF_REAL4', values: [1.5], compression: 'gzip' },
] })
const cdf = openCdfSync(bytes)
export const found = [formatUtc(cdf.variables.get('Epoch').readSync().values[0], 1), ...cdf.variables.get('x').readSync().values]
`

describe('the package with the doors apsis/cdf and apsis/time', () => {
  test('needs nothing else', async () => {
    const manifest = JSON.parse(await readFile(join(project, 'node_modules/apsis/package.json'), 'utf8')) as Record<string, unknown>
    expect([manifest['dependencies'], manifest['peerDependencies'], manifest['scripts']]).toEqual([undefined, undefined, undefined])
    expect(await readdir(join(project, 'node_modules'))).toEqual(expect.not.arrayContaining(['zlib', 'pako', 'fflate']))
    const shipped = await readdir(join(project, 'node_modules/apsis'), { recursive: true })
    expect(shipped.filter(name => /\.test\.|(?<!\.d)\.ts$/u.test(name))).toEqual([])
  })

  test('runs in Node, with files and threads', async () => {
    await writeFile(
      join(project, 'run.js'),
      `${example}
import { nodePlatform, openCdfFile, startInflatePool, writeCdfFile } from 'apsis/cdf/node'
const noise = Float64Array.from({ length: 400000 }, (_, i) => Math.sin(i * i))
await writeCdfFile('a.cdf', { attributes: {}, variables: [{ name: 'y', type: 'CDF_REAL8', values: noise, compression: 'gzip' }] })
const pool = startInflatePool(1)
let shared = 0
const inflateAside = job => (shared++, pool.inflate(job))
const file = await openCdfFile('a.cdf', { platform: { ...nodePlatform, inflateAside } })
const same = (await file.variables.get('y').read()).values.every((value, i) => value === noise[i])
await file.close()
await pool.close()
console.log(JSON.stringify([...found, same, shared > 0]))`,
    )
    const { stdout } = await run(process.execPath, ['run.js'], { cwd: project })
    expect(JSON.parse(stdout)).toEqual(['2016-12-31T23:59:60.5Z', 1.5, true, true])
  })

  test('IDL save files: in Node with files, in a browser without a trace of Node or of CDF', async () => {
    const small = `
import { array, readSave, struct, toPlain, variableOf, writeSave } from 'apsis/idlsave'
const bytes = writeSave({ variables: [{ name: 'S', value: struct({ x: array('float', [1.5, 2]) }) }] }, { compress: true })
export const found = toPlain(variableOf(readSave(bytes), 's'))
`
    await writeFile(
      join(project, 'save.js'),
      `${small}
import { readSaveFile, writeSaveFile } from 'apsis/idlsave/node'
const size = await writeSaveFile('a.sav', { variables: [{ name: 'Z', value: array('double', new Float64Array(1000)) }] }, { compress: true })
console.log(JSON.stringify([found, size < 1000, (await readSaveFile('a.sav')).variables[0].value.values.length]))`,
    )
    const { stdout } = await run(process.execPath, ['save.js'], { cwd: project })
    expect(JSON.parse(stdout)).toEqual([{ x: [1.5, 2] }, true, 1000])
    await writeFile(join(project, 'save-browser.js'), small)
    await build({
      root: project,
      logLevel: 'error',
      configFile: false,
      build: { lib: { entry: 'save-browser.js', formats: ['es'], fileName: 'bundle' }, outDir: 'out-save', minify: true },
    })
    const [name = ''] = await readdir(join(project, 'out-save'))
    const bundle = await readFile(join(project, 'out-save', name), 'utf8')
    expect(bundle).not.toMatch(/node:|\bprocess\.|\bBuffer\b|require\(|CDF_/u)
    expect(bundle.length).toBeLessThan(40_000)
    const { found } = (await import(pathToFileURL(join(project, 'out-save', name)).href)) as { found: unknown }
    expect(found).toEqual({ x: [1.5, 2] })
  })

  test('has types that a strict project accepts', async () => {
    await writeFile(
      join(project, 'use.ts'),
      `import { openCdf, urlSource, type Dataset } from 'apsis/cdf'
import { writeCdfFile } from 'apsis/cdf/node'
import { array, type IdlValue, type SaveCode } from 'apsis/idlsave'
import { writeSaveFile } from 'apsis/idlsave/node'
import { utcMsFromTt2000Array, type Tt2000 } from 'apsis/time'
const dataset: Dataset = { attributes: { TITLE: 'x' }, variables: [{ name: 'x', type: 'CDF_INT4', values: [1] }] }
const size: Promise<number> = writeCdfFile('x.cdf', dataset)
const value: IdlValue = array('float', [1, 2])
const saved: Promise<number> = writeSaveFile('x.sav', { variables: [{ name: 'X', value }] })
const code: SaveCode = 'idlsave/truncated'
// @ts-expect-error there is no such type
array('quadruple', [1])
const ms: Float64Array = utcMsFromTt2000Array(new BigInt64Array(2))
const cdf = await openCdf(await urlSource('https://example.org/x.cdf'))
const units: unknown = cdf.variables.get('x')?.attributes.get('UNITS')?.value
// @ts-expect-error a plain bigint is no time
const t: Tt2000 = 5n
// @ts-expect-error there is no such type
dataset.variables.push({ name: 'y', type: 'CDF_REAL16', values: [1] })
export { code, ms, saved, size, t, units }
`,
    )
    const options = {
      strict: true,
      noEmit: true,
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2023', 'dom'],
      types: ['node'],
      typeRoots: [types],
    }
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }))
    await expect(run(process.execPath, [tsc, '-p', project])).resolves.toMatchObject({ stdout: '' })
  })

  test('bundles for a browser without a trace of Node', async () => {
    await writeFile(join(project, 'browser.js'), example)
    await build({
      root: project,
      logLevel: 'error',
      configFile: false,
      build: { lib: { entry: 'browser.js', formats: ['es'], fileName: 'bundle' }, outDir: 'out', minify: true },
    })
    const [name = ''] = await readdir(join(project, 'out'))
    const bundle = await readFile(join(project, 'out', name), 'utf8')
    expect(bundle).not.toMatch(/node:|\bprocess\.|\bBuffer\b|require\(/u)
    // Libraries keep their white space in this form; minified it is half of that.
    expect(bundle.length).toBeLessThan(100_000)
    const { found } = (await import(pathToFileURL(join(project, 'out', name)).href)) as { found: unknown[] }
    expect(found).toEqual(['2016-12-31T23:59:60.5Z', 1.5])
  })
})
