import { failSave } from './codes.ts'

const encoder = new TextEncoder()
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text as UTF-8 where it is valid, else as Latin-1: save files say nothing of their encoding, and nothing may be lost. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    let text = ''
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[])
    return text
  }
}

/** Text as UTF-8; half a character (a lone surrogate) has no bytes and throws `idlsave/bad-value`. */
export function encodeText(text: string): Uint8Array {
  if (!text.isWellFormed()) failSave('idlsave/bad-value', `"${text.slice(0, 40)}" holds half a character`, { text })
  return encoder.encode(text)
}
