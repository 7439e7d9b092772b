import { checkFiles, checkGraph, checkReferences, checkTemplates } from './check.ts'
import type { Fault } from './fault.ts'
import { readHead } from './head.ts'
import { readProcesses } from './processes.ts'
import { readProducts } from './products.ts'
import { openSheet } from './sheet.ts'
import type { Mission } from './types.ts'

export interface MissionFolder {
  /** Absolute path; only passed through. */
  readonly folder: string
  /** Texts by name: `mission.yaml`, `products.yaml` and, where the mission makes anything, `processes.yaml`. */
  readonly files: Readonly<Record<string, string>>
  /** Whether the folder holds a file; without it paths are not checked. */
  readonly exists?: (name: string) => boolean
}

export type Parsed =
  | { readonly mission: Mission; readonly faults?: undefined }
  | { readonly mission?: undefined; readonly faults: readonly Fault[] }

const sheets = ['mission.yaml', 'products.yaml', 'processes.yaml'] as const

/** Reads a mission folder whole: one value, or every fault in it, sorted by place. */
export function parseMission({ folder, files, exists }: MissionFolder): Parsed {
  const faults: Fault[] = []
  for (const file of sheets.slice(0, 2))
    if (files[file] === undefined)
      faults.push({ file, line: 1, column: 1, message: 'the file is missing', hint: 'see docs/add-a-mission.md' })
  if (faults.length > 0) return { faults }
  const [missionYaml, productsYaml, processesYaml] = sheets.map(file => openSheet(file, files[file] ?? '', faults))
  if (missionYaml === undefined || productsYaml === undefined || processesYaml === undefined) return { faults }

  const head = readHead(missionYaml)
  const { all: products, ids } = readProducts(productsYaml, head)
  const processes = readProcesses(processesYaml)
  checkReferences(head, ids, processes)
  checkTemplates(products)
  checkGraph(head, products, processes)
  if (exists !== undefined) checkFiles(head, products, processes, exists)
  if (faults.length > 0) return { faults: sortFaults(faults) }

  const { id, title, description, spacecraft, instruments, publicLevels, simulation, adapters } = head
  return {
    mission: {
      id,
      title,
      description,
      folder,
      spacecraft,
      instruments,
      products: products.map(read => read.product),
      processes: processes.map(read => read.process),
      release: { publicLevels, publicProducts: head.publicProducts.map(p => p.id) },
      ...(simulation === undefined ? {} : { simulation: simulation.text }),
      adapters: Object.fromEntries([...adapters].map(([hook, path]) => [hook, path.text])),
    },
  }
}

function sortFaults(faults: readonly Fault[]): readonly Fault[] {
  const order = (file: string): number => sheets.findIndex(sheet => sheet === file)
  return [...faults].sort((a, b) => order(a.file) - order(b.file) || a.line - b.line || a.column - b.column)
}
