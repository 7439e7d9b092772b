import type { NameTemplate } from '#domain/filename'
import type { IstpRule, IstpSeverities } from '#formats/cdf'
import type { PartitionRule } from '#domain/partition'
import type { ExitTable, FailureClass } from '#domain/process'
import type { VersionScheme } from '#domain/version'

/** One mission folder, parsed and checked whole. Everything mission-specific that the core knows is in this value. */
export interface Mission {
  readonly id: string
  readonly title: string
  readonly description: string
  /** Absolute folder of the mission's files. */
  readonly folder: string
  readonly spacecraft: readonly Spacecraft[]
  readonly instruments: readonly Instrument[]
  readonly products: readonly Product[]
  readonly processes: readonly Process[]
  readonly release: { readonly publicLevels: readonly string[]; readonly publicProducts: readonly string[] }
  /** More remakes than this for one input are a campaign for a person to approve. */
  readonly remakeLimit: number
  /** Path of the simulation's parameters inside the folder, where the mission has one. */
  readonly simulation?: string
  /** Path of the burst tables inside the folder, where the mission selects burst. */
  readonly burst?: string
  /** Module paths inside the folder, by the name of the hook (`identify`). */
  readonly adapters: Readonly<Record<string, string>>
}

export interface Spacecraft {
  readonly id: string
  readonly title: string
  readonly number: number
}

export interface Instrument {
  readonly id: string
  readonly title: string
  /** Modes of which it is in one at a time: a product of one of them is not to be expected while mission events name another. */
  readonly modes: readonly string[]
}

export const productKinds = ['telemetry', 'science', 'quicklook', 'ancillary', 'calibration'] as const
export type ProductKind = (typeof productKinds)[number]

export const fileFormats = ['ccsds', 'cdf', 'png', 'text', 'binary', 'defeph', 'defatt', 'contacts', 'events', 'spice'] as const
export type FileFormat = (typeof fileFormats)[number]

/** Mission events that planning knows. A region is any named interval: of interest, a shadow, a manoeuvre. */
export const eventKinds = ['contact', 'orbit', 'region', 'segment', 'mode'] as const
export type EventKind = (typeof eventKinds)[number]

/** Where a cell is expected: wherever a contact's data fall, one per mission event or at each time trigger, or wherever an input lies. */
export const expectations = ['contacts', 'events', 'time', 'inputs'] as const
export type Expect = (typeof expectations)[number]

/** A kind of file. Its datasets are one per spacecraft. */
export interface Product {
  /** As written in `products.yaml`, e.g. `fgm srvy l2` or `defatt`. Unique in the mission. */
  readonly id: string
  readonly title: string
  readonly description: string
  readonly kind: ProductKind
  readonly instrument: string
  /** Absent for ancillary products. */
  readonly mode?: string
  readonly level?: string
  readonly descriptor?: string
  /** Spacecraft ids, or the constellation's word (e.g. the mission's id) for products of all. */
  readonly spacecraft: readonly string[]
  readonly template: NameTemplate
  readonly dataset: NameTemplate
  readonly directory: NameTemplate
  readonly scheme: VersionScheme
  readonly format: FileFormat
  readonly ext: string
  readonly partition: PartitionRule
  readonly expect: Expect
  /** Milliseconds after the partition's data came down; absent = never late. */
  readonly due?: number
  /** The declared first number of versions that have an interface part. */
  readonly interface: number
  /** Packet definition inside the mission's folder, for telemetry. */
  readonly packets?: string
  /** Where each packet carries its time, for the coverage of raw telemetry. */
  readonly packetTime?: PacketTime
  /** How packets lie in raw files, where there is more in them than packets. */
  readonly packetFraming?: PacketFraming
  /** For lists of mission events that come with type words of their own: what they are here. */
  readonly events?: Readonly<Record<string, { readonly kind: EventKind; readonly name: string }>>
  /** For calibrations: where it is said from when to when one is in force; absent: in its name. */
  readonly validity?: Validity
  readonly attributes: Readonly<Record<string, unknown>>
  readonly public: boolean
  /** What in its files is not science: compared with {@link provenanceAttributes}, the mission's and the product's words together. */
  readonly provenance?: Provenance
  readonly istp: IstpPolicy
}

/** Names of global attributes of a CDF, or of words in a text (`Valid_from = 2015-09-01`); empty: not said there. */
export interface Validity {
  readonly from: string
  readonly to: string
  /** A table inside the mission's folder, which goes before what the file says: CSV with file (`*` for any letters), from and to. */
  readonly table?: string
}

export const istpLevels = ['off', 'report', 'require'] as const

/** How ingest holds the CDF files of a product against the ISTP guide. */
export interface IstpPolicy {
  /** `report` writes what it finds on the file's row; `require` also refuses files with errors. */
  readonly level: (typeof istpLevels)[number]
  /** Beside the built-in rules; one for the same attribute and place replaces it. */
  readonly rules: readonly IstpRule[]
  readonly severity: IstpSeverities
}

/** What says where a file comes from rather than what was measured: it does not count when a remade file is compared with the old one. */
export interface Provenance {
  /** Names of attributes, whatever their case. */
  readonly attributes: readonly string[]
  /** Regular expressions of lines, for formats of text. */
  readonly lines: readonly string[]
}

/** Attributes of dates and versions that ISTP and common practice give every file. */
export const provenanceAttributes: readonly string[] = [
  'Logical_file_id',
  'Data_version',
  'Generation_date',
  'Generated_by',
  'Software_version',
  'Parents',
  'MODS',
  'Skeleton_version',
  'Creation_date',
  'Processing_date',
  'Ground_software_version',
]

/** Octets around packets: ground headers before each, what follows each, a file header; and the version number that headers have. */
export interface PacketFraming {
  readonly prefix: number
  readonly suffix: number
  readonly fileHeader: number
  readonly version: number
}

/** Unsegmented time code (CCSDS 301.0-B-4, 3.2) at a fixed place of every packet with a secondary header. */
export interface PacketTime {
  /** Octets from the start of the packet; the primary header has 6. */
  readonly octet: number
  /** Octets of whole seconds and of their fraction. */
  readonly coarse: number
  readonly fine: number
  /** `tai-1958`: TAI seconds since 1958; a date: seconds since then as UTC clocks count them, without leap seconds. */
  readonly epoch: string
}

/** A rule: these outputs from these inputs, by this program, per spacecraft and partition of the outputs. */
export interface Process {
  readonly id: string
  readonly title: string
  readonly inputs: readonly ProcessInput[]
  readonly outputs: readonly ProcessOutput[]
  readonly program: Program
  readonly parameters: Readonly<Record<string, unknown>>
  readonly exits: ExitTable
  readonly limits: { readonly seconds: number; readonly tries: number }
  /** How many tries a job has, by the way in which one fails. */
  readonly retry: Readonly<Record<FailureClass, number>>
  readonly resources: Resources
  /** Absent: a job is made as soon as the required inputs are there, and again when more come. */
  readonly wait?: WaitPolicy
  /** Present: at most one run between two of these moments. */
  readonly every?: Schedule
  /** Regions whose end starts the process, whether or not an input changed. */
  readonly on: readonly string[]
  /** Higher runs first; age raises it. */
  readonly priority: number
  /** How many places of its worker a job takes. */
  readonly weight: number
  /** Raised by hand when outputs must be remade although no input changed. */
  readonly major: number
  /** The package of code that its program belongs to; absent = the mission's folder, a package with the mission's name. */
  readonly code?: string
  /** False where equal inputs give outputs that are equal in content and not to the bit. */
  readonly deterministic?: boolean
  /** False for stand-ins: what they make is for the team alone, whatever its product's release says. */
  readonly public?: boolean
}

/** What a job holds while it runs. */
export interface Resources {
  /** Megabytes (10^6); undefined: as the machine allows. */
  readonly memory: number | undefined
  /** Licences and the like, by name; how many there are is the installation's setting. */
  readonly tokens: Readonly<Record<string, number>>
}

/** Hold until every expected input is whole, at the most until `hold` milliseconds after the output is due; then run on what is there, or give up. */
export interface WaitPolicy {
  readonly hold: number
  readonly after: 'partial' | 'give-up'
}

/** Moments that are `offset` after whole multiples of `period` since 1970, UTC milliseconds. */
export interface Schedule {
  readonly period: number
  readonly offset: number
}

export interface ProcessInput {
  readonly role: string
  /** Best first: a later one stands in until a better one covers as much. Of a `set` each one gives its share. */
  readonly products: readonly string[]
  readonly optional: boolean
  /** Whether a change of it alone makes the outputs again. */
  readonly triggers: boolean
  readonly window: InputWindow
}

/** Which files of an input's products a partition takes; milliseconds. */
export type InputWindow =
  /** Those that touch the partition, reaching so far beyond it. */
  | { readonly kind: 'time'; readonly before: number; readonly after: number }
  /** Those that touch the orbits of the partition, and so many orbits more. */
  | { readonly kind: 'orbits'; readonly before: number; readonly after: number }
  /** The nearest ones in time, within this distance. */
  | { readonly kind: 'nearest'; readonly count: number; readonly within: number }
  /** The newest one that begins before the partition, within this distance: also an earlier output of the process itself. */
  | { readonly kind: 'previous'; readonly within: number }
  /** The one that is valid at the partition's start. */
  | { readonly kind: 'valid' }
  /** Of each product the newest files that are valid in the partition, as many as cover it: kernels. */
  | { readonly kind: 'set' }

export interface ProcessOutput {
  readonly role: string
  readonly product: string
}

/** Programs that come with Apsis. */
export const builtinPrograms = ['decommutate', 'tabulate', 'quicklook', 'evaluate'] as const

export type Program =
  | {
      readonly kind: 'builtin'
      readonly name: string
      /** In a thread of its worker: no process is started for it, and no sandbox is around it. Absent: in a process of its own. */
      readonly inside?: true
    }
  /** Command line; relative paths are inside the mission's folder. */
  | {
      readonly kind: 'run'
      readonly command: readonly string[]
      /** Inputs as arguments, directories in the environment, and the program names its output; absent: by the job file. */
      readonly style?: 'legacy'
    }

/** A product on one spacecraft. */
export interface Dataset {
  readonly id: string
  readonly product: Product
  readonly spacecraft: string
}
