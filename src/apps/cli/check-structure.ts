import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export interface SourceFile {
  /** From the repository's root, `src/formats/cdf/read.ts`. */
  readonly path: string
  readonly text: string
}

const longestFile = 450

/** The TypeScript sources under a folder of the repository. */
export function readSources(root: string, folder: string): readonly SourceFile[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && /\.tsx?$/.test(entry.name) && !/[\\/](\.build|node_modules)[\\/]/.test(entry.parentPath))
    .map(entry => join(entry.parentPath, entry.name))
    .toSorted()
    .map(path => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }))
}

const isTest = ({ path }: SourceFile): boolean => /\.test\.tsx?$/.test(path)
const countLines = ({ text }: SourceFile): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0)

export function findLongFiles(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(file => countLines(file) > longestFile)
    .map(file => `${file.path} has ${countLines(file)} lines, ${longestFile} at the most`)
}

/** The core knows no mission: its code holds no folder name of `missions/` as a word. Tests and comments may name them. */
export function findMissionNames(files: readonly SourceFile[], missions: readonly string[]): readonly string[] {
  if (missions.length === 0) return []
  const name = new RegExp(`(?<![a-z])(?:${missions.join('|')})(?![a-z])`, 'i')
  return files
    .filter(file => !isTest(file))
    .flatMap(file =>
      withoutComments(file.text)
        .split('\n')
        .flatMap((line, at) => (name.test(line) ? [`${file.path}:${at + 1} names a mission: ${line.trim().slice(0, 100)}`] : [])),
    )
}

/** Comments become blanks; a `//` inside of an address follows a colon, not a blank. */
const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[^]*?\*\//g, comment => comment.replaceAll(/[^\n]/g, ' ')).replaceAll(/(^|\s)\/\/.*$/gm, '$1')

export function listMissions(root: string): readonly string[] {
  return readdirSync(join(root, 'missions'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
}

/** As the formatter leaves them: a statement begins its line, a call stands anywhere. */
const relativeImport = /^(?:import|export)\b[^'"`]*?'(\.[^']+)'|\bimport\('(\.[^']+)'\)/gm

/** Another folder is imported by its index, through an alias; a relative path must stay in its own folder. */
export function findDeepImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(file => {
    const own = folderOf(file.path)
    const targets = [...file.text.matchAll(relativeImport)].map(match => join(dirname(file.path), match[1] ?? match[2] ?? ''))
    return targets
      .filter(target => isPrivate(folderOf(target)) && folderOf(target) !== own)
      .map(target => `${file.path} reaches into ${target}`)
  })
}

/** The folder that has the index: `src/layer/folder`. Files that lie in the layer itself are everyone's. */
const folderOf = (path: string): string => dirname(path).split('/').slice(0, 3).join('/')
const isPrivate = (folder: string): boolean => folder.startsWith('src/') && folder.split('/').length > 2

interface PackageFile {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
}

/** Exact versions only, and nothing runs while installing. */
export function findBrokenPromises(manifest: PackageFile): readonly string[] {
  const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies })
  const loose = pins.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  const hooks = Object.keys(manifest.scripts ?? {}).filter(name => /^(pre|post)?(install|prepare)$/.test(name))
  return [
    ...loose.map(([name, version]) => `package.json: ${name} is "${version}", an exact version is wanted`),
    ...hooks.map(name => `package.json: the script ${name} would run while installing`),
  ]
}

export interface LayerTotal {
  readonly layer: string
  readonly files: number
  readonly lines: number
  readonly median: number
  readonly longest: number
  readonly testLines: number
}

export function totalLayer(layer: string, files: readonly SourceFile[]): LayerTotal {
  const sizes = files
    .filter(file => !isTest(file))
    .map(countLines)
    .toSorted((a, b) => a - b)
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)
  return {
    layer,
    files: sizes.length,
    lines: sum(sizes),
    median: sizes[Math.floor(sizes.length / 2)] ?? 0,
    longest: sizes.at(-1) ?? 0,
    testLines: sum(files.filter(isTest).map(countLines)),
  }
}
