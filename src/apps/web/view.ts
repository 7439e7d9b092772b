import type { Shown } from '#domain/plan'
import type { AttemptEntry, CellEntry, FileEntry, JobEntry, Refused } from '#services/access'
import type { Why } from '#services/pipeline'

/** What stands around every page. */
export interface Frame {
  /** `http://host:port` as the browser asked for it. */
  readonly origin: string
  readonly path: string
  readonly home: string
  readonly simulated: boolean
  readonly missions: readonly MissionName[]
  readonly mission?: MissionName
  readonly actor?: { readonly name: string; readonly role: string }
  /** UTC milliseconds. */
  readonly now: number
  /** Where style, font and script lie. */
  readonly assets: string
}

export interface MissionName {
  readonly id: string
  readonly title: string
}

export interface ProductName {
  readonly id: string
  readonly slug: string
  readonly title: string
}

/** One spacecraft and product of Home's matrix. */
export interface MatrixCell {
  readonly dataset: string
  readonly newest: number | undefined
  readonly shown: Shown | undefined
  /** What to open: the newest expectation that is not at rest, else the product. */
  readonly partition: string | undefined
}

export interface Matrix {
  readonly products: readonly ProductName[]
  readonly rows: readonly { readonly spacecraft: string; readonly title: string; readonly cells: readonly (MatrixCell | undefined)[] }[]
}

export interface Picture {
  readonly dataset: string
  readonly partition: string
  readonly spacecraft: string
  readonly product: ProductName
  readonly start: number
  readonly stop: number
  readonly file: string
  readonly version: string
}

/** One step of the tour: where to go and what one sees there. */
export interface TourStep {
  readonly title: string
  readonly text: string
  readonly href: string
}

export interface Snippet {
  readonly title: string
  readonly text: string
}

export interface HomeView {
  readonly page: 'home'
  readonly title: string
  readonly sentence: readonly Said[]
  readonly counts: { readonly files: number; readonly bytes: number; readonly newestArrival: number | undefined }
  readonly matrix: Matrix
  readonly newest: readonly FileEntry[]
  readonly pictures: readonly Picture[]
  readonly tour: readonly TourStep[]
  readonly snippets: readonly Snippet[]
  readonly example: string | undefined
}

/** A piece of a sentence; some pieces lead somewhere. */
export interface Said {
  readonly text: string
  readonly href?: string
  readonly state?: Shown
}

export interface ProductRow extends ProductName {
  readonly instrument: string
  readonly mode: string
  readonly level: string
  readonly kind: string
  readonly public: boolean
  readonly files: number
  readonly bytes: number
  readonly newest: number | undefined
  readonly states: Readonly<Partial<Record<Shown, number>>>
  /** There may be files; the team alone sees them. */
  readonly hidden: boolean
}

export interface Facet {
  readonly name: string
  readonly title: string
  readonly values: readonly { readonly value: string; readonly count: number; readonly href: string; readonly chosen: boolean }[]
}

export interface DataView {
  readonly page: 'data'
  readonly title: string
  readonly facets: readonly Facet[]
  readonly rows: readonly ProductRow[]
  readonly all: number
  /** The one facet whose removal gives results, where nothing matches. */
  readonly widen?: { readonly text: string; readonly href: string }
}

/** Cells of one spacecraft by day. */
export interface RibbonRow {
  readonly spacecraft: string
  readonly title: string
  readonly days: readonly { readonly day: number; readonly cells: readonly CellEntry[] }[]
}

export interface ProductView {
  readonly page: 'product'
  readonly title: string
  readonly product: ProductName
  readonly description: string
  readonly facts: readonly (readonly [string, string])[]
  readonly process?: { readonly id: string; readonly title: string; readonly inputs: readonly ProductName[] }
  readonly usedBy: readonly ProductName[]
  readonly days: readonly number[]
  readonly ribbon: readonly RibbonRow[]
  readonly files: readonly FileEntry[]
  readonly total: number
  readonly chosen: {
    readonly spacecraft?: string
    readonly time: string
    /** How the time box is read, or why it cannot be. */
    readonly meaning: string
    readonly wrong: boolean
    readonly versions: boolean
  }
  readonly spacecraft: readonly MissionName[]
  readonly snippets: readonly Snippet[]
}

export interface LineageNode {
  readonly key: string
  readonly title: string
  readonly text: string
  readonly href: string | undefined
  /** Columns from left (oldest) to right. */
  readonly column: number
  readonly kind: 'self' | 'file' | 'absent' | 'more'
}

export interface Lineage {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly { readonly from: string; readonly to: string; readonly role: string }[]
}

export interface FileView {
  readonly page: 'file'
  readonly title: string
  readonly file: FileEntry
  readonly product: ProductName
  readonly versions: readonly FileEntry[]
  readonly lineage: Lineage
  readonly parents: readonly {
    readonly role: string
    readonly name: string | undefined
    readonly held: boolean
    readonly hidden?: string
  }[]
  readonly children: readonly { readonly role: string; readonly name: string }[]
  readonly made?: { readonly job: JobEntry; readonly process: string; readonly attempts: readonly AttemptEntry[] }
  readonly cell?: CellEntry
  readonly picture: boolean
  readonly snippets: readonly Snippet[]
  readonly cite: string
}

export interface QuicklookView {
  readonly page: 'quicklook'
  readonly title: string
  readonly days: readonly { readonly day: number; readonly pictures: number }[]
  readonly day: number
  readonly earlier: string | undefined
  readonly later: string | undefined
  readonly product: string
  readonly products: readonly (ProductName & { readonly href: string; readonly chosen: boolean })[]
  readonly spacecraft: readonly {
    readonly id: string
    readonly title: string
    readonly href: string
    readonly chosen: boolean
    readonly there: boolean
  }[]
  readonly main: Picture | undefined
  readonly strip: readonly (Picture & { readonly href: string; readonly chosen: boolean })[]
  /** Why there is none, where there is none. */
  readonly missing: { readonly text: string; readonly why?: string } | undefined
}

export interface WhyView {
  readonly page: 'why'
  readonly title: string
  readonly dataset: string
  readonly partition: string
  readonly why: Why
  readonly span: { readonly start: number; readonly stop: number } | undefined
  readonly due: number | undefined
  readonly product: ProductName | undefined
  readonly file: string | undefined
}

/** Expectations of one product that are in one state for one kind of reason: the newest stands for all. */
export interface CellGroup {
  readonly first: CellEntry
  readonly others: readonly CellEntry[]
}

export interface OpsView {
  readonly page: 'ops'
  readonly title: string
  readonly sentence: readonly Said[]
  readonly states: readonly { readonly shown: Shown; readonly count: number }[]
  readonly open: readonly CellGroup[]
  readonly running: readonly JobEntry[]
  readonly failed: readonly JobEntry[]
  readonly refused: { readonly count: number; readonly list: readonly Refused[] | undefined }
  /** Absent for whoever may not see unreleased files. */
  readonly remakes?: RemakesView
}

/** What people decide about remakes. */
export interface RemakesView {
  readonly held: readonly {
    readonly job: number
    readonly mission: string
    readonly dataset: string
    readonly partition: string
    readonly name: string
    readonly old: string | null
    readonly less: string
    readonly at: number
  }[]
  readonly campaigns: readonly {
    readonly id: number
    readonly title: string
    readonly state: string
    readonly by: string
    readonly at: number
    readonly ended: number
    readonly works: number
    readonly jobs: number
    readonly cpuHours: number
    readonly bytes: number
    readonly finish: number
  }[]
  readonly releases: readonly {
    readonly package: string
    readonly digest: string
    readonly state: string
    readonly source: string
    readonly note: string
    readonly by: string
    readonly at: number
  }[]
}

export interface JobView {
  readonly page: 'job'
  readonly title: string
  readonly job: JobEntry
  readonly process: string
  readonly attempts: readonly AttemptEntry[]
  /** The expectations that it answers. */
  readonly cells: readonly { readonly dataset: string; readonly partition: string }[]
  /** Absent where policy hides them from whoever asks. */
  readonly files?: { readonly inputs: readonly { readonly role: string; readonly name: string }[] }
}

export interface FailureView {
  readonly page: 'failure'
  readonly title: string
  readonly status: number
  readonly text: string
  readonly request: string
  readonly near: readonly { readonly text: string; readonly href: string }[]
}

export type View = HomeView | DataView | ProductView | FileView | QuicklookView | WhyView | OpsView | JobView | FailureView
