/** One line of a list as text. */
export interface RawLine {
  readonly line: number
  readonly text: string
  readonly isUtf8: boolean
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
// What Windows programs write where they do not write UTF-8; it has a character for every byte.
const windows = new TextDecoder('windows-1252')

/** The lines of a file, each decoded by itself: one stray byte must not change the text of the others. */
export function decodeLines(bytes: Uint8Array): readonly RawLine[] {
  const lines: RawLine[] = []
  // Some programs still end lines with a carriage return alone.
  const ending = bytes.includes(0x0a) ? 0x0a : 0x0d
  for (let from = 0; from < bytes.length;) {
    const newline = bytes.indexOf(ending, from)
    const end = newline < 0 ? bytes.length : newline
    const own = bytes.subarray(from, end > from && bytes[end - 1] === 0x0d ? end - 1 : end)
    lines.push({ line: lines.length + 1, ...decode(own) })
    from = end + 1
  }
  return lines
}

function decode(bytes: Uint8Array): { text: string; isUtf8: boolean } {
  try {
    return { text: utf8.decode(bytes), isUtf8: true }
  } catch {
    return { text: windows.decode(bytes), isUtf8: false }
  }
}
