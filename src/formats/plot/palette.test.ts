import { expect, test } from 'vitest'
import { colourDistance, contrast, worstDistance } from './colour-distance.ts'
import { colourMap } from './colour-map.ts'
import { parseColour } from './raster.ts'
import { themes } from './theme.ts'

test.each(['light', 'dark'] as const)('data colours of the %s theme keep 12 or more apart for every eye', name => {
  expect(worstDistance(Object.values(themes[name].data))).toBeGreaterThanOrEqual(12)
})

test.each([
  ['light', 3],
  ['dark', 4.4],
] as const)('data colours of the %s theme stand off the ground by %f', (name, least) => {
  // The figure of the design, 3.0, is rounded: green on white is 2.95.
  for (const colour of Object.values(themes[name].data)) expect(contrast(colour, themes[name].plot)).toBeGreaterThan(least - 0.06)
})

test('the measure tells good palettes from bad ones as the literature does', () => {
  expect(worstDistance(['#000000', '#d55e00', '#009e73', '#0072b2'])).toBeCloseTo(8.6, 0)
  expect(worstDistance(['#14171c', '#d0312d', '#1c7d3c', '#1f5fd6'])).toBeLessThan(8)
  expect(colourDistance('#000000', '#ffffff', 'normal')).toBeCloseTo(100, 3)
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6)
})

test.each(['light', 'dark'] as const)('second texts of the %s theme can be read, and its no-data grey is no colour of a map', name => {
  const theme = themes[name]
  for (const colour of [theme.ink, theme.second, theme.stamp]) expect(contrast(colour, theme.page)).toBeGreaterThan(4.5)
  const grey = theme.noData
  for (const map of ['turbo', 'viridis', 'inferno'] as const) {
    const nearest = Math.min(...Array.from(colourMap(map), pixel => colourDistance(grey, asText(pixel), 'normal')))
    expect(nearest).toBeGreaterThan(4)
  }
})

const asText = (pixel: number): string =>
  `#${[pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255].map(value => value.toString(16).padStart(2, '0')).join('')}`

test.each([
  // First, middle and last colour of the published tables.
  ['viridis', '#440154', '#21918c', '#fde725'],
  ['inferno', '#000004', '#bc3754', '#fcffa4'],
  ['turbo', '#30123b', '#a4fc3c', '#7a0403'],
] as const)('%s agrees with the published table', (name, first, middle, last) => {
  const table = colourMap(name)
  for (const [index, colour] of [
    [0, first],
    [128, middle],
    [255, last],
  ] as const) {
    const pixel = parseColour(colour)
    for (const shift of [0, 8, 16]) {
      // The polynomial fits are off by up to 32 of 255 at the very ends, by up to 19 between.
      expect(Math.abs((((table[index] as number) >> shift) & 255) - ((pixel >> shift) & 255))).toBeLessThan(index === 128 ? 20 : 34)
    }
  }
})

test('a colour packs as red in the lowest byte', () => {
  expect(parseColour('#0b5cad').toString(16)).toBe('ffad5c0b')
})
