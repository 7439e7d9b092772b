import type { FomStructure } from './files/model.ts'
import { makeGrid } from './grid.ts'
import type { WindowFacts } from './rule.ts'
import { everySpacecraft, makeSelection, type Selection } from './types.ts'

/** A FOM structure as a selection, as it is: nothing is mended. `step` is the length of a cycle in seconds. */
export function selectionOfFile(file: FomStructure, step: number, spacecraft: number): Selection {
  const { declared } = file
  return makeSelection(
    makeGrid(file.cycles.timestamps, step),
    file.segments.map(({ start, stop, fom, sourceid, discussion, obsset, tags }) => ({
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
      note: file.note ?? '',
      evaluation: file.metadataevaltime,
      close: file.evalstarttime ?? null,
      final: file.uplinkflag === 1,
      ...(declared === undefined ? {} : { declared: { segments: declared.nsegs, buffers: declared.nbuffs, lengths: declared.seglengths } }),
    },
  )
}

/** What a FOM structure knows of its window: shares of received metadata and how far back memory reaches, by spacecraft. */
export function factsOfFile(
  file: Pick<FomStructure, 'metadatainfo' | 'oldestavailableburstdata'>,
  spacecraft: readonly string[],
): Pick<WindowFacts, 'received' | 'oldest'> {
  const values = (text: string): readonly (number | undefined)[] => {
    const named = new Map([...text.matchAll(/(\w+)=([\d.]+)/g)].map(([, name = '', value]) => [name.toLowerCase(), Number(value)]))
    return spacecraft.map(id => named.get(id.toLowerCase()))
  }
  const received = values(file.metadatainfo)
  const oldest = values(file.oldestavailableburstdata)
  return {
    ...(received.some(percent => percent === undefined) ? {} : { received: received.map(percent => percent ?? 0) }),
    ...(oldest.every(start => start === undefined) ? {} : { oldest: oldest.map(start => start ?? null) }),
  }
}

/** A selection as the FOM structure that the automated one, `base`, has become. Tags are kept in JSON only. */
export function fileOfSelection(selection: Selection, base: FomStructure): FomStructure {
  const { frame } = selection
  return {
    ...base,
    declared: undefined,
    note: frame.note === '' ? undefined : frame.note,
    evalstarttime: frame.close ?? undefined,
    segments: selection.segments.map(({ start, stop, fom, spacecraft, comment, tags, source }) => ({
      start,
      stop,
      fom: Number.isFinite(fom) ? fom : null,
      sourceid: source,
      discussion: comment,
      obsset: spacecraft,
      ...(tags.length === 0 ? {} : { tags }),
    })),
    metadataevaltime: frame.evaluation,
    uplinkflag: frame.final ? 1 : 0,
  }
}
