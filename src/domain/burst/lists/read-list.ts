import { decodeLines, type RawLine } from './decode.ts'
import { layOut, readHeader, type Header } from './lay-out.ts'
import { quarantine, readLine } from './read-line.ts'
import type { Fate, ListedLine, ListOptions, ListReport, Remark } from './types.ts'

type Placed = Extract<ListedLine, { segment: unknown }>

/**
 * Reads a list of burst selections in any of its forms: reports, text lists with a date, ground-loop files, columns under a
 * header. Every line is a segment on the grid, snapped to it, in quarantine or passed over (header, blank, comment), and says
 * why; nothing is thrown.
 */
export function readList(bytes: Uint8Array, options: ListOptions = {}): ListReport {
  const raw = decodeLines(bytes)
  const remarks: string[] = []
  let header: Header | undefined
  let isBegun = false
  const lines = raw.map((one): ListedLine => {
    const why = passOver(one)
    if (why !== undefined) return { line: one.line, fate: 'passed', why }
    const found = isBegun ? undefined : readHeader(one.text)
    isBegun = true
    if (found === undefined) return readLine(one, layOut(one.text, header), options)
    if (found !== 'report') {
      header = found
      for (const [i, column] of found.columns.entries())
        if (column === undefined) remarks.push(`column ${i + 1} "${found.names[i]}" is not known; its values are left out`)
    }
    return { line: one.line, fate: 'passed', why: 'header' }
  })
  return finish(noteOverlaps(refuseRepeats(lines, raw)), remarks)
}

const passOver = ({ text }: RawLine): 'blank' | 'comment' | undefined =>
  text.trim() === '' ? 'blank' : /^\s*[#;]/u.test(text) ? 'comment' : undefined

/** A second line for the same span can be no second segment. */
function refuseRepeats(lines: readonly ListedLine[], raw: readonly RawLine[]): ListedLine[] {
  const bySpan = new Map<string, Placed>()
  return lines.map((line, i) => {
    if (!('segment' in line)) return line
    const span = `${line.segment.start} ${line.segment.end}`
    const before = bySpan.get(span)
    if (before === undefined) {
      bySpan.set(span, line)
      return line
    }
    const isSame = JSON.stringify(before.segment) === JSON.stringify(line.segment)
    const remark: Remark = isSame
      ? { code: 'repeated', message: `it says again what line ${before.line} says` }
      : { code: 'contradicts', message: `line ${before.line} has the same times with FOM ${before.segment.fom} and another source or text` }
    return quarantine(raw[i] ?? { line: line.line, text: '' }, [...line.remarks, remark])
  })
}

function noteOverlaps(lines: readonly ListedLine[]): ListedLine[] {
  const placed = lines.filter((line): line is Placed => 'segment' in line)
  const remarks = new Map<number, Remark>()
  let longest: Placed | undefined
  for (const line of placed.toSorted((a, b) => a.segment.start - b.segment.start || a.line - b.line)) {
    if (longest !== undefined && line.segment.start < longest.segment.end) {
      const shared = Math.min(line.segment.end, longest.segment.end) - line.segment.start
      const [earlier, later] = line.line > longest.line ? [longest, line] : [line, longest]
      remarks.set(later.line, { code: 'overlaps', message: `it shares ${shared} s with line ${earlier.line}` })
    }
    if (longest === undefined || line.segment.end > longest.segment.end) longest = line
  }
  return lines.map(line => {
    const remark = remarks.get(line.line)
    return remark === undefined || !('segment' in line) ? line : { ...line, remarks: [...line.remarks, remark] }
  })
}

function finish(lines: readonly ListedLine[], remarks: readonly string[]): ListReport {
  const counts: Record<Fate, number> = { taken: 0, snapped: 0, quarantined: 0, passed: 0 }
  for (const { fate } of lines) counts[fate]++
  return { lines, counts, remarks }
}
