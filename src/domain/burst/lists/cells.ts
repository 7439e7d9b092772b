/** A cell of a line of comma-separated values. */
export interface Cell {
  /** Without quotes and blanks around. */
  readonly text: string
  /** Where it begins in the line. */
  readonly from: number
}

/** Cells of one line (RFC 4180, within the line): a quote that is never closed is an ordinary character. */
export function splitCells(line: string): readonly Cell[] {
  const cells: Cell[] = []
  for (let from = 0; from <= line.length;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/u.exec(line.slice(from))
    const end = quoted === null ? endOf(line, from) : from + quoted[0].length
    const text = quoted === null ? line.slice(from, end) : (quoted[1] ?? '').replaceAll('""', '"')
    cells.push({ text: text.trim(), from })
    from = end + 1
  }
  return cells
}

const endOf = (line: string, from: number): number => {
  const comma = line.indexOf(',', from)
  return comma < 0 ? line.length : comma
}

/** Text that spans the cells from `index` on: its commas belong to it; empty cells at the end do not. */
export function joinRest(
  line: string,
  cells: readonly Cell[],
  index: number,
  end: number = cells.length,
): { text: string; commas: number } {
  let last = end
  while (last > index && cells[last - 1]?.text === '') last--
  const first = cells[index]
  if (last <= index || first === undefined) return { text: '', commas: 0 }
  if (last === index + 1) return { text: unquote(first.text), commas: 0 }
  const to = cells[last]?.from
  const raw = line.slice(first.from, to === undefined ? line.length : to - 1)
  return { text: unquote(raw.trim()), commas: last - index - 1 }
}

const unquote = (text: string): string => (/^(['"]).*\1$/su.test(text) && text.length > 1 ? text.slice(1, -1).trim() : text)
