import type { Making } from './figure.ts'
import type { Layout } from './geometry.ts'
import type { TextItem } from './text.ts'

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const round = (value: number): string => String(Math.round(value * 100) / 100)

const anchors = { left: 'start', center: 'middle', right: 'end' } as const

function writeText(item: TextItem): string {
  const turn = item.turn === undefined ? '' : ` transform="rotate(${round(-item.turn)} ${round(item.x)} ${round(item.y)})"`
  const halo =
    item.halo === undefined
      ? ''
      : ` stroke="${item.halo}" stroke-width="${round(item.size * 0.05)}" stroke-linejoin="round" paint-order="stroke"`
  const opacity = item.opacity === undefined ? '' : ` opacity="${item.opacity}"`
  const weight = item.weight === 'bold' ? ' font-weight="700"' : ''
  const place = `x="${round(item.x)}" y="${round(item.y)}" font-size="${round(item.size)}" fill="${item.colour}" text-anchor="${anchors[item.align]}"`
  return `<text ${place}${weight}${turn}${halo}${opacity}>${escapeText(item.text)}</text>`
}

/**
 * The same picture as SVG: the raster of `drawFigure` as one image (`imageHref`, usually a data address of a PNG) under
 * texts that stay text; when it was made is a line of its own (`<metadata>`). `family` is a CSS font list.
 */
export function writeSvg(layout: Layout, made: Making | undefined, imageHref: string, family: string): string {
  const { width, height } = layout
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${round(height)}" viewBox="0 0 ${width} ${round(height)}" font-family="${escapeText(family)}">`,
    ...(made === undefined ? [] : [`<metadata>${escapeText(`made ${made.time} by ${made.software}`)}</metadata>`]),
    `<image href="${escapeText(imageHref)}" width="${width}" height="${round(height)}"/>`,
    ...layout.texts.filter(item => item.text !== '').map(writeText),
    '</svg>',
    '',
  ].join('\n')
}
