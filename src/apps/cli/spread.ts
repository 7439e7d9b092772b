/** Each class is this much wider than the one below it: what is read from a spread is right within a hundredth. */
const step = Math.log(1.02)

/** How values (0 and more) are spread, in little memory however many they are. */
export class Spread {
  readonly #classes = new Map<number, number>()
  count = 0
  most = 0

  add(value: number, weight = 1): void {
    const place = value < 1 ? 0 : 1 + Math.round(Math.log(value) / step)
    this.#classes.set(place, (this.#classes.get(place) ?? 0) + weight)
    this.count += weight
    this.most = Math.max(this.most, value)
  }

  /** The value that a part of all values stays below. */
  at(part: number): number {
    let left = this.count * part
    for (const [place, weight] of [...this.#classes].toSorted(([a], [b]) => a - b)) {
      left -= weight
      if (left <= 0) return place === 0 ? 0 : Math.min(this.most, Math.exp((place - 1) * step))
    }
    return this.most
  }
}
