import type { IdlPlainType } from '#formats/idlsave'

/** A field of a save file that our forms do not name; kept, so that nothing is lost. Wide integers are text, no number is null. */
export interface OtherField {
  readonly type: IdlPlainType
  readonly dims: readonly number[]
  readonly values: readonly (number | string | null)[]
}
export type OtherFields = Readonly<Record<string, OtherField>>

/** A segment of a FOM structure. Indices into the cycles, 0-based, both inclusive. */
export interface FomSegment {
  readonly start: number
  readonly stop: number
  /** 0 to 255; null where the file holds no number. */
  readonly fom: number | null
  readonly sourceid: string
  /** Absent in automated selections. */
  readonly discussion?: string | undefined
  /** Bit 0 is the first spacecraft; absent: all of them. */
  readonly obsset?: number | undefined
  /** Words for catalogues. Save files have no place for them. */
  readonly tags?: readonly string[] | undefined
}

/** The parameters of the automated selection that a FOM structure carries. */
export interface AutomaticSettings {
  readonly targetbuffs: number
  readonly fomave: number
  readonly targetratio: number
  readonly minsegmentsize: number
  readonly maxsegmentsize: number
  readonly pad: number
  readonly searchratio: number
  readonly fomwindowsize: number
  readonly fomslope: number
  readonly fomskew: number
  readonly fombias: number
}

/** The selections of one window, FOMSTR of the save files, in our own form. Counts are derived, never stored. */
export interface FomStructure {
  readonly form: 'fom-structure/1'
  readonly valid: true
  readonly algversion: string
  readonly cycles: {
    /** Starts of the cycles, TAI seconds since 1958. */
    readonly timestamps: readonly number[]
    /** Mission data quality per cycle. */
    readonly mdq: readonly (number | null)[]
  }
  readonly segments: readonly FomSegment[]
  readonly settings: AutomaticSettings
  readonly metadatainfo: string
  readonly oldestavailableburstdata: string
  /** Identity of the metadata evaluation, `YYYY-DOYThh:mm:ss`. */
  readonly metadataevaltime: string
  readonly note?: string | undefined
  /** When the window closes, TAI seconds. */
  readonly evalstarttime?: number | undefined
  /** 1 closes the window, 0 is a draft. */
  readonly uplinkflag?: number | undefined
  readonly fpical?: number | undefined
  /** Only where the file's own counts contradict its segments. */
  readonly declared?: DeclaredCounts | undefined
  readonly more?: OtherFields | undefined
}

export interface DeclaredCounts {
  readonly nsegs: number
  readonly nbuffs: number
  readonly seglengths: readonly number[]
  readonly numcycles: number
  readonly cyclestart: number
}

/** What an automated selection says when it found nothing to select. */
export interface FailedFomStructure {
  readonly form: 'fom-structure/1'
  readonly valid: false
  readonly error: string
  readonly errno: number
}

/** A defined segment as the back structure has it. Times are TAI seconds of its first and last buffers' starts. */
export interface BackSegment {
  readonly datasegmentid: number
  readonly start: number
  readonly stop: number
  readonly fom: number | null
  readonly parametersetid: string
  readonly ispending: number
  readonly inplaylist: number
  readonly status: string
  readonly numevalcycles: number
  readonly sourceid: string
  readonly createtime: string
  readonly finishtime: string
  /** 0 same or new, 1 modified, 2 deleted. */
  readonly changestatus: number
  readonly discussion?: string | undefined
  readonly obsset?: number | undefined
}

/** BAKSTR of the save files. */
export interface BackStructure {
  readonly form: 'back-structure/1'
  readonly segments: readonly BackSegment[]
  readonly declared?: { readonly nbuffs: number; readonly seglengths: readonly number[] } | undefined
  readonly more?: OtherFields | undefined
}

/** One edit of a defined segment, as `bdm_sitl_changes` files carry it. */
export interface SegmentChange {
  readonly id: string
  /** Negative for a new segment. */
  readonly datasegmentid: number
  readonly starttime: number
  readonly endtime: number
  readonly fom: number | null
  readonly status: string
  readonly source: string
  /** `ALL`, or names with commas between. */
  readonly observatoryid: string
  readonly discussion: string
}

export interface SegmentChanges {
  readonly form: 'segment-changes/1'
  readonly changes: readonly SegmentChange[]
}

export type BurstDocument = FomStructure | FailedFomStructure | BackStructure | SegmentChanges
