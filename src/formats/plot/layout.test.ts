import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Figure, Panel } from './figure.ts'
import { type Layout, plotEdges } from './geometry.ts'
import { layoutFigure } from './layout.ts'
import { writeSvg } from './svg.ts'
import { spreadApart, wrapWords } from './text.ts'
import { themes } from './theme.ts'

/** Letters of half an em: enough for geometry. */
const measure = (text: string, size: number): number => text.length * size * 0.5
const theme = themes.light

const start = Date.parse('2015-12-01T10:00Z')
const stop = Date.parse('2015-12-01T12:00Z')
const samples = { times: Float64Array.of(start, stop - 1), values: Float64Array.of(-3, 12), maxGap: 1e9 }
const lines: Panel = {
  kind: 'lines',
  label: ['FGM', 'B GSE'],
  unit: 'nT',
  scale: 'linear',
  lines: [
    { name: 'X', ink: 'blue', samples },
    { name: 'Y', ink: 'green', samples },
  ],
}
const spectrum = {
  times: Float64Array.of(start, start + 1000),
  values: Float64Array.of(1, 1e3, 1e6, 10),
  bins: 2,
  centres: Float64Array.of(10, 1e4),
  maxGap: 4000,
}
const spectrogram: Panel = {
  kind: 'spectrogram',
  label: ['DIS'],
  unit: 'eV',
  scale: 'log',
  colourScale: 'log',
  colourUnit: 'flux',
  spectrum,
}
const figure: Figure = {
  title: { subject: 'MMS1', name: 'Summary', note: 'note' },
  start,
  stop,
  panels: [lines, spectrogram, { ...lines, weight: 2, empty: 'no data: the file is missing' }],
  lanes: [
    {
      label: 'burst',
      tone: 'strong',
      intervals: [
        { start: start + 60_000, stop: start + 61_000 },
        { start: stop, stop: stop + 5 },
      ],
    },
  ],
  positions: [{ label: 'R (RE)', digits: 1, samples: { ...samples, times: Float64Array.of(start, stop - 1_800_000), maxGap: 6e6 } }],
  footer: { notice: 'Quicklook.', credit: 'SDC', sources: ['a.cdf', 'b.cdf'] },
  stamp: 'SIMULATED DATA',
}
const layout = layoutFigure(figure, { theme, measure })
const textsOf = (of: Layout): string[] => of.texts.map(item => item.text)

test('panels share their left and right edge, follow each other, and obey their weights', () => {
  const plots = layout.panels.map(panel => panel.plot)
  expect(new Set(plots.map(plot => `${plot.x} ${plot.width}`)).size).toBe(1)
  for (let index = 1; index < plots.length; index++) {
    const above = plots[index - 1] as (typeof plots)[number]
    expect((plots[index] as typeof above).y).toBeGreaterThan(above.y + above.height)
  }
  expect(plots[2]?.height).toBe(2 * (plots[0]?.height as number))
})

test('the edges of the panels are known without a layout, for clicks in a picture', () => {
  const plot = layout.panels[0]?.plot ?? { x: 0, width: 0 }
  expect(plotEdges(layout.width)).toEqual({ left: plot.x, right: plot.x + plot.width })
})

test('everything written lies inside the picture', () => {
  for (const item of layout.texts) {
    if (item.turn !== undefined) continue
    const width = measure(item.text, item.size)
    const left = item.align === 'left' ? item.x : item.align === 'right' ? item.x - width : item.x - width / 2
    expect(left, item.text).toBeGreaterThanOrEqual(0)
    expect(left + width, item.text).toBeLessThanOrEqual(layout.width)
    expect(item.y, item.text).toBeLessThan(layout.height)
  }
})

test('a picture says what, when, from what, and that it is simulated', () => {
  const texts = textsOf(layout)
  for (const text of ['MMS1', 'Summary', '2015-12-01 · 335', '10:00 – 12:00 UTC', 'a.cdf  ·  b.cdf', 'SDC', 'no data: the file is missing'])
    expect(texts).toContain(text)
  expect(texts.filter(text => text === 'SIMULATED DATA')).toHaveLength(2)
  expect(textsOf(layoutFigure({ ...figure, stamp: undefined as never }, { theme, measure }))).not.toContain('SIMULATED DATA')
})

test('a panel without data and without a reason says that there is none', () => {
  const bare = layoutFigure({ ...figure, panels: [{ ...lines, lines: [] }] }, { theme, measure })
  expect(textsOf(bare)).toContain('no data in this time range')
  expect(bare.panels[0]?.axis).toBeUndefined()
})

test('position rows stand under the labelled ticks, with a dash where there is none', () => {
  const ticks = layout.timeTicks.filter(tick => tick.label !== '')
  const row = layout.texts.filter(item => ticks.some(tick => tick.at === item.x) && /^[−–\d]/.test(item.text) && !item.text.includes(':'))
  expect(row).toHaveLength(ticks.length)
  expect(row[0]?.text).toBe('−3.0')
  expect(row.at(-1)?.text).toBe('–')
})

test('a short burst keeps a visible bar, and intervals outside are left out', () => {
  expect(layout.lanes[0]?.bars).toHaveLength(1)
  expect(layout.lanes[0]?.bars[0]?.width).toBeGreaterThanOrEqual(1)
})

test('the spectrogram has a colour bar in decades, and a given range of rows is kept', () => {
  const colour = layout.panels[1]?.colour
  expect(colour?.ticks.some(tick => tick.label === '10²')).toBe(true)
  const own = layoutFigure({ ...figure, panels: [{ ...spectrogram, range: [1, 1e5] }] }, { theme, measure })
  expect(own.panels[0]?.axis?.range).toEqual([1, 1e5])
})

test('a figure with nothing but panels is laid out', () => {
  const bare = layoutFigure(
    { title: { subject: 'A', name: 'B' }, start, stop, panels: [lines] },
    { theme, measure, width: 600, panelHeight: 50 },
  )
  expect(bare.width).toBe(600)
  expect(bare.height).toBeGreaterThan(50)
})

test('positions spread apart keep order and distance and stay inside', () => {
  const places = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 7 })
  fc.assert(
    fc.property(places, wanted => {
      const placed = spreadApart(wanted, 14, 0, 100)
      const order = wanted.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place || a.index - b.index)
      for (let rank = 1; rank < order.length; rank++) {
        const distance = (placed[order[rank]?.index as number] as number) - (placed[order[rank - 1]?.index as number] as number)
        expect(distance).toBeGreaterThanOrEqual(14 - 1e-9)
      }
      expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-9)
      expect(Math.max(...placed)).toBeLessThanOrEqual(100 + 1e-9)
    }),
  )
})

test('words wrap at the width, and a long one keeps its own row', () => {
  const rows = wrapWords(['aaaa', 'bb', 'cccccccccccc', 'd'], ' ', 40, 10, measure)
  expect(rows).toEqual(['aaaa bb', 'cccccccccccc', 'd'])
})

test('SVG holds the texts as text, escaped, over the raster', () => {
  const svg = writeSvg(
    {
      ...layout,
      texts: [...layout.texts, { text: 'a < b & "c"', x: 1, y: 2, size: 11, weight: 'normal', colour: '#000000', align: 'left' }],
    },
    { time: '2026-01-01T00:00:00Z', software: 'apsis <1>' },
    'data:image/png;base64,AAAA',
    'X',
  )
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;</text>')
  expect(svg).toContain('href="data:image/png;base64,AAAA"')
  expect(svg.match(/<text /g)?.length).toBe(layout.texts.filter(item => item.text !== '').length + 1)
  expect(svg.split('\n')[1]).toBe('<metadata>made 2026-01-01T00:00:00Z by apsis &lt;1&gt;</metadata>')
  expect(svg).toMatch(/rotate\(-90 /)
})

test.each([
  ['one long word', ['mms1_fgm_b_gse_srvy_l2', 'Magneticfieldinageocentricframe'], 'nT'],
  ['words', ['DIS energy spectrogram, omnidirectional'], 'eV'],
  ['a long unit', ['Flux'], 'keV/(cm^2 s sr keV)'],
])('what stands left of a panel ends before the numbers of its axis: %s', (_, label, unit) => {
  const { panels, texts } = layoutFigure({ ...figure, panels: [{ ...lines, label, unit, range: [-1e-7, 123_456] }] }, { theme, measure })
  const [panel] = panels
  const ticks = new Set(panel?.ticks.map(t => t.label))
  const inside = texts.filter(item => item.y < (panel?.plot.y ?? 0) + (panel?.plot.height ?? 0) && item.y > (panel?.plot.y ?? 0))
  const numbers = inside.filter(item => item.align === 'right' && ticks.has(item.text))
  const words = inside.filter(item => item.align === 'left' && item.x < 100)
  expect(words.length).toBeGreaterThan(1)
  expect(numbers.length).toBeGreaterThan(1)
  const edge = Math.min(...numbers.map(item => item.x - measure(item.text, item.size)))
  for (const item of words) expect(item.x + measure(item.text, item.size), item.text).toBeLessThan(edge)
  expect(words.map(w => w.text).join('')).toContain(label[0]?.slice(0, 4))
})
