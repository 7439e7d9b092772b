import type { SpacecraftSet } from '../types.ts'

/** A span of burst wanted by a list, on the grid of cycles. */
export interface ListedSegment {
  /** TAI seconds since 1958; the end is exclusive, both are on the grid. */
  readonly start: number
  readonly end: number
  readonly fom: number
  readonly source: string
  readonly comment: string
  /** Undefined: all of them. */
  readonly spacecraft: SpacecraftSet | undefined
}

/** What there is to say about a line. */
export type RemarkCode =
  /** Times were moved to the grid. */
  | 'off-grid'
  | 'blanks-in-time'
  /** The line's bytes were no UTF-8. */
  | 'not-utf8'
  | 'control-characters'
  | 'comma-in-text'
  | 'extra-columns'
  | 'no-fom'
  /** It shares time with another line, and both were taken. */
  | 'overlaps'
  // The rest only with quarantined lines.
  | 'no-form'
  | 'missing-column'
  | 'bad-time'
  | 'zero-length'
  | 'negative'
  | 'too-long'
  | 'bad-fom'
  | 'bad-spacecraft'
  | 'repeated'
  | 'contradicts'

export interface Remark {
  readonly code: RemarkCode
  /** A sentence with numbers. */
  readonly message: string
}

/** How a line is laid out. */
export type ListForm =
  /** `start - end,FOM,source,text,` */
  | 'report'
  /** Under a header that names the columns. */
  | 'columns'
  /** `date, start, end, FOM, text`; an end before the start is on the next day. */
  | 'dated'
  /** `start,end[,FOM],text`: ground loop, quick lists. */
  | 'spans'

/** What became of one line of the file; lines count from 1. */
export type ListedLine =
  | {
      readonly line: number
      /** `snapped` where times were moved, else `taken`; either may have remarks. */
      readonly fate: 'taken' | 'snapped'
      readonly form: ListForm
      readonly segment: ListedSegment
      readonly remarks: readonly Remark[]
    }
  | { readonly line: number; readonly fate: 'quarantined'; readonly text: string; readonly remarks: readonly Remark[] }
  | { readonly line: number; readonly fate: 'passed'; readonly why: 'header' | 'blank' | 'comment' }

export type Fate = ListedLine['fate']

/** Every line of a list, accounted for. */
export interface ListReport {
  readonly lines: readonly ListedLine[]
  readonly counts: Readonly<Record<Fate, number>>
  /** About the file as a whole, e.g. columns that nobody knows. */
  readonly remarks: readonly string[]
}

export interface ListOptions {
  /** Seconds of a cycle; the grid is where TAI seconds are multiples of it. Default 10. */
  readonly step?: number
  /** Spans of this many seconds and more are quarantined. Default 3600. */
  readonly longest?: number
  /** Figure of merit of lines without one. Default 150, the placeholder of the ground loop. */
  readonly fom?: number
  /** Source of lines without one. Default `list`. */
  readonly source?: string
  /** The mission's spacecraft in order, for lists that name some of them. */
  readonly spacecraft?: readonly string[]
}
