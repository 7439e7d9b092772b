/** Something that happens at a moment, in UTC milliseconds. */
export interface Coming {
  readonly at: number
  readonly happen: () => unknown
}

/** What is to come, soonest first: a binary heap, and in order of entry at the same moment. */
export class Agenda {
  readonly #heap: (Coming & { readonly turn: number })[] = []
  #turn = 0

  put(coming: Coming): void {
    const heap = this.#heap
    heap.push({ ...coming, turn: this.#turn++ })
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1
      if (!this.#isBefore(i, parent)) break
      this.#swap(i, parent)
      i = parent
    }
  }

  take(): Coming | undefined {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return first
    heap[0] = last
    for (let i = 0; ;) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      let least = i
      if (left < heap.length && this.#isBefore(left, least)) least = left
      if (right < heap.length && this.#isBefore(right, least)) least = right
      if (least === i) return first
      this.#swap(i, least)
      i = least
    }
  }

  next(): number | undefined {
    return this.#heap[0]?.at
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]]
    return x !== undefined && y !== undefined && (x.at < y.at || (x.at === y.at && x.turn < y.turn))
  }

  #swap(a: number, b: number): void {
    const [x, y] = [this.#heap[a], this.#heap[b]]
    if (x === undefined || y === undefined) return
    this.#heap[a] = y
    this.#heap[b] = x
  }
}
