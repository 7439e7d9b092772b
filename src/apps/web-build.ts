import { createHash, randomUUID } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Frame, View } from '#apps/web'

/** The built site: how to draw a page, and the folder of style, font and script with the name that changes when they do. */
export interface Web {
  readonly renderPage: (frame: Frame, view: View) => string
  readonly key: string
  readonly assets: string
}

const sources = fileURLToPath(new URL('web/', import.meta.url))
const root = fileURLToPath(new URL('../../', import.meta.url))
/** What goes into the pages: their own sources, and the formats that are read and drawn in the browser. */
const parts = [sources, ...['formats', 'doors'].map(layer => join(root, 'src', layer))]
/** Later ones override earlier ones; what depends on the screen or on paper comes last. */
const styles = ['base', 'frame', 'tables', 'states', 'home', 'lists', 'code', 'inside', 'lineage', 'why', 'quicklook', 'media']
/** Kept small: builds of former sources are of no use. */
const kept = 3
/** No build takes this long. */
const draftMs = 3_600_000

/** Builds the pages where their sources changed since the last build, and loads them. Safe to run from several processes. */
export async function buildWeb(): Promise<Web> {
  const key = await hashSources()
  const folder = join(root, '.build', 'web', key)
  const built = await stat(join(folder, 'entry.js')).catch(() => undefined)
  if (built === undefined) await build(folder, key)
  const entry = (await import(pathToFileURL(join(folder, 'entry.js')).href)) as Pick<Web, 'renderPage'>
  return { renderPage: entry.renderPage, key, assets: join(folder, 'assets') }
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256')
  const listed = await Promise.all(parts.map(async part => (await readdir(part, { recursive: true })).map(name => join(part, name))))
  const names = listed
    .flat()
    .filter(name => /\.(tsx?|css|svg)$/.test(name) && !name.includes('.test.'))
    .toSorted()
  for (const name of [...names, join(root, 'package.json')]) hash.update(name.slice(root.length)).update(await readFile(name))
  return hash.digest('hex').slice(0, 12)
}

/** Builds beside and renames: a half-built folder never bears the final name. */
async function build(folder: string, key: string): Promise<void> {
  const { build: viteBuild } = await import('vite')
  // Threads of one process build beside each other too.
  const draft = `${folder}.${randomUUID()}`
  const common = { configFile: false, root, logLevel: 'error', oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } } } as const
  await viteBuild({
    ...common,
    build: { ssr: join(sources, 'entry.tsx'), outDir: draft, emptyOutDir: true, target: 'node24', minify: false },
    ssr: { noExternal: true },
  })
  await viteBuild({
    ...common,
    publicDir: false,
    build: {
      outDir: join(draft, 'assets'),
      emptyOutDir: true,
      modulePreload: false,
      // Beside each other and without hashes: the folder's address has one.
      rollupOptions: {
        input: join(sources, 'client.ts'),
        output: { entryFileNames: 'site.js', chunkFileNames: '[name].js', format: 'es' },
      },
    },
  })
  const font = createRequire(import.meta.url).resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2')
  await mkdir(join(draft, 'assets'), { recursive: true })
  await copyFile(font, join(draft, 'assets', 'inter.woff2'))
  await copyFile(join(sources, 'icon.svg'), join(draft, 'assets', 'icon.svg'))
  const style = await Promise.all(styles.map(name => readFile(join(sources, 'style', `${name}.css`), 'utf8')))
  await writeFile(join(draft, 'assets', 'site.css'), style.join('\n'))
  await writeFile(join(draft, 'built'), `${key}\n`)
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }))
  await removeFormer(folder)
}

/** Builds of former sources go, and drafts that a killed process left; drafts of another process at work stay. */
async function removeFormer(folder: string): Promise<void> {
  const parent = join(folder, '..')
  const entries = await Promise.all(
    (await readdir(parent)).map(async name => ({ name, changed: (await stat(join(parent, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
  )
  const drafts = entries.filter(e => e.name.includes('.') && e.changed < Date.now() - draftMs)
  const former = entries
    .filter(e => !e.name.includes('.') && e.name !== basename(folder))
    .toSorted((a, b) => b.changed - a.changed)
    .slice(kept - 1)
  for (const { name } of [...drafts, ...former]) await rm(join(parent, name), { recursive: true, force: true })
}
