import { drawFigure, drawTexts, layoutFigure, measureOn, rasterBytes, themes } from '#formats/plot'
import type { Figure } from '#formats/plot'

/** Below this a picture keeps its width and its frame scrolls: its margins alone take 234. */
const LEAST_WIDTH = 520

const family = 'Inter, system-ui, sans-serif'

/** Draws a figure as wide as the canvas's frame, in the scheme of the page. */
export function drawOnCanvas(canvas: HTMLCanvasElement, figure: Figure): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const theme = themes[matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light']
  const width = Math.max(LEAST_WIDTH, Math.floor(canvas.parentElement?.clientWidth ?? LEAST_WIDTH))
  const ratio = Math.min(3, Math.max(1, devicePixelRatio))
  const layout = layoutFigure(figure, { theme, measure: measureOn(context, family), width, panelHeight: 220 })
  const pixels = drawFigure(layout, { theme, ratio, colourMap: 'turbo' })
  canvas.width = pixels.width
  canvas.height = pixels.height
  canvas.style.width = `${layout.width}px`
  canvas.style.height = `${layout.height}px`
  context.putImageData(new ImageData(rasterBytes(pixels), pixels.width, pixels.height), 0, 0)
  context.scale(ratio, ratio)
  drawTexts(context, layout.texts, family)
}
