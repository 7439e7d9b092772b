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

export function durationOf(spot: Spot, what: string, also = ''): number {
  const value = valueOf(spot)
  const ms = typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined) addFault(spot, `${what} must be a duration, not ${kindOf(spot)}`, `write it like 30 s, 30 min, 2 h or 1 d${also}`)
  return ms ?? 0
}

const plainRules = ['day', 'month', 'orbit', 'segment', 'contact', 'tag', 'span', 'validity'] as const
const knownRules = 'known: day, hours N, month, mission, orbit, region NAME, segment, contact, tag, span, validity'

/** Reads a partition rule; `begins` is when the mission as a whole does, UTC milliseconds. */
export function partitionOf(spot: Spot, what: string, begins: number): PartitionRule {
  const text = textOf(spot, what)
  const plain = plainRules.find(rule => rule === text)
  if (plain !== undefined) return { kind: plain }
  if (text === 'mission') return { kind: 'mission', begins }
  const region = /^region ([A-Za-z0-9_-]+)$/.exec(text)?.[1]
  if (region !== undefined) return { kind: 'region', region }
  const hours = Number(/^hours (\d+)$/.exec(text)?.[1] ?? Number.NaN)
  if (Number.isInteger(24 / hours)) return { kind: 'hours', hours }
  if (Number.isNaN(hours)) {
    if (text !== '') addFault(spot, `${what}: "${text}" is unknown`, knownRules)
  } else addFault(spot, `${what}: "${text}" does not divide a day evenly`, 'use 1, 2, 3, 4, 6, 8 or 12 hours')
  return { kind: 'day' }
}
