/** Makes the installable package `apsis` (`apsis/cdf`, `apsis/idlsave`, `apsis/time`): `npm run pack:cdf`. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const doors = ['cdf.ts', 'cdf-in-node.ts', 'cdf-node.ts', 'cdf-worker.ts', 'idlsave.ts', 'idlsave-node.ts', 'time.ts']

/** JavaScript and types of the doors and of what they stand on, with a manifest of their own. `folder` is emptied first. */
export async function buildCdfPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const project = join(folder, 'tsconfig.json')
  await writeFile(project, JSON.stringify(compilerProject(folder)))
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project])
  await rm(project)
  await copyFile(join(root, 'src/doors/cdf-package/manifest.json'), join(folder, 'package.json'))
  await copyFile(join(root, 'src/formats/cdf/README.md'), join(folder, 'README.md'))
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'))
}

// Aliases such as #formats/cdf stay in the output: the manifest maps them to what lies there.
const compilerProject = (folder: string): object => ({
  extends: join(root, 'tsconfig.base.json'),
  compilerOptions: {
    rootDir: join(root, 'src'),
    outDir: join(folder, 'dist'),
    typeRoots: [join(root, 'node_modules/@types')],
    types: ['node'],
    target: 'es2022',
    composite: false,
    incremental: false,
    emitDeclarationOnly: false,
    allowImportingTsExtensions: false,
    rewriteRelativeImportExtensions: true,
    declaration: true,
  },
  files: doors.map(door => join(root, 'src/doors', door)),
})

const [, script, folder] = process.argv
if (script === fileURLToPath(import.meta.url) && folder !== undefined) await buildCdfPackage(resolve(folder))
