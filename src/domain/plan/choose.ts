import type { InputWindow, ProcessInput } from '#domain/mission'
import { coveredLength, followsEvents, overlap } from '#domain/partition'
import type { Partition, Span } from '#domain/partition'
import { compareVersions } from '#domain/version'
import type { FileFact } from './facts.ts'

/** A product covers as much as another up to this much: steps of ephemerides, edges of packets. Milliseconds. */
const tolerance = 120_000

/**
 * The time in which a window's files lie: what to fetch, and what a changed file may matter to. `orbits` are those around the partition,
 * in order; without them a window in orbits is the partition's own time.
 */
export function reachOf(window: InputWindow, partition: Span, orbits: readonly Span[]): Span {
  switch (window.kind) {
    case 'time':
      return { start: partition.start - window.before, stop: partition.stop + window.after }
    case 'orbits':
      return orbitReach(window, partition, orbits)
    case 'nearest':
      return { start: partition.start - window.within, stop: partition.stop + window.within }
    case 'previous':
      return { start: partition.start - window.within, stop: partition.start }
    default:
      return { start: partition.start, stop: partition.stop }
  }
}

function orbitReach(window: { readonly before: number; readonly after: number }, partition: Span, orbits: readonly Span[]): Span {
  const first = orbits.findIndex(orbit => overlap(orbit, partition))
  const last = orbits.findLastIndex(orbit => overlap(orbit, partition))
  if (first < 0) return { start: partition.start, stop: partition.stop }
  const from = orbits[Math.max(0, first - window.before)]
  const to = orbits[Math.min(orbits.length - 1, last + window.after)]
  return { start: Math.min(partition.start, from?.start ?? Infinity), stop: Math.max(partition.stop, to?.stop ?? -Infinity) }
}

/**
 * The files that one input of a partition takes out of all candidates (newest versions, of any of the input's products). A pure choice: the
 * same candidates in any order give the same files, in the order in which programs get them.
 */
export function chooseFiles(
  input: ProcessInput,
  partition: Partition,
  candidates: readonly FileFact[],
  orbits: readonly Span[] = [],
): readonly FileFact[] {
  const reach = reachOf(input.window, partition, orbits)
  const offered = input.products.map(product =>
    take(input.window, partition, reach, input.products.length === 1 ? candidates : candidates.filter(file => file.product === product)),
  )
  if (input.window.kind === 'set') return offered.flatMap(byTime)
  return byTime(bestOf(offered, reach))
}

const byTime = (files: readonly FileFact[]): readonly FileFact[] =>
  files.length < 2 ? files : files.toSorted((a, b) => a.covers.start - b.covers.start || (a.name < b.name ? -1 : 1))

/** The first product whose files cover the most: a definitive file takes the predicted one's place once it covers as much. */
function bestOf(offered: readonly (readonly FileFact[])[], reach: Span): readonly FileFact[] {
  if (offered.length === 1) return offered[0] ?? []
  const covered = offered.map(files =>
    files.length === 0
      ? -1
      : coveredLength(
          files.map(f => f.covers),
          reach,
        ),
  )
  const most = Math.max(...covered)
  return (most < 0 ? undefined : offered.find((_, i) => (covered[i] ?? -1) >= 0 && (covered[i] ?? -1) >= most - tolerance)) ?? []
}

function take(window: InputWindow, partition: Partition, reach: Span, files: readonly FileFact[]): readonly FileFact[] {
  switch (window.kind) {
    case 'nearest':
      return files
        .filter(file => holdsTime(file, reach))
        .toSorted((a, b) => distance(a.covers, partition) - distance(b.covers, partition) || order(a, b))
        .slice(0, window.count)
    case 'previous':
      return files
        .filter(file => file.covers.start >= reach.start && file.covers.start < partition.start && file.partition !== partition.key)
        .toSorted((a, b) => b.covers.start - a.covers.start || order(b, a))
        .slice(0, 1)
    case 'valid':
      return files
        .filter(file => holdsTime(file, { start: partition.start, stop: partition.start + 1 }))
        .toSorted(newestFirst)
        .slice(0, 1)
    case 'set':
      return cover(files, partition)
    default:
      return ofSameEvent(window, partition, reach, files)
  }
}

/** Raw telemetry holds only some of the time between its first and its last packet. */
const holdsTime = (file: FileFact, time: Span): boolean => (file.spans ?? [file.covers]).some(span => overlap(span, time))

const order = (a: FileFact, b: FileFact): number => a.covers.start - b.covers.start || (a.name < b.name ? -1 : 1)
const distance = (span: Span, from: Span): number => Math.max(0, from.start - span.stop, span.start - from.stop)

/** Of two that are valid the one that begins to be valid later, then the higher version: the narrower statement was made knowing the wider. */
const newestFirst = (a: FileFact, b: FileFact): number =>
  b.covers.start - a.covers.start || compareVersions(b.version, a.version) || (a.name < b.name ? -1 : 1)

/** Newest first, each that covers something which the ones before it do not. */
function cover(files: readonly FileFact[], partition: Span): readonly FileFact[] {
  const chosen: FileFact[] = []
  for (const file of files.filter(f => holdsTime(f, partition)).toSorted(newestFirst)) {
    const spans = chosen.map(f => f.covers)
    const covered = coveredLength(spans, partition)
    if (covered >= partition.stop - partition.start) break
    if (coveredLength([...spans, file.covers], partition) > covered) chosen.push(file)
  }
  return chosen
}

/** Files of neighbouring bursts may reach this far into one. Milliseconds. */
const edge = 1000

/** Whether a file is of this very partition, or a part of its burst that came down by itself: what begins inside of it. */
export const belongsTo = (partition: Partition, { partition: key, covers }: FileFact): boolean =>
  key === partition.key || (partition.kind === 'segment' && covers.start > partition.start && covers.start < partition.stop - edge)

/** Whether a window asks for what lies beside the partition. */
export const isWider = (window: InputWindow): boolean =>
  (window.kind === 'time' || window.kind === 'orbits') && window.before + window.after > 0

/** Files of the very burst (orbit, region) go before its neighbours that touch it at an edge, but where these are asked for. */
function ofSameEvent(window: InputWindow, partition: Partition, reach: Span, files: readonly FileFact[]): readonly FileFact[] {
  const touching = files.filter(file => holdsTime(file, reach))
  if (partition.kind !== 'tag' && !followsEvents(partition)) return touching
  // What begins in it, or reaches into it by more than an edge.
  if (isWider(window))
    return touching.filter(({ covers }) =>
      covers.start < reach.start - edge ? covers.stop > reach.start + edge : covers.start < reach.stop - edge,
    )
  const same = touching.filter(file => belongsTo(partition, file))
  return same.length > 0 ? same : touching
}
