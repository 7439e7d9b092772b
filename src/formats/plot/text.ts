/** One piece of text of a picture; x and y are the alphabetic baseline, in the layout's units. */
export interface TextItem {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly size: number
  readonly weight: Weight
  readonly colour: string
  readonly align: 'left' | 'center' | 'right'
  /** Degrees counter-clockwise about (x, y). */
  readonly turn?: number
  /** Outline behind the letters, so that they can be read on any ground. */
  readonly halo?: string
  /** 1 unless told. */
  readonly opacity?: number
}

export type Weight = 'normal' | 'bold'

/** Width of a text in the font that will draw it. */
export type Measure = (text: string, size: number, weight: Weight) => number

/** Baseline that centres figures and capitals on `y`: they are about 0.73 of the size high. */
export const centreOn = (y: number, size: number): number => y + size * 0.365

/** Breaks a list of words into rows not wider than `width`, joined by `joiner`; a word longer than that keeps its own row. */
export function wrapWords(words: readonly string[], joiner: string, width: number, size: number, measure: Measure): string[] {
  const rows: string[] = []
  for (const word of words) {
    const last = rows.at(-1)
    const longer = last === undefined ? word : last + joiner + word
    if (last !== undefined && measure(longer, size, 'normal') <= width) rows[rows.length - 1] = longer
    else rows.push(word)
  }
  return rows
}

/**
 * Breaks a text into rows not wider than `width`, after blanks and signs that join words (`sc1_mag_b_gse`); what is longer without any is
 * cut, with an ellipsis in its middle: names differ at their ends.
 */
export function breakText(text: string, width: number, size: number, weight: Weight, measure: Measure): string[] {
  const fits = (row: string): boolean => measure(row.trimEnd(), size, weight) <= width
  const rows: string[] = []
  for (const piece of text.match(/[^\s_/,-]*[\s_/,-]*/g) ?? []) {
    if (piece === '') continue
    const last = rows.at(-1)
    if (last !== undefined && fits(last + piece)) rows[rows.length - 1] = last + piece
    else rows.push(piece)
  }
  return rows.map(row => (fits(row) ? row.trimEnd() : shorten(row.trimEnd(), fits)))
}

function shorten(word: string, fits: (text: string) => boolean): string {
  for (let kept = word.length - 2; kept > 2; kept--) {
    const short = `${word.slice(0, Math.ceil(kept / 2))}…${word.slice(word.length - Math.floor(kept / 2))}`
    if (fits(short)) return short
  }
  return '…'
}

/** Moves positions apart to at least `distance`, keeping their order and staying inside [low, high] if there is room. */
export function spreadApart(wanted: readonly number[], distance: number, low: number, high: number): number[] {
  const order = wanted.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place || a.index - b.index)
  let floor = low
  for (const entry of order) {
    entry.place = Math.max(entry.place, floor)
    floor = entry.place + distance
  }
  let ceiling = high
  for (const entry of order.reverse()) {
    entry.place = Math.min(entry.place, ceiling)
    ceiling = entry.place - distance
  }
  const result = [...wanted]
  for (const entry of order) result[entry.index] = entry.place
  return result
}
