import { readFile, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { parse } from 'yaml'
import { openCdfFile } from '#doors/cdf-node'
import { type JobFile, missionFile, noData, report, runProgram, placeOf } from '#doors/job'
import { renderPng, renderSvg } from '#doors/plot-node'
import { composeQuicklook } from './quicklook-figure.ts'
import { type PanelSet, parsePanelSet, parseRenderOptions } from './quicklook-recipe.ts'
import type { OpenInput } from './quicklook-series.ts'

/**
 * The quicklook processor: draws the job's inputs as the parameter `panels` says (a YAML file of the mission folder, or
 * the same as data) into every output, PNG or SVG by its name. Parameter `render` may give theme, ratio, colour map and
 * size by output role. Ends as "no data" when no panel has anything to show.
 */
async function makeQuicklook(job: JobFile): Promise<void> {
  const set = await readPanelSet(job)
  const render = parseRenderOptions(job.parameters['render'])
  const opened: (OpenInput & { readonly cdf: { close(): Promise<void> } })[] = []
  try {
    for (const input of job.inputs) opened.push({ input, cdf: await openCdfFile(input.path) })
    const { figure, hasData } = await composeQuicklook(job, set, opened)
    if (!hasData) noData(`nothing to show: ${[...new Set(figure.panels.map(panel => panel.empty))].join('; ')}`)
    for (const output of job.outputs) {
      const options = render[output.role] ?? {}
      const bytes = extname(output.name) === '.svg' ? renderSvg(figure, options) : renderPng(figure, options)
      await writeFile(placeOf(output), bytes)
      report({ output: output.name, bytes: bytes.length, panels: figure.panels.length })
    }
  } finally {
    for (const { cdf } of opened) await cdf.close()
  }
}

async function readPanelSet(job: JobFile): Promise<PanelSet> {
  const panels = job.parameters['panels']
  if (typeof panels === 'object') return parsePanelSet(panels, 'the parameter "panels"')
  const path = missionFile(job, 'panels')
  return parsePanelSet(parse(await readFile(path, 'utf8')), path)
}

export default makeQuicklook
if (import.meta.main) await runProgram(makeQuicklook)
