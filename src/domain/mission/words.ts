import { dayMs, hourMs } from '#domain/partition'
import type { PartitionRule } from '#domain/partition'
import { addFault, kindOf, textOf, valueOf } from './sheet.ts'
import type { Spot } from './sheet.ts'

const units: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: hourMs, d: dayMs }

/** Milliseconds of `30 min`, `2 h`, `1.5 d`; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) *(s|min|h|d)$/.exec(text.trim())
  return match === null ? undefined : Math.round(Number(match[1]) * (units[match[2] ?? ''] ?? 0))
}

export function durationOf(spot: Spot, what: string): number {
  const value = valueOf(spot)
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined) addFault(spot, `${what} must be a duration, not ${kindOf(spot)}`, 'write it like 30 s, 30 min, 2 h or 1 d')
  return ms ?? 0
}

const plainRules = ['day', 'contact', 'tag', 'span'] as const

/** Reads `day`, `hours 2`, `tag`, `contact` or `span`. */
export function partitionOf(spot: Spot, what: string): PartitionRule {
  const text = textOf(spot, what)
  const plain = plainRules.find(rule => rule === text)
  if (plain !== undefined) return { kind: plain }
  const hours = Number(/^hours (\d+)$/.exec(text)?.[1] ?? Number.NaN)
  if (Number.isInteger(24 / hours)) return { kind: 'hours', hours }
  const known = 'known: day, hours N, tag, contact, span'
  if (Number.isNaN(hours)) {
    if (text !== '') addFault(spot, `${what}: "${text}" is unknown`, known)
  } else addFault(spot, `${what}: "${text}" does not divide a day evenly`, 'use 1, 2, 3, 4, 6, 8 or 12 hours')
  return { kind: 'day' }
}
