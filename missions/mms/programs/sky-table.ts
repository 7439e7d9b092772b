import { framesAt, multiply, transpose, type FrameSet, type Matrix3, type Vector3 } from '#domain/orbit'
import { tt2000 } from '#formats/time'

/** The sky over one minute of TT: what turns slowly is taken from its middle, the angle of GSM goes on evenly. */
export interface SkyMinute {
  /** Unit vector to the Sun, J2000. */
  readonly sun: Vector3
  /** J2000 to GSE. */
  readonly gse: Matrix3
  /** TT2000 of the minute's begin. */
  readonly start: bigint
  /** Radians from GSE to GSM about X at `start`, and radians per ns. */
  readonly gsmAngle: number
  readonly gsmRate: number
}

const MINUTE_NS = 60_000_000_000n

/**
 * A table of the sky that is filled as asked. In half a minute the Sun moves 0.0004 degrees, less than attitude is known to; GSM
 * turns up to a hundred times faster and is therefore interpolated.
 */
export function makeSkyTable(): (t: bigint) => SkyMinute {
  const known = new Map<bigint, SkyMinute>()
  return t => {
    const minute = t / MINUTE_NS
    const found = known.get(minute) ?? findMinute(minute * MINUTE_NS)
    known.set(minute, found)
    return found
  }
}

function findMinute(start: bigint): SkyMinute {
  const middle = framesAt(tt2000(start + MINUTE_NS / 2n))
  const [from, to] = [gsmAngleOf(framesAt(tt2000(start))), gsmAngleOf(framesAt(tt2000(start + MINUTE_NS)))]
  return { sun: middle.sun, gse: middle.matrix.gse, start, gsmAngle: from, gsmRate: (to - from) / Number(MINUTE_NS) }
}

function gsmAngleOf({ matrix }: FrameSet): number {
  const turned = multiply(matrix.gsm, transpose(matrix.gse))
  return Math.atan2(turned[1][2], turned[1][1])
}
