/** What PNG needs of a platform: a zlib stream (RFC 1950) and the CRC-32 of ISO 3309. */
export interface PngPort {
  deflate(bytes: Uint8Array): Uint8Array
  crc32(bytes: Uint8Array): number
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

// PNG (W3C, third edition) section 5.3: length, type, data, CRC over type and data.
function makeChunk(type: string, data: Uint8Array, port: PngPort): Uint8Array {
  const chunk = new Uint8Array(12 + data.length)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length)
  for (let index = 0; index < 4; index++) chunk[4 + index] = type.charCodeAt(index)
  chunk.set(data, 8)
  view.setUint32(8 + data.length, port.crc32(chunk.subarray(4, 8 + data.length)))
  return chunk
}

/** Rows of red, green, blue, each behind its filter byte 0: plots compress a quarter better unfiltered than filtered. */
function packRows(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Uint8Array {
  const rows = new Uint8Array(height * (1 + 3 * width))
  let to = 0
  for (let y = 0, from = 0; y < height; y++) {
    to++
    for (let x = 0; x < width; x++, from += 4) {
      rows[to++] = rgba[from] as number
      rows[to++] = rgba[from + 1] as number
      rows[to++] = rgba[from + 2] as number
    }
  }
  return rows
}

/** Section 11.3.3.2: a keyword, NUL, and text in Latin-1. */
const makeText = ([keyword, text]: readonly [string, string]): Uint8Array =>
  Uint8Array.from(Array.from(`${keyword}\0${text}`), character => Math.min(255, character.codePointAt(0) ?? 0))

/** Opaque RGBA pixels as a PNG file of 8-bit RGB, with texts by keyword (`Creation Time`, `Software`). */
export function encodePng(
  rgba: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  port: PngPort,
  texts: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, 2], 8)
  const parts = [
    Uint8Array.from(signature),
    makeChunk('IHDR', header, port),
    ...Object.entries(texts).map(text => makeChunk('tEXt', makeText(text), port)),
    makeChunk('IDAT', port.deflate(packRows(rgba, width, height)), port),
    makeChunk('IEND', new Uint8Array(0), port),
  ]
  const file = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    file.set(part, at)
    at += part.length
  }
  return file
}
