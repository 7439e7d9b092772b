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
