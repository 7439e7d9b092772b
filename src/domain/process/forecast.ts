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
  /**
   * Of its works in earlier campaigns, the part that said the same in science and was not published: by number, and by bytes. undefined
   * where no campaign has made any of them.
   */
  readonly kept: number | undefined
  readonly keptBytes: number | undefined
}

/** What works cost when they were made last: sums over those of them of which that is known. */
export interface Spent {
  readonly jobs: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
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
  readonly spent: Spent
  /** Processes of this campaign whose outputs it reads. */
  readonly after: readonly string[]
}

export interface Forecast {
  readonly jobs: number
  readonly cpuHours: number
  readonly slotHours: number
  /** Of what is published: an estimate. */
  readonly bytes: number
  readonly released: number
  /** Slots that the campaign may take at a time. */
  readonly slots: number
  /** UTC milliseconds, if it begins now and is not paused. */
  readonly finish: number
  readonly shares: readonly (Pick<Share, 'process' | 'rank' | 'kind' | 'jobs' | 'released'> & {
    readonly cpuSeconds: number
    readonly bytes: number
  })[]
  /** Processes that have never run: their part is not in the sums. */
  readonly unknown: readonly string[]
  /** Processes of which only the comparison of the code tells how much changes. */
  readonly sampled: readonly string[]
  /** Processes of which nothing tells how much changes: the sums take them to change everything, `least` to change nothing. */
  readonly guessed: readonly string[]
  readonly least: Pick<Forecast, 'jobs' | 'cpuHours' | 'bytes'>
}

interface Costed extends Share {
  readonly cpuSeconds: number
  readonly wallSeconds: number
  readonly pickupSeconds: number
}

/**
 * What a campaign would cost: of each work what it cost when it was made last, else what its process costs in the mean. What follows is run,
 * and what is run is published, as often as earlier campaigns say, else the comparison of the code (`same`: by process, the part of its outputs that
 * said the same); where neither does, all is taken to change.
 */
export function forecast(
  shares: readonly Share[],
  history: readonly History[],
  slots: number,
  now: number,
  same: ReadonlyMap<string, Part> = new Map(),
): Forecast {
  const known = new Map(history.map(h => [h.process, h]))
  const costed = costAll(shares, known, same, 0)
  const least = costAll(shares, known, same, 1)
  const processes = [...new Set(shares.map(s => s.process))]
  const untold = processes.filter(process => known.get(process)?.kept === undefined)
  const sum = (pick: (share: Cost) => number, of = costed): number => of.reduce((total, s) => total + pick(s), 0)
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
    shares: costed.map(({ process, rank, kind, jobs, released, cpuSeconds, bytes }) => ({
      process,
      rank,
      kind,
      jobs,
      released,
      cpuSeconds,
      bytes,
    })),
    unknown: processes.filter(process => !known.has(process)),
    sampled: untold.filter(process => same.has(process)),
    guessed: untold.filter(process => !same.has(process)),
    least: {
      jobs: sum(s => s.jobs, least),
      cpuHours: sum(s => s.cpuSeconds, least) / 3600,
      bytes: Math.round(sum(s => s.bytes, least)),
    },
  }
}

type Cost = Costed & { readonly bytes: number }

/** Level by level; `untold` is the part that says the same where nothing tells. */
function costAll(
  shares: readonly Share[],
  known: ReadonlyMap<string, History>,
  same: ReadonlyMap<string, Part>,
  untold: number,
): readonly Cost[] {
  const published = new Map<string, Part>()
  return shares
    .toSorted((a, b) => a.rank - b.rank)
    .map(share => {
      const past = known.get(share.process)
      const sample = same.get(share.process) ?? { number: untold, weight: untold }
      const run = share.kind === 'asked' ? whole : followingPart(share, published)
      const news = {
        number: run.number * (1 - (past?.kept ?? sample.number)),
        weight: run.weight * (1 - (past?.keptBytes ?? sample.weight)),
      }
      const before = published.get(share.process)
      if (before === undefined || before.number < news.number) published.set(share.process, news)
      return costOf(share, past, run, news)
    })
}

/** A part of works: of their number, and of what they weigh in bytes, which time goes with. */
export interface Part {
  readonly number: number
  readonly weight: number
}

const whole: Part = { number: 1, weight: 1 }

/** Which part of the works that follow is run: where one of the processes before them published something new. */
function followingPart(share: Share, published: ReadonlyMap<string, Part>): Part {
  const before = share.after.flatMap(process => published.get(process) ?? [])
  const some = (pick: (part: Part) => number): number => 1 - before.reduce((none, part) => none * (1 - pick(part)), 1)
  return before.length === 0 ? whole : { number: some(p => p.number), weight: some(p => p.weight) }
}

function costOf(share: Share, past: History | undefined, run: Part, news: Part): Cost {
  const { jobs, spent } = share
  const rest = Math.max(0, jobs - spent.jobs)
  const each = (pick: (of: Spent | History) => number): number => pick(spent) + rest * (past === undefined ? 0 : pick(past))
  return {
    ...share,
    jobs: Math.round(jobs * run.number),
    released: Math.round(share.released * news.number),
    cpuSeconds: run.weight * each(of => of.cpuSeconds),
    wallSeconds: run.weight * each(of => of.wallSeconds),
    pickupSeconds: run.number * jobs * (past?.pickupSeconds ?? 0),
    bytes: news.weight * each(of => of.bytes),
  }
}
