/**
 * The contract with processing programs (`docs/concepts.md`, "Programs"). Apsis starts a command in an empty folder with
 * `APSIS_JOB` naming a JSON file of this shape; the program writes each output under its given name in that folder.
 * Times are UTC text `YYYY-MM-DDThh:mm:ss[.fff]Z`; paths are absolute unless said otherwise.
 */
export interface JobFile {
  readonly format: 'apsis-job/1'
  readonly mission: string
  /** Folder of the mission's data: packet definitions, calibrations, quicklook panels. Read-only. */
  readonly missionFolder: string
  readonly process: string
  readonly job: string
  /** 1 for the first try. */
  readonly attempt: number
  /** The spacecraft of the outputs, e.g. `sc1`. */
  readonly spacecraft: string
  readonly partition: JobPartition
  readonly inputs: readonly JobInput[]
  readonly outputs: readonly JobOutput[]
  /** As the mission folder declares them for this process. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Goes into the outputs instead of the clock's time, so that a remake can be equal to the bit. */
  readonly generationTime: string
  /** For programs that need random numbers; equal for equal recipes. */
  readonly seed: number
  /** True where the inputs come from a simulated mission: outputs must say so. */
  readonly simulated: boolean
  /** Empty folder for temporary files, gone after the attempt. */
  readonly scratch: string
  readonly software: { readonly name: string; readonly version: string }
}

export interface JobPartition {
  /** Kind of partition, e.g. `day`, `hours`, `contact`, `tag`. */
  readonly kind: string
  readonly key: string
  /** Half-open [start, stop), UTC; outputs stay inside. */
  readonly start: string
  readonly stop: string
}

/** Fields of a name as the mission's template gives them (sc, inst, mode, level, descriptor …). */
export type NameFields = Readonly<Record<string, string>>

export interface JobInput {
  /** The word the process declares for this input, e.g. `l1a`, `attitude`. Several files may share a role, in order of start. */
  readonly role: string
  readonly dataset: string
  readonly fields: NameFields
  readonly name: string
  readonly version: string
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** Time coverage read from the content, where known. */
  readonly coverage?: { readonly start: string; readonly stop: string }
}

export interface JobOutput {
  readonly role: string
  readonly dataset: string
  readonly fields: NameFields
  /** The exact file name to write in the working folder. */
  readonly name: string
  readonly version: string
  /** Product words for attributes: title, description, and what the mission folder declares under `attributes`. */
  readonly title: string
  readonly description: string
  readonly attributes: Readonly<Record<string, unknown>>
}
