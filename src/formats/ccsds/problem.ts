interface At {
  readonly kind: 'problem'
  /** Octet of the stream. */
  readonly offset: number
}
interface AtPacket extends At {
  readonly apid: number
  readonly sequenceCount: number
}

interface AtChannel extends At {
  readonly virtualChannel: number
}

/** What is remarkable in a stream of packets, each with its place. Nothing of it stops the walk. */
export type Problem =
  /** The stream ends inside a packet: `size` octets are left, `need` would be a whole packet. */
  | (At & { readonly problem: 'leftover'; readonly size: number; readonly need: number })
  /** `size` octets are no packet; the walk goes on behind them. */
  | (At & { readonly problem: 'garbage'; readonly size: number })
  /** The length field of the header here leads to no packet (behind the end, above the limit, or into the middle of another). */
  | (AtPacket & { readonly problem: 'bad-length'; readonly size: number })
  /** `missing` packets of this APID lie between the one before and this one. */
  | (AtPacket & { readonly problem: 'gap'; readonly expected: number; readonly missing: number })
  /** The count went from 16383 to 0, as it should. */
  | (AtPacket & { readonly problem: 'wrap' })
  /** The same packet as the one before of this APID, octet for octet. */
  | (AtPacket & { readonly problem: 'duplicate' })
  /** The same count as the one before of this APID, with other content. */
  | (AtPacket & { readonly problem: 'repeated-count' })
  /** The count is `behind` less than was due: sent late, delivered again, or started anew. */
  | (AtPacket & { readonly problem: 'out-of-order'; readonly expected: number; readonly behind: number })
  /** A continuation or last segment without its first, or a first one whose rest is absent. */
  | (AtPacket & { readonly problem: 'orphan-segment'; readonly sequenceFlags: number; readonly size: number })
  /** A packet of fill (APID 2047) of `size` octets. */
  | (At & { readonly problem: 'idle'; readonly size: number })
  /** The packet error control field does not agree with the packet. */
  | (AtPacket & { readonly problem: 'bad-checksum'; readonly expected: number; readonly got: number })
  /** The error control of a transfer frame of `size` octets fails; the frame was dropped. */
  | (At & { readonly problem: 'bad-frame'; readonly size: number })
  /** `missing` frames of this virtual channel lie between the one before and this one. */
  | (AtChannel & { readonly problem: 'frame-gap'; readonly expected: number; readonly missing: number })
  /** The count of the frame before once more; the frame was not read. */
  | (AtChannel & { readonly problem: 'repeated-frame'; readonly count: number })
  /** `size` octets belong to a packet whose other part is in no frame here. */
  | (AtChannel & { readonly problem: 'broken-packet'; readonly size: number })

/** Problems that a healthy stream has as well. */
export const isHarmless = (problem: Problem): boolean => problem.problem === 'wrap' || problem.problem === 'idle'

const texts: { readonly [P in Problem as P['problem']]: (problem: P) => string } = {
  leftover: p => `${p.size} octets are left at the end, a whole packet would take ${p.need}`,
  garbage: p => `${p.size} octets are no packet and were stepped over`,
  'bad-length': p => `the packet says ${p.size} octets, and no packet follows there`,
  gap: p => `${p.missing} packets are missing, count ${p.expected} was due`,
  wrap: () => 'the sequence count went round to 0',
  duplicate: () => 'the same packet once more',
  'repeated-count': () => 'the same sequence count with other content',
  'out-of-order': p => `the count is ${p.behind} behind, ${p.expected} was due`,
  'orphan-segment': p => `a segment (flags ${p.sequenceFlags}, ${p.size} octets) without the rest of its unit`,
  idle: p => `an idle packet of ${p.size} octets`,
  'bad-checksum': p => `the packet error control is ${p.got.toString(16)}, computed ${p.expected.toString(16)}`,
  'bad-frame': p => `the error control of a transfer frame of ${p.size} octets fails`,
  'frame-gap': p => `${p.missing} transfer frames are missing, count ${p.expected} was due`,
  'repeated-frame': p => `transfer frame ${p.count} once more`,
  'broken-packet': p => `${p.size} octets of a packet whose other part is missing`,
}

/** One sentence for people: where, which APID, what. */
export function describeProblem(problem: Problem): string {
  const text = (texts[problem.problem] as (p: Problem) => string)(problem)
  const who =
    'apid' in problem
      ? `, APID ${problem.apid} count ${problem.sequenceCount}`
      : 'virtualChannel' in problem
        ? `, virtual channel ${problem.virtualChannel}`
        : ''
  return `octet ${problem.offset}${who}: ${text}`
}
