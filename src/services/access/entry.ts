import type { Selectable } from 'kysely'
import { formatUtc, tt2000 } from '#formats/time'
import type { FileTable } from '#services/db'

/** One file as everybody outside reads it. Times are UTC milliseconds, coverage is TT2000 as UTC text. */
export interface FileEntry {
  readonly id: number
  readonly mission: string
  readonly name: string
  readonly product: string
  readonly dataset: string
  readonly spacecraft: string
  readonly kind: string
  readonly partition: string
  readonly start: number
  readonly stop: number
  readonly version: readonly number[]
  readonly versionText: string
  readonly size: number
  readonly sha256: string
  readonly path: string
  readonly latest: boolean
  readonly public: boolean
  readonly simulated: boolean
  readonly coverage: { readonly start: string; readonly stop: string } | null
  readonly records: number | null
  readonly content: Readonly<Record<string, unknown>>
  /** Where the content says that something is missing, in order of time; not more than are kept. */
  readonly gaps: readonly Gap[]
  readonly findings: readonly string[]
  readonly arrived: number
  readonly modified: number
  readonly actor: string
  readonly job: number | null
  readonly recipe: string | null
}

/** Time of a file's coverage without data: UTC of the records before and behind, and how many packets are missing where that is known. */
export interface Gap {
  readonly start: string | null
  readonly stop: string
  readonly missing: number | null
  /** Of raw packets: whose they are. */
  readonly apid?: number
}

export function readEntry(row: Selectable<FileTable>): FileEntry {
  return {
    id: row.id,
    mission: row.mission,
    name: row.name,
    product: row.product,
    dataset: row.dataset,
    spacecraft: row.spacecraft,
    kind: row.kind,
    partition: row.partition,
    start: row.start_time,
    stop: row.stop_time,
    version: row.version,
    versionText: row.version_text,
    size: row.size,
    sha256: row.sha256,
    path: row.path,
    latest: row.latest,
    public: row.public,
    simulated: row.simulated,
    coverage:
      row.coverage_start === null || row.coverage_stop === null
        ? null
        : { start: coverageText(row.coverage_start), stop: coverageText(row.coverage_stop) },
    records: row.records,
    content: row.content,
    gaps: Array.isArray(row.content['gaps']) ? (row.content['gaps'] as readonly Gap[]) : [],
    findings: row.findings,
    arrived: row.arrived_at,
    modified: row.modified_at,
    actor: row.actor,
    job: row.job,
    recipe: row.recipe,
  }
}

const coverageText = (ns: number | bigint): string => formatUtc(tt2000(BigInt(ns)), 3)
