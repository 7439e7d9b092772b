import { checkFiles, checkGraph, checkReferences, checkTemplates } from './check.ts'
import type { Fault } from './fault.ts'
import { readHead } from './head.ts'
import { readProcesses } from './processes.ts'
import { readProducts } from './products.ts'
import { openSheet } from './sheet.ts'
import type { Spot } from './sheet.ts'
import type { Mission } from './types.ts'

export interface MissionFolder {
  /** Absolute path; only passed through. */
  readonly folder: string
  /** Texts by name: `mission.yaml`, `products.yaml`, where the mission makes anything `processes.yaml`, and `products/…`, `processes/…`. */
  readonly files: Readonly<Record<string, string>>
  /** Whether the folder holds a file; without it paths are not checked. */
  readonly exists?: (name: string) => boolean
}

export type Parsed =
  | { readonly mission: Mission; readonly faults?: undefined }
  | { readonly mission?: undefined; readonly faults: readonly Fault[] }

const required = ['mission.yaml', 'products.yaml'] as const

/** The files that describe products or processes: one of that name, and any in a folder of that name. */
const isSheetOf = (kind: 'products' | 'processes', file: string): boolean =>
  file === `${kind}.yaml` || new RegExp(`^${kind}/[\\w.-]+\\.yaml$`).test(file)

/** Whether a file of a mission folder is read by {@link parseMission}. */
export const isMissionSheet = (file: string): boolean =>
  file === 'mission.yaml' || isSheetOf('products', file) || isSheetOf('processes', file)

/** Reads a mission folder whole: one value, or every fault in it, sorted by place. */
export function parseMission({ folder, files, exists }: MissionFolder): Parsed {
  const faults: Fault[] = []
  for (const file of required)
    if (files[file] === undefined)
      faults.push({ file, line: 1, column: 1, message: 'the file is missing', hint: 'see docs/add-a-mission.md' })
  if (faults.length > 0) return { faults }
  const names = Object.keys(files).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const open = (file: string): Spot | undefined => openSheet(file, files[file] ?? '', faults)
  const missionYaml = open('mission.yaml')
  const productSheets = names.filter(file => isSheetOf('products', file)).map(open)
  const processSheets = names.filter(file => isSheetOf('processes', file)).map(open)
  const read = [...productSheets, ...processSheets]
  if (missionYaml === undefined || read.includes(undefined)) return { faults: sortFaults(faults, names) }

  const head = readHead(missionYaml)
  const { all: products, ids } = readProducts(productSheets.filter(isRead), head)
  const processes = readProcesses(processSheets.filter(isRead))
  checkReferences(head, ids, processes)
  checkTemplates(products)
  checkGraph(head, products, processes)
  if (exists !== undefined) checkFiles(head, products, processes, exists)
  if (faults.length > 0) return { faults: sortFaults(faults, names) }

  const { id, title, description, spacecraft, instruments, publicLevels, simulation, burst, adapters } = head
  return {
    mission: {
      id,
      title,
      description,
      folder,
      spacecraft,
      instruments,
      products: products.map(one => one.product),
      processes: processes.map(one => one.process),
      release: { publicLevels, publicProducts: head.publicProducts.map(p => p.id) },
      remakeLimit: head.remakeLimit,
      ...(simulation === undefined ? {} : { simulation: simulation.text }),
      ...(burst === undefined ? {} : { burst: burst.text }),
      adapters: Object.fromEntries([...adapters].map(([hook, path]) => [hook, path.text])),
    },
  }
}

const isRead = (spot: Spot | undefined): spot is Spot => spot !== undefined

const rank = (file: string): number => ['mission', 'products', 'processes'].findIndex(word => file.startsWith(word))

function sortFaults(faults: readonly Fault[], files: readonly string[]): readonly Fault[] {
  return faults.toSorted((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column)
}
