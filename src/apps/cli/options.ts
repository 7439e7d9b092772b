import { InvalidArgumentError } from 'commander'

/** Reads a whole number of an option between two bounds, both allowed. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed.`)
  }

/** Reads a length in hours. */
export function hoursAbove0(text: string): number {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('a number of hours above 0 is needed.')
}

/** Reads a UTC moment of the past, `2026-11-25T18:00` or a day, as milliseconds. */
export function pastMoment(text: string): number {
  const value = Date.parse(text.length === 10 ? `${text}T00:00Z` : `${text.replace(/Z$/, '')}Z`)
  if (Number.isNaN(value)) throw new InvalidArgumentError('a moment in UTC is needed, e.g. 2026-11-25T18:00.')
  if (value > Date.now()) throw new InvalidArgumentError('it lies in the future.')
  return value
}
