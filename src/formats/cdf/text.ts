const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text as UTF-8 where it is valid, else as Latin-1 (ISO 8859-1, one character per byte, so that nothing is lost). */
export function decodeText(bytes: Uint8Array): string {
  if (isAscii(bytes)) return decodeLatin1(bytes)
  try {
    return utf8.decode(bytes)
  } catch {
    return decodeLatin1(bytes)
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] as number) >= 0x80) return false
  return true
}

/** Strings of `width` bytes each, without the blanks and NULs at their ends unless `padding` is asked for. */
export function splitText(bytes: Uint8Array, width: number, padding: boolean): string[] {
  const count = bytes.length / width
  const end = (i: number): number => (padding ? (i + 1) * width : i * width + trimmedLength(bytes, i * width, (i + 1) * width))
  // Nearly all is ASCII: then the whole is decoded at once, and strings are parts of it.
  if (isAscii(bytes)) {
    const text = decodeLatin1(bytes)
    return Array.from({ length: count }, (_, i) => text.slice(i * width, end(i)))
  }
  return Array.from({ length: count }, (_, i) => decodeText(bytes.subarray(i * width, end(i))))
}

function decodeLatin1(bytes: Uint8Array): string {
  if (bytes.length <= 8192) return String.fromCharCode.apply(null, bytes as unknown as number[])
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[])
  return text
}

/** Bytes of text: UTF-8, or Latin-1 where `length` says that one byte per character is meant. */
export function encodeText(text: string, length?: number): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  if (length === undefined || bytes.length === length || text.length !== length) return bytes
  // Only text that came from bytes that were no UTF-8 has one character per byte and none above 255.
  const codes = Array.from({ length }, (_, i) => text.charCodeAt(i))
  return codes.every(code => code < 256) ? Uint8Array.from(codes) : bytes
}

/** Length of the text in [from, to) without the blanks and NULs at its end. */
function trimmedLength(bytes: Uint8Array, from: number, to: number): number {
  let end = to
  while (end > from && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0)) end--
  return end - from
}
