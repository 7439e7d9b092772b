import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coveredLayers } from './test-suites.ts'
import { root } from './test-run.ts'

export interface LayerCoverage {
  readonly layer: string
  readonly lines: number
  readonly covered: number
  readonly percent: number
}

type Summary = Readonly<Record<string, { readonly lines: { readonly total: number; readonly covered: number } }>>

/** Lines covered per layer, from the report of the last run; empty when there is none. */
export async function readCoverage(): Promise<readonly LayerCoverage[]> {
  const path = join(root, '.coverage', 'coverage-summary.json')
  if (!existsSync(path)) return []
  return sumCoverage(JSON.parse(await readFile(path, 'utf8')) as Summary, root)
}

export function sumCoverage(summary: Summary, folder: string): readonly LayerCoverage[] {
  return coveredLayers.map(layer => {
    const files = Object.entries(summary).filter(([file]) => file.startsWith(join(folder, 'src', layer, '/')))
    const lines = files.reduce((sum, [, file]) => sum + file.lines.total, 0)
    const covered = files.reduce((sum, [, file]) => sum + file.lines.covered, 0)
    return { layer, lines, covered, percent: lines === 0 ? 100 : (100 * covered) / lines }
  })
}
