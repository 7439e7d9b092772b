import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Picture, ProductName, Snippet } from '#apps/web'
import type { Mission, Product } from '#domain/mission'
import type { FileEntry } from '#services/access'

/** A product's word in addresses: its id with `_` for the spaces. */
export const slugOf = (id: string): string => id.replaceAll(' ', '_')

export const productName = (p: Product): ProductName => ({ id: p.id, slug: slugOf(p.id), title: p.title })

export const findBySlug = (mission: Mission, slug: string): Product | undefined =>
  mission.products.find(p => slugOf(p.id) === slug || p.id === slug)

/** Files of a product that the mission no longer declares still have a page. */
export const nameOfProduct = (mission: Mission, id: string): ProductName => {
  const product = mission.products.find(p => p.id === id)
  return product === undefined ? { id, slug: slugOf(id), title: id } : productName(product)
}

export const pictureOf = (mission: Mission, f: FileEntry): Picture => ({
  dataset: f.dataset,
  partition: f.partition,
  spacecraft: f.spacecraft,
  product: nameOfProduct(mission, f.product),
  start: f.start,
  stop: f.stop,
  file: f.name,
  version: f.versionText,
})

/**
 * Lines that load a file from this address: two with curl, then what the mission's folder `snippets/` holds for the clients of its field
 * (first line `# title`, `{origin}` and the file's words in braces).
 */
export async function snippetsFor(mission: Mission, origin: string, file: FileEntry): Promise<readonly Snippet[]> {
  const product = mission.products.find(p => p.id === file.product)
  const download = `curl -O '${origin}/download/${file.mission}/${file.name}'\necho '${file.sha256}  ${file.name}' | sha256sum -c`
  const snippets: Snippet[] = [{ title: 'curl', text: download }]
  if (product?.kind !== 'science') return snippets
  const words: Readonly<Record<string, string>> = {
    origin,
    start: new Date(file.start).toISOString().slice(0, 19).replace('T', '/'),
    stop: new Date(endOf(file)).toISOString().slice(0, 19).replace('T', '/'),
    spacecraft: file.spacecraft,
    number: String(mission.spacecraft.find(s => s.id === file.spacecraft)?.number ?? ''),
    instrument: product.instrument,
    mode: product.mode ?? '',
    level: product.level ?? '',
    descriptor: product.descriptor ?? '',
  }
  if (product.format === 'cdf')
    for (const template of await readTemplates(mission)) {
      const [first = '', ...rest] = template.split('\n')
      const text = rest
        .join('\n')
        .trimEnd()
        .replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)
      snippets.push({ title: first.replace(/^#\s*/, ''), text })
    }
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace(/[T:]/g, '-')
  const asked = Object.entries({
    sc_id: file.spacecraft,
    instrument_id: product.instrument,
    data_rate_mode: product.mode,
    data_level: product.level,
    descriptor: product.descriptor,
  })
  const query = asked.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join('&')
  const address = `${origin}/${mission.id}/sdc/public/files/api/v1/file_info/science`
  return [
    ...snippets,
    { title: 'file service', text: `curl '${address}?${query}&start_date=${day(file.start)}&end_date=${day(endOf(file))}'` },
  ]
}

/** Where to let a question end: clients of the field take a second off, and a burst's name tells only where it begins. */
const endOf = (file: FileEntry): number => Math.max(file.stop, file.start + 60_000)

async function readTemplates(mission: Mission): Promise<readonly string[]> {
  const folder = join(mission.folder, 'snippets')
  const names = (await readdir(folder).catch((): string[] => [])).sort()
  return Promise.all(names.map(name => readFile(join(folder, name), 'utf8')))
}
