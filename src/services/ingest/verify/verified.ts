import type { Product, Spacecraft } from '#domain/mission'
import type { ReportedEvent } from '#services/catalog'

/** What a file's content says of itself. */
export interface Verified {
  /** First and last record, TT2000 nanoseconds; undefined where the content carries no time. */
  readonly coverage?: { readonly start: bigint; readonly stop: bigint }
  readonly records?: number
  /** SHA-256 of the content without provenance; undefined where only the bytes tell. */
  readonly science?: string
  readonly content: Readonly<Record<string, unknown>>
  /** Contradictions and remarks; they do not refuse. */
  readonly findings: readonly string[]
  /** Parents by name, as the content states them. */
  readonly parents?: readonly string[]
  readonly events?: readonly ReportedEvent[]
}

/** What a product says of its contents: plain data, which can go to another thread. */
export type ContentRules = Pick<Product, 'id' | 'format' | 'provenance' | 'istp' | 'events' | 'packetTime' | 'packetFraming'>

/** What a check may use beside the bytes. */
export interface Subject {
  readonly path: string
  /** Of all bytes. */
  readonly sha256: string
  readonly name: string
  readonly dataset: string
  readonly versionText: string
  readonly rules: ContentRules
  readonly spacecraft: readonly Spacecraft[]
  /** Folder of the mission, for packet definitions. */
  readonly folder: string
}

/** Reads the whole content. Throws an SdcError whose message is the reason of the refusal. */
export type Verify = (subject: Subject) => Promise<Verified>
