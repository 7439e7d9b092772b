/** What one process has cost so far, per job, all its tries together. */
export interface History {
  readonly process: string
  /** How many jobs this is the mean of. */
  readonly jobs: number
  readonly cpuSeconds: number
  /** Of a slot: from start to end of its tries. */
  readonly wallSeconds: number
  /** From when a job is made until a free slot takes it. */
  readonly pickupSeconds: number
  /** Of its outputs. */
  readonly bytes: number
}

/** Works of one process that a campaign would run. `released`: files that the public sees now and that would be superseded. */
export interface Share {
  readonly process: string
  /** Distance from what arrives: lower ranks end before higher ones begin. */
  readonly rank: number
  /** Made again because the campaign asks for it, or because an input would change. */
  readonly kind: 'asked' | 'following'
  readonly jobs: number
  readonly released: number
}

export interface Forecast {
  readonly jobs: number
  readonly cpuHours: number
  readonly slotHours: number
  /** At most: outputs that say the same in science are not published. */
  readonly bytes: number
  readonly released: number
  /** Slots that the campaign may take at a time. */
  readonly slots: number
  /** UTC milliseconds, if it begins now and is not paused. */
  readonly finish: number
  readonly shares: readonly (Share & { readonly cpuSeconds: number; readonly bytes: number })[]
  /** Processes that have never run: their part is not in the sums. */
  readonly unknown: readonly string[]
}

/**
 * What a campaign would cost, from what its processes have cost. Works that follow are counted whole: where a remade input says the same
 * in science, less is run.
 */
export function forecast(shares: readonly Share[], history: readonly History[], slots: number, now: number): Forecast {
  const known = new Map(history.map(h => [h.process, h]))
  const costed = shares.map(share => {
    const past = known.get(share.process)
    return {
      ...share,
      cpuSeconds: share.jobs * (past?.cpuSeconds ?? 0),
      wallSeconds: share.jobs * (past?.wallSeconds ?? 0),
      pickupSeconds: share.jobs * (past?.pickupSeconds ?? 0),
      bytes: share.jobs * (past?.bytes ?? 0),
    }
  })
  const sum = (pick: (share: (typeof costed)[number]) => number): number => costed.reduce((total, share) => total + pick(share), 0)
  const ranks = Map.groupBy(costed, share => share.rank)
  let seconds = 0
  for (const group of ranks.values()) {
    const [jobs, wall] = [group.reduce((n, s) => n + s.jobs, 0), group.reduce((n, s) => n + s.wallSeconds + s.pickupSeconds, 0)]
    // Few jobs cannot fill all slots.
    seconds += wall / Math.max(1, Math.min(slots, jobs))
  }
  return {
    jobs: sum(s => s.jobs),
    cpuHours: sum(s => s.cpuSeconds) / 3600,
    slotHours: sum(s => s.wallSeconds) / 3600,
    bytes: Math.round(sum(s => s.bytes)),
    released: sum(s => s.released),
    slots,
    finish: Math.round(now + seconds * 1000),
    shares: costed.map(({ wallSeconds: _wall, pickupSeconds: _pickup, ...share }) => share),
    unknown: [...new Set(shares.map(s => s.process))].filter(process => !known.has(process)),
  }
}
