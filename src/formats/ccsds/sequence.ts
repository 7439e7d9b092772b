import type { Packet } from './packet.ts'
import { sequenceModulus } from './packet.ts'
import type { Problem } from './problem.ts'

/** Follows the sequence counts of all APIDs of one stream. */
export interface SequenceTracker {
  /** What is remarkable at this packet, seen from those before it of its APID. */
  check(packet: Packet): Problem | undefined
  /** Copies what is kept of earlier packets, so that their buffer can be given back. */
  release(): void
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.byteLength !== b.byteLength) return false
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false
  return true
}

/**
 * A new tracker. A packet behind the expected count does not move the expectation (one late packet is one problem) unless the
 * next one continues from it: then the sender has started anew, and is followed.
 */
export function trackSequence(): SequenceTracker {
  const due = new Int32Array(2048).fill(-1)
  const other = new Int32Array(2048).fill(-1)
  const last: (Pick<Packet, 'bytes'> | undefined)[] = Array.from({ length: 2048 })
  const judge = (packet: Packet, expected: number): Problem | undefined => {
    const { offset, apid, sequenceCount } = packet
    const ahead = (sequenceCount - expected + sequenceModulus) % sequenceModulus
    const at = { kind: 'problem', offset, apid, sequenceCount } as const
    if (ahead === sequenceModulus - 1) {
      const same = last[apid] !== undefined && sameBytes(last[apid].bytes, packet.bytes)
      return { ...at, problem: same ? 'duplicate' : 'repeated-count' }
    }
    if (ahead < sequenceModulus / 2) {
      due[apid] = (sequenceCount + 1) % sequenceModulus
      return { ...at, problem: 'gap', expected, missing: ahead }
    }
    if (other[apid] === sequenceCount) {
      due[apid] = (sequenceCount + 1) % sequenceModulus
      other[apid] = -1
      return undefined
    }
    other[apid] = (sequenceCount + 1) % sequenceModulus
    return { ...at, problem: 'out-of-order', expected, behind: sequenceModulus - ahead }
  }
  return {
    check(packet) {
      const { apid, sequenceCount } = packet
      const expected = due[apid]!
      let problem: Problem | undefined
      if (expected === sequenceCount || expected === -1) {
        if (expected === 0) problem = { kind: 'problem', problem: 'wrap', offset: packet.offset, apid, sequenceCount }
        due[apid] = sequenceCount === sequenceModulus - 1 ? 0 : sequenceCount + 1
        other[apid] = -1
      } else {
        problem = judge(packet, expected)
      }
      last[apid] = packet
      return problem
    },
    release() {
      for (const [apid, packet] of last.entries()) if (packet !== undefined) last[apid] = { bytes: packet.bytes.slice() }
    },
  }
}
