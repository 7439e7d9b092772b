/** One thing wrong in a mission folder, at its place (lines and columns count from 1). */
export interface Fault {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
  /** What to do, e.g. the nearest known key; empty where nothing can be proposed. */
  readonly hint: string
}

/** `products.yaml:12:3: message (hint)`, as editors and shells understand it. */
export const formatFault = (fault: Fault): string =>
  `${fault.file}:${fault.line}:${fault.column}: ${fault.message}${fault.hint === '' ? '' : ` (${fault.hint})`}`

/** Levenshtein's distance with neighbours swapped as one step: the commonest slip of a hand. */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      next.push(cost)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}

/** The candidate most like `word`, or undefined where none is like it (more than half of its letters differ). */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map(candidate => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  const best = ranked[0]
  return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 2)) ? best.candidate : undefined
}

/** `nearest is "product"`, or the whole list where it is short, or nothing. */
export function proposeNearest(word: string, candidates: readonly string[]): string {
  const best = nearest(word, candidates)
  if (best !== undefined) return `nearest is "${best}"`
  if (candidates.length === 0) return 'none is declared'
  return candidates.length <= 12 ? `known: ${candidates.join(', ')}` : ''
}
