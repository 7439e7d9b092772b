import { createHash } from 'node:crypto'
import { isProvenanceOf } from '#domain/mission'
import { digestScience } from '#formats/cdf'
import type { Cdf, LookAt } from '#formats/cdf'
import type { ContentRules } from './verified.ts'

/** SHA-256 of what a CDF says beside its provenance; decodes every variable on the way. */
export async function scienceOfCdf(file: Cdf, rules: ContentRules, look?: LookAt): Promise<string> {
  const hash = createHash('sha256')
  await digestScience(file, isProvenanceOf(rules), bytes => hash.update(bytes), look)
  return hash.digest('hex')
}

/** Flight dynamics files say when they were written: `CREATION_DATE = …` (CCSDS 504.0-B), `FileCreationDate = …`. */
const creationLine = /^\s*(?:CREATION_DATE|FileCreationDate)\s*=/

/** SHA-256 of a text without the lines that only say when and from what it was made. */
export function scienceOfText(text: string, rules: ContentRules): string {
  const own = (rules.provenance?.lines ?? []).map(line => new RegExp(line))
  const skipped = rules.format === 'text' ? own : [creationLine, ...own]
  const kept =
    skipped.length === 0
      ? text
      : text
          .split('\n')
          .filter(line => !skipped.some(s => s.test(line)))
          .join('\n')
  return createHash('sha256').update(kept).digest('hex')
}

/** Chunks that hold a picture's samples and what they mean (PNG specification, 11.2 and 11.3); times and texts are left out. */
const picture = new Set(['IHDR', 'PLTE', 'IDAT', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD'])

export function scienceOfPng(bytes: Uint8Array): string {
  const hash = createHash('sha256')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at)
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    if (picture.has(type)) hash.update(bytes.subarray(at, end))
    at = end
  }
  return hash.digest('hex')
}
