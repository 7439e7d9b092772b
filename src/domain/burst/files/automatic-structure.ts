import type { AutomaticParameters, AutomaticSelection } from '../automatic.ts'
import type { AutomaticSettings, FailedFomStructure, FomStructure } from './model.ts'

/** What an automated selection is about, beside its result. */
export interface AutomaticFrame {
  readonly algversion: string
  readonly metadatainfo: string
  readonly oldestavailableburstdata: string
  readonly metadataevaltime: string
  readonly timestamps: readonly number[]
  readonly mdq: readonly number[]
}

/** An automated selection as the file that clients expect of it. */
export function automaticStructure(
  automatic: AutomaticSelection,
  parameters: AutomaticParameters,
  { timestamps, mdq, ...frame }: AutomaticFrame,
): FomStructure | FailedFomStructure {
  if (!automatic.valid) return { form: 'fom-structure/1', valid: false, error: automatic.error, errno: automatic.errno }
  return {
    form: 'fom-structure/1',
    valid: true,
    ...frame,
    cycles: { timestamps, mdq },
    segments: automatic.segments.map(({ start, stop, fom }) => ({ start, stop, fom, sourceid: 'ABS' })),
    settings: settingsOf(parameters),
  }
}

const settingsOf = (parameters: AutomaticParameters): AutomaticSettings => ({
  targetbuffs: parameters.targetBuffs,
  fomave: parameters.fomAve,
  targetratio: parameters.targetRatio,
  minsegmentsize: parameters.minSegmentSize,
  maxsegmentsize: parameters.maxSegmentSize,
  pad: parameters.pad,
  searchratio: parameters.searchRatio,
  fomwindowsize: parameters.fomWindowSize,
  fomslope: parameters.fomSlope,
  fomskew: parameters.fomSkew,
  fombias: parameters.fomBias,
})
