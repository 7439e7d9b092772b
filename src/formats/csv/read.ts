import { fail } from '#error'

/** Rows of cells of a CSV text (RFC 4180: quotes, doubled quotes, line ends within quotes). Blank rows are left out, cells trimmed. */
export function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  const endCell = (): void => {
    row.push(cell.trim())
    cell = ''
  }
  const endRow = (): void => {
    endCell()
    if (row.some(one => one !== '')) rows.push(row)
    row = []
  }
  for (let i = text.startsWith('\uFEFF') ? 1 : 0; i < text.length; i++) {
    const letter = text[i]!
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') cell += text[++i]!
      else quoted = false
    } else if (letter === '"' && cell.trim() === '') {
      quoted = true
      cell = ''
    } else if (letter === ',') endCell()
    else if (letter === '\n') endRow()
    else if (letter !== '\r') cell += letter
  }
  if (quoted) fail('csv/malformed', `the CSV ends inside a quoted cell in row ${rows.length + 1}`, { row: rows.length + 1 })
  endRow()
  return rows
}
