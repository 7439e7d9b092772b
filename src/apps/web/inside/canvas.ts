import { drawFigure, layoutFigure, rasterBytes, themes } from '#formats/plot'
import type { Figure, Measure, TextItem } from '#formats/plot'

/** Below this a picture keeps its width and its frame scrolls: its margins alone take 234. */
const LEAST_WIDTH = 520

const fontOf = (size: number, weight: string): string => `${weight === 'bold' ? 700 : 400} ${size}px Inter, system-ui, sans-serif`

/** Draws a figure as wide as the canvas's frame, in the scheme of the page. */
export function drawOnCanvas(canvas: HTMLCanvasElement, figure: Figure): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const theme = themes[matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light']
  const measure: Measure = (text, size, weight) => {
    context.font = fontOf(size, weight)
    return context.measureText(text).width
  }
  const width = Math.max(LEAST_WIDTH, Math.floor(canvas.parentElement?.clientWidth ?? LEAST_WIDTH))
  const ratio = Math.min(3, Math.max(1, devicePixelRatio))
  const layout = layoutFigure(figure, { theme, measure, width, panelHeight: 220 })
  const pixels = drawFigure(layout, { theme, ratio, colourMap: 'turbo' })
  canvas.width = pixels.width
  canvas.height = pixels.height
  canvas.style.width = `${layout.width}px`
  canvas.style.height = `${layout.height}px`
  context.putImageData(new ImageData(rasterBytes(pixels), pixels.width, pixels.height), 0, 0)
  context.scale(ratio, ratio)
  for (const item of layout.texts) if (item.text !== '') drawText(context, item)
}

function drawText(context: CanvasRenderingContext2D, item: TextItem): void {
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
