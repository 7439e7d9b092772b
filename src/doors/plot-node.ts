import { createRequire } from 'node:module'
import { crc32, deflateSync } from 'node:zlib'

import { type Canvas, createCanvas, GlobalFonts, ImageData } from '@napi-rs/canvas'

import {
  type ColourMapName,
  drawFigure,
  drawTexts,
  encodePng,
  type Figure,
  type Layout,
  layoutFigure,
  type Making,
  measureOn,
  rasterBytes,
  type ThemeName,
  themes,
  writeSvg,
} from '#formats/plot'

export type { ColourMapName, Figure, ThemeName } from '#formats/plot'

export interface PngOptions {
  readonly theme?: ThemeName | undefined
  /** 1, or 2 for dense screens and print. */
  readonly ratio?: number | undefined
  readonly colourMap?: ColourMapName | undefined
  /** See {@link LayoutOptions}. */
  readonly width?: number | undefined
  readonly panelHeight?: number | undefined
}

const family = 'Apsis Plot'
const cssFamily = `"${family}"`
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

// Half the time of the canvas library's own encoder, and a quarter fewer bytes.
const encode = (canvas: Canvas, made?: Making): Uint8Array => {
  const { width, height } = canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
  const port = { deflate: (bytes: Uint8Array) => deflateSync(bytes, { level: 6, memLevel: 9 }), crc32: (bytes: Uint8Array) => crc32(bytes) }
  return encodePng(data, width, height, port, made === undefined ? {} : { 'Creation Time': made.time, Software: made.software })
}

interface Drawn {
  readonly layout: Layout
  readonly raster: Canvas
  readonly ratio: number
}

function drawRaster(figure: Figure, options: PngOptions): Drawn {
  registerFonts()
  const { theme = 'light', ratio = 1, colourMap = 'turbo', ...size } = options
  const measure = measureOn(createCanvas(1, 1).getContext('2d'), cssFamily)
  const layout = layoutFigure(figure, { theme: themes[theme], measure, ...size })
  const pixels = drawFigure(layout, { theme: themes[theme], ratio, colourMap })
  const raster = createCanvas(pixels.width, pixels.height)
  raster.getContext('2d').putImageData(new ImageData(rasterBytes(pixels), pixels.width, pixels.height), 0, 0)
  return { layout, raster, ratio }
}

/** Draws a figure as PNG bytes. Equal figures and options give equal bytes on one version of the canvas library. */
export function renderPng(figure: Figure, options: PngOptions = {}): Uint8Array {
  const { layout, raster, ratio } = drawRaster(figure, options)
  const context = raster.getContext('2d')
  context.scale(ratio, ratio)
  drawTexts(context, layout.texts, cssFamily)
  return encode(raster, figure.made)
}

/** Draws a figure as SVG (UTF-8): texts are text, the panels one embedded PNG of twice the resolution unless told. */
export function renderSvg(figure: Figure, options: PngOptions = {}): Uint8Array {
  const { layout, raster } = drawRaster(figure, { ratio: 2, ...options })
  const href = `data:image/png;base64,${Buffer.from(encode(raster)).toString('base64')}`
  return new TextEncoder().encode(writeSvg(layout, figure.made, href, 'DejaVu Sans Condensed, DejaVu Sans, Verdana, sans-serif'))
}
