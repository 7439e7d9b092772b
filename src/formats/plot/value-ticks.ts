import type { Range, Scale } from './figure.ts'

export interface Tick {
  readonly value: number
  /** Empty for minor ticks. */
  readonly label: string
}

const superscripts: Readonly<Record<string, string>> = {
  '-': '⁻',
  '0': '⁰',
  '1': '¹',
  '2': '²',
  '3': '³',
  '4': '⁴',
  '5': '⁵',
  '6': '⁶',
  '7': '⁷',
  '8': '⁸',
  '9': '⁹',
}

/** `-12` as raised digits. */
export const raiseDigits = (text: string): string => text.replace(/[-0-9]/g, sign => superscripts[sign] ?? sign)

/** A number with a fixed count of decimals and a true minus sign; never `−0`. */
export function writeNumber(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}

/** Powers of ten: raised, but plain near one; on an axis that ends below 1,000 also 0.01 and 100 are plain. */
function writeDecade(exponent: number, range: Range): string {
  const reach = range[0] >= 0.01 && range[1] <= 1000 ? 2 : 1
  return Math.abs(exponent) <= reach ? writeNumber(10 ** exponent, Math.max(0, -exponent)) : `10${raiseDigits(String(exponent))}`
}

/** The smallest of 1, 2, 5 times a power of ten that is not below `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find(candidate => candidate * power >= least * (1 - 1e-9)) ?? 10
  return factor * power
}

/** Ticks inside a range at multiples of 1, 2 or 5 times a power of ten, at most `most` labels; minor ones between. */
export function linearTicks(range: Range, most: number): Tick[] {
  const [low, high] = range
  const span = high - low
  if (!(span > 0) || !Number.isFinite(span)) return []
  const step = pickStep(low, high, Math.max(1, most))
  const power = Math.floor(Math.log10(step) + 1e-9)
  const perMajor = Math.round(step / 10 ** power) === 2 ? 4 : 5
  const write = makeWriter(Math.max(Math.abs(low), Math.abs(high)), power)
  const minor = step / perMajor
  const ticks: Tick[] = []
  const last = Math.floor(high / minor + 1e-6)
  for (let index = Math.ceil(low / minor - 1e-6); index <= last; index++) {
    const value = (index / perMajor) * step
    ticks.push({ value, label: index % perMajor === 0 ? write(value) : '' })
  }
  return ticks
}

/** The smallest step that puts at most `most` multiples inside. */
function pickStep(low: number, high: number, most: number): number {
  let step = roundStep((high - low) / (most + 1))
  while (Math.floor(high / step + 1e-6) - Math.ceil(low / step - 1e-6) + 1 > most) step = roundStep(step * 1.5)
  return step
}

/** Labels with the decimals that a step of `10 ** power` needs; from steps of 10,000 on, in one power of ten for all. */
function makeWriter(most: number, power: number): (value: number) => string {
  if (power < 4) return value => writeNumber(value, Math.max(0, -power))
  const exponent = Math.floor(Math.log10(most) + 1e-9)
  return value => (value === 0 ? '0' : `${writeNumber(value / 10 ** exponent, exponent - power)}×10${raiseDigits(String(exponent))}`)
}

/** Ticks of a logarithmic axis: decades (every n-th if crowded), 2 and 5 labelled when there are few decades, 2-9 as minor ticks. */
export function logTicks(range: Range, most: number): Tick[] {
  const [low, high] = range
  if (!(low > 0) || !(high > low)) return []
  const first = Math.floor(Math.log10(low) - 1e-9)
  const last = Math.ceil(Math.log10(high) + 1e-9)
  const decades = Math.log10(high / low)
  if (decades < 0.6) return linearTicks(range, most)
  const every = Math.max(1, Math.ceil(decades / Math.max(1, most)))
  const labelled = pickFactors(range, most)
  const ticks: Tick[] = []
  for (let exponent = first; exponent <= last; exponent++) {
    for (let factor = 1; factor < 10; factor++) {
      const value = factor * 10 ** exponent
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue
      const major = factor === 1 ? exponent % every === 0 : every === 1 && labelled.includes(factor)
      if (!major && factor > 1 && every > 1) continue
      ticks.push({ value, label: major ? labelOf(factor, exponent, range) : '' })
    }
  }
  return ticks
}

const labelOf = (factor: number, exponent: number, range: Range): string => {
  if (factor === 1) return writeDecade(exponent, range)
  return exponent >= -2 && exponent <= 2
    ? writeNumber(factor * 10 ** exponent, Math.max(0, -exponent))
    : `${factor}×10${raiseDigits(String(exponent))}`
}

/** Which of 1 to 9 are labelled in each decade: as few as give three labels, if there is room. */
function pickFactors([low, high]: Range, most: number): readonly number[] {
  const choices = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7]]
  const count = (factors: readonly number[]): number =>
    factors.reduce((sum, factor) => sum + Math.floor(Math.log10(high / factor) + 1e-9) - Math.ceil(Math.log10(low / factor) - 1e-9) + 1, 0)
  const fitting = choices.filter(factors => count(factors) <= most)
  return fitting.find(factors => count(factors) >= 3) ?? fitting.at(-1) ?? [1]
}

/** Ticks of an axis with room for at most `most` labels. */
export const valueTicks = (scale: Scale, range: Range, most: number): Tick[] =>
  scale === 'log' ? logTicks(range, most) : linearTicks(range, most)
