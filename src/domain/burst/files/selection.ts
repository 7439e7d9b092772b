import { fail } from '#error'
import type { AutomaticParameters, AutomaticSelection } from '../automatic.ts'
import { makeGrid } from '../grid.ts'
import { everySpacecraft, makeSelection, type Selection } from '../types.ts'
import type { AutomaticSettings, FailedFomStructure, FomSegment, FomStructure } from './model.ts'

/** What a FOM structure does not say of itself. */
export interface WindowShape {
  /** Seconds of a cycle. */
  readonly step: number
  /** How many spacecraft the mission has. */
  readonly spacecraft: number
}

/** A FOM structure as a selection to be edited and validated, as it is: nothing is mended. Throws `burst/grid` on cycles that do not ascend. */
export function selectionOf(structure: FomStructure, { step, spacecraft }: WindowShape): Selection {
  const { cycles, segments, declared } = structure
  return makeSelection(
    makeGrid(cycles.timestamps, step),
    segments.map(({ start, stop, fom, sourceid, discussion, obsset, tags }) => ({
      start,
      stop,
      fom: fom ?? Number.NaN,
      spacecraft: obsset ?? everySpacecraft(spacecraft),
      // Editors put a blank where automated selections have no comment.
      comment: discussion === undefined || discussion === ' ' ? '' : discussion,
      tags: tags ?? [],
      source: sourceid,
    })),
    {
      note: structure.note ?? '',
      evaluation: structure.metadataevaltime,
      close: structure.evalstarttime ?? null,
      final: structure.uplinkflag === 1,
      ...(declared === undefined ? {} : { declared: { segments: declared.nsegs, buffers: declared.nbuffs, lengths: declared.seglengths } }),
    },
  )
}

/**
 * A selection as a FOM structure: what it says of segments and window, and from `base`, the automated selections that it
 * improves, all the rest. Throws `burst/bad-document` where their cycles differ.
 */
export function fomStructureFrom(selection: Selection, base: FomStructure): FomStructure {
  const { grid, frame, segments } = selection
  const other = base.cycles.timestamps.findIndex((start, i) => start !== grid.starts[i])
  if (other >= 0 || grid.starts.length !== base.cycles.timestamps.length)
    fail(
      'burst/bad-document',
      `the selection has ${grid.starts.length} cycles, its base ${base.cycles.timestamps.length}; they must be the same ones`,
      {
        firstOther: other,
      },
    )
  const { evalstarttime: _, declared: __, ...kept } = base
  return {
    ...kept,
    metadataevaltime: frame.evaluation,
    segments: segments.map(({ start, stop, fom, spacecraft, comment, tags, source }): FomSegment => ({
      start,
      stop,
      fom: Number.isFinite(fom) ? fom : null,
      sourceid: source,
      discussion: comment === '' ? ' ' : comment,
      obsset: spacecraft,
      ...(tags.length === 0 ? {} : { tags }),
    })),
    note: frame.note,
    uplinkflag: frame.final ? 1 : 0,
    ...(frame.close === null ? {} : { evalstarttime: frame.close }),
  }
}

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
