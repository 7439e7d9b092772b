import type { Measure, TextItem } from './text.ts'

/** What texts are drawn on: the 2D context of a browser's canvas, or of one that is like it. */
export interface TextCanvas {
  font: string
  textAlign: string
  globalAlpha: number
  fillStyle: unknown
  strokeStyle: unknown
  lineWidth: number
  lineJoin: string
  save(): void
  restore(): void
  translate(x: number, y: number): void
  rotate(radians: number): void
  fillText(text: string, x: number, y: number): void
  strokeText(text: string, x: number, y: number): void
  measureText(text: string): { readonly width: number }
}

/** A CSS font; `family` as CSS writes it. */
const fontOf = (size: number, weight: string, family: string): string => `${weight === 'bold' ? 700 : 400} ${size}px ${family}`

export function measureOn(canvas: TextCanvas, family: string): Measure {
  return (text, size, weight) => {
    canvas.font = fontOf(size, weight, family)
    return canvas.measureText(text).width
  }
}

/** Draws the texts of a layout, in its pixels; a canvas of another scale is scaled before. */
export function drawTexts(canvas: TextCanvas, texts: readonly TextItem[], family: string): void {
  for (const item of texts) if (item.text !== '') drawText(canvas, item, family)
}

function drawText(canvas: TextCanvas, item: TextItem, family: string): void {
  canvas.save()
  canvas.translate(item.x, item.y)
  canvas.rotate((-(item.turn ?? 0) * Math.PI) / 180)
  canvas.font = fontOf(item.size, item.weight, family)
  canvas.textAlign = item.align
  canvas.globalAlpha = item.opacity ?? 1
  canvas.fillStyle = item.colour
  if (item.halo !== undefined) {
    canvas.strokeStyle = item.halo
    canvas.lineWidth = item.size * 0.05
    canvas.lineJoin = 'round'
    canvas.strokeText(item.text, 0, 0)
  }
  canvas.fillText(item.text, 0, 0)
  canvas.restore()
}
