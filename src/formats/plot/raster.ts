/** Pixels, row by row from the top; one word per pixel with red in the lowest byte, so that the same memory is RGBA bytes. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly pixels: Uint32Array<ArrayBuffer>
}

/** A rectangle in whole or fractional pixels, origin at the top left. */
export interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const makeRaster = (width: number, height: number): Raster => ({ width, height, pixels: new Uint32Array(width * height) })

/** The raster's memory as RGBA bytes, as `ImageData` wants them; not a copy. */
export const rasterBytes = (raster: Raster): Uint8ClampedArray<ArrayBuffer> => new Uint8ClampedArray(raster.pixels.buffer)

/** Opaque pixel of channels 0-255. */
export const packColour = (red: number, green: number, blue: number): number => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0

/** Opaque pixel of `#rrggbb`. */
export function parseColour(text: string): number {
  const value = Number.parseInt(text.slice(1), 16)
  return packColour((value >> 16) & 255, (value >> 8) & 255, value & 255)
}

/** Lays an opaque colour over a pixel with coverage 0-1. */
export function blendPixel(below: number, colour: number, coverage: number): number {
  if (coverage >= 0.999) return colour
  const a = Math.round(coverage * 256)
  const b = 256 - a
  // Red and blue in one multiplication, green in another: the bytes between leave room for the products.
  const redBlue = (((colour & 0xff00ff) * a + (below & 0xff00ff) * b) / 256) & 0xff00ff
  const green = (((colour & 0x00ff00) * a + (below & 0x00ff00) * b) / 256) & 0x00ff00
  return (0xff000000 | redBlue | green) >>> 0
}

/** Fills a rectangle whose edges are rounded to whole pixels, clipped to the raster. */
export function fillRect(raster: Raster, rect: Rect, colour: number): void {
  const left = Math.max(0, Math.round(rect.x))
  const right = Math.min(raster.width, Math.round(rect.x + rect.width))
  const top = Math.max(0, Math.round(rect.y))
  const bottom = Math.min(raster.height, Math.round(rect.y + rect.height))
  if (right <= left) return
  for (let y = top; y < bottom; y++) raster.pixels.fill(colour, y * raster.width + left, y * raster.width + right)
}

/** Draws the outline of a rectangle, `thickness` pixels wide, just outside it. */
export function strokeRect(raster: Raster, rect: Rect, thickness: number, colour: number): void {
  const { x, y, width, height } = rect
  const t = thickness
  fillRect(raster, { x: x - t, y: y - t, width: width + 2 * t, height: t }, colour)
  fillRect(raster, { x: x - t, y: y + height, width: width + 2 * t, height: t }, colour)
  fillRect(raster, { x: x - t, y, width: t, height }, colour)
  fillRect(raster, { x: x + width, y, width: t, height }, colour)
}

/** Fills a triangle pointing up or down (colour-bar ends), base centred on (x, y). */
export function fillTriangle(raster: Raster, x: number, y: number, size: number, up: boolean, colour: number): void {
  for (let row = 0; row < size; row++) {
    const half = ((size - row) * 0.5 * size) / size
    fillRect(raster, { x: x - half, y: up ? y - row - 1 : y + row, width: 2 * half, height: 1 }, colour)
  }
}
