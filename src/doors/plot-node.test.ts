import { readFileSync } from 'node:fs'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import type { Figure } from '#formats/plot'
import { goldenFigure, goldenSize, variants } from '../../test/golden/plot/figure.ts'
import { renderPng, renderSvg } from './plot-node.ts'

interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

async function decode(png: Uint8Array): Promise<Pixels> {
  const image = await loadImage(png)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, image.width, image.height)
}

/** Share of the pixels of which any channel differs by more than 40 of 255: letters' edges may differ between platforms. */
function shareOfDifferent(a: Pixels, b: Pixels): number {
  if (a.width !== b.width || a.height !== b.height) return 1
  let different = 0
  for (let at = 0; at < a.data.length; at += 4) {
    if ([0, 1, 2].some(channel => Math.abs((a.data[at + channel] as number) - (b.data[at + channel] as number)) > 40)) different++
  }
  return different / (a.width * a.height)
}

const tolerance = 0.002
const golden = (name: string): Uint8Array => readFileSync(new URL(`../../test/golden/plot/${name}.png`, import.meta.url))

test.each(variants)('twelve panels look as they did: $name', async ({ name, ...options }) => {
  const drawn = await decode(renderPng(goldenFigure, { ...options, ...goldenSize }))
  expect(shareOfDifferent(drawn, await decode(golden(name)))).toBeLessThan(tolerance)
})

test('the comparison notices one line of twelve panels that moved by a tenth of its height', async () => {
  const [first, ...rest] = goldenFigure.panels
  if (first?.kind !== 'lines') throw new Error('the first golden panel is lines')
  const moved = first.lines.map(line => ({
    ...line,
    samples: { ...line.samples, values: Float64Array.from(line.samples.values, value => value + 4) },
  }))
  const figure: Figure = { ...goldenFigure, panels: [{ ...first, lines: moved, range: [-38, 38] }, ...rest] }
  const drawn = await decode(renderPng(figure, { ...goldenSize, theme: 'light', ratio: 1 }))
  expect(shareOfDifferent(drawn, await decode(golden('light-1x')))).toBeGreaterThan(tolerance)
})

test('equal figures give equal bytes', () => {
  expect(Buffer.from(renderPng(goldenFigure, goldenSize)).equals(Buffer.from(renderPng(goldenFigure, goldenSize)))).toBe(true)
})

test('a ratio of two doubles the pixels, not the layout', async () => {
  const once = await decode(renderPng(goldenFigure, goldenSize))
  const twice = await decode(renderPng(goldenFigure, { ...goldenSize, ratio: 2 }))
  expect([twice.width, twice.height]).toEqual([2 * once.width, 2 * once.height])
})

test('SVG carries the raster and the words', async () => {
  const svg = new TextDecoder().decode(renderSvg(goldenFigure, goldenSize))
  for (const text of ['SIMULATED DATA', '2025-11-24 · 328', 'no data: no file of &quot;edp&quot; for this time'])
    expect(svg).toContain(text)
  const href = /href="data:image\/png;base64,([^"]+)"/.exec(svg)?.[1] as string
  expect((await decode(Buffer.from(href, 'base64'))).width).toBe(2 * goldenSize.width)
})

test('the PNG is 8-bit RGB without transparency, of the size of the raster', () => {
  const png = Buffer.from(renderPng(goldenFigure, goldenSize))
  expect(png.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  expect([png.readUInt32BE(16), png[24], png[25]]).toEqual([goldenSize.width, 8, 2])
})
