// Writes the golden pictures anew: `node test/golden/plot/make.ts`. Look at them before committing.
import { writeFileSync } from 'node:fs'
import { renderPng } from '#doors/plot-node'
import { goldenFigure, goldenSize, variants } from './figure.ts'

for (const { name, ...options } of variants) {
  writeFileSync(new URL(`${name}.png`, import.meta.url), renderPng(goldenFigure, { ...options, ...goldenSize }))
}
