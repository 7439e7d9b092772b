import { crc32, deflateSync, inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodePng } from './png.ts'

const port = { deflate: (bytes: Uint8Array) => deflateSync(bytes), crc32: (bytes: Uint8Array) => crc32(bytes) }

interface Chunk {
  readonly type: string
  readonly data: Buffer
  readonly isSound: boolean
}

function readChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const isSound = crc32(png.subarray(at + 4, at + 8 + length)) === png.readUInt32BE(at + 8 + length)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length), isSound })
    at += 12 + length
  }
  return chunks
}

test('every pixel comes back, every chunk is sound', () => {
  const size = fc.integer({ min: 1, max: 9 })
  fc.assert(
    fc.property(size, size, fc.infiniteStream(fc.integer({ min: 0, max: 255 })), (width, height, noise) => {
      const rgba = Uint8Array.from({ length: 4 * width * height }, (_, index) => (index % 4 === 3 ? 255 : (noise.next().value as number)))
      const png = Buffer.from(encodePng(rgba, width, height, port))
      const chunks = readChunks(png)
      expect(chunks.map(chunk => chunk.type)).toEqual(['IHDR', 'IDAT', 'IEND'])
      expect(chunks.every(chunk => chunk.isSound)).toBe(true)
      expect([chunks[0]?.data.readUInt32BE(0), chunks[0]?.data.readUInt32BE(4)]).toEqual([width, height])
      const rows = inflateSync(chunks[1]?.data as Buffer)
      for (let y = 0; y < height; y++) {
        expect(rows[y * (1 + 3 * width)]).toBe(0)
        for (let x = 0; x < width; x++) {
          for (let channel = 0; channel < 3; channel++) {
            expect(rows[y * (1 + 3 * width) + 1 + 3 * x + channel]).toBe(rgba[4 * (y * width + x) + channel])
          }
        }
      }
    }),
  )
})

test('texts go into chunks of their own, in Latin-1', () => {
  const chunks = readChunks(Buffer.from(encodePng(new Uint8Array(4), 1, 1, port, { Software: 'apsis é ✓' })))
  expect(chunks.map(chunk => [chunk.type, chunk.isSound])).toEqual([
    ['IHDR', true],
    ['tEXt', true],
    ['IDAT', true],
    ['IEND', true],
  ])
  expect(chunks[1]?.data.toString('latin1')).toBe('Software\0apsis é ÿ')
})
