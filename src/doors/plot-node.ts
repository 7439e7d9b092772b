import { createRequire } from 'node:module'

import { type Canvas, createCanvas, GlobalFonts, ImageData, type SKRSContext2D } from '@napi-rs/canvas'

import {
  type ColourMapName,
  drawFigure,
  type Figure,
  layoutFigure,
  type Measure,
  rasterBytes,
  type TextItem,
  type ThemeName,
  themes,
} from '#formats/plot'

export type { ColourMapName, Figure, ThemeName } from '#formats/plot'

export interface PngOptions {
  readonly theme?: ThemeName
  /** 1, or 2 for dense screens and print. */
  readonly ratio?: number
  readonly colourMap?: ColourMapName
  readonly width?: number
  readonly panelHeight?: number
}

const family = 'Apsis Plot'
let registered = false

/** Fonts come from a package by path, never from the system: the same picture on every machine. */
function registerFonts(): void {
  if (registered) return
  const require = createRequire(import.meta.url)
  for (const file of ['DejaVuSansCondensed.ttf', 'DejaVuSansCondensed-Bold.ttf']) {
    GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), family)
  }
  registered = true
}

const fontOf = (size: number, weight: string): string => `${weight === 'bold' ? 700 : 400} ${size}px "${family}"`

function measureWith(context: SKRSContext2D): Measure {
  return (text, size, weight) => {
    context.font = fontOf(size, weight)
    return context.measureText(text).width
  }
}

function drawText(context: SKRSContext2D, item: TextItem): void {
  context.save()
  context.translate(item.x, item.y)
  context.rotate((-(item.turn ?? 0) * Math.PI) / 180)
  context.font = fontOf(item.size, item.weight)
  context.textAlign = item.align
  context.globalAlpha = item.opacity ?? 1
  context.fillStyle = item.colour
  if (item.halo !== undefined) {
    context.strokeStyle = item.halo
    context.lineWidth = item.size * 0.05
    context.lineJoin = 'round'
    context.strokeText(item.text, 0, 0)
  }
  context.fillText(item.text, 0, 0)
  context.restore()
}

function paint(figure: Figure, options: PngOptions): Canvas {
  registerFonts()
  const { ratio = 1, colourMap = 'turbo' } = options
  const theme = themes[options.theme ?? 'light']
  const measure = measureWith(createCanvas(1, 1).getContext('2d'))
  const size = {
    ...(options.width === undefined ? {} : { width: options.width }),
    ...(options.panelHeight === undefined ? {} : { panelHeight: options.panelHeight }),
  }
  const layout = layoutFigure(figure, { theme, measure, ...size })
  const raster = drawFigure(layout, { theme, ratio, colourMap })
  const canvas = createCanvas(raster.width, raster.height)
  const context = canvas.getContext('2d')
  context.putImageData(new ImageData(rasterBytes(raster), raster.width, raster.height), 0, 0)
  context.scale(ratio, ratio)
  for (const item of layout.texts) if (item.text !== '') drawText(context, item)
  return canvas
}

/** Draws a figure as PNG bytes. Equal figures and options give equal bytes on one version of the canvas library. */
export function renderPng(figure: Figure, options: PngOptions = {}): Uint8Array {
  return paint(figure, options).toBuffer('image/png')
}
