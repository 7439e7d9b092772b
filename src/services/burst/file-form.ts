import { fileOfSelection, inForce, selectionOfFile, type BurstTables } from '#domain/burst'
import { burstDocumentOf, limitVariables, recordEditsOf, saveVariables, type FomStructure, type SegmentChanges } from '#domain/burst/files'
import { SdcError, fail } from '#error'
import { readSave, writeSave } from '#formats/idlsave'
import type { Db } from '#services/db'
import type { ListReport } from '#domain/burst/lists'
import { taiOf } from './clock.ts'
import { applyRecordEdits, type AppliedEdits } from './edit-stored.ts'
import { listKept, readKept, takeGroundList } from './kept-file.ts'
import { submissionOf, submitSelection, type Submission } from './submission.ts'
import { automaticOf, findWindow, listWindows, windowOf } from './window.ts'

/** Kinds of selection files that clients of the field ask for. */
export const burstFileTypes = ['abs_selections', 'sitl_selections', 'bdm_sitl_changes', 'fom_validation'] as const
/** Those, and lists of the ground loop by the name of their algorithm. */
export type BurstFileType = (typeof burstFileTypes)[number] | `gls_selections_${string}`

/** A selection file as it is served; read or made from the ledger when somebody asks. `made` is UTC milliseconds. */
export interface BurstFile {
  readonly name: string
  readonly path: string
  readonly made: number
  readonly bytes: () => Promise<Uint8Array>
}

/** Selection files of a kind whose stamp (their creation, not their content) lies in [from, to), the newest first. */
export async function listBurstFiles(
  db: Db,
  tables: BurstTables,
  mission: string,
  type: BurstFileType,
  range: { readonly from?: number | undefined; readonly to?: number | undefined; readonly now: number },
): Promise<readonly BurstFile[]> {
  if (type === 'fom_validation') return [limitsFile(tables, mission, range.now)]
  if (type === 'bdm_sitl_changes' || type.startsWith('gls_selections_')) return keptFiles(db, mission, type, range)
  const inRange = ({ made }: BurstFile): boolean => made >= (range.from ?? -Infinity) && made < (range.to ?? Infinity)
  const files = type === 'abs_selections' ? await automaticFiles(db, mission) : await submittedFiles(db, tables, mission)
  return files.filter(inRange).sort((a, b) => b.made - a.made)
}

const pathOf = (mission: string, type: string, name: string, made: number): string =>
  `${mission}/data/sitl/${type}/${new Date(made).getUTCFullYear()}/${name}`

async function keptFiles(db: Db, mission: string, type: string, range: Parameters<typeof listKept>[3]): Promise<readonly BurstFile[]> {
  const kept = await listKept(db, mission, type, range)
  return kept.map(({ name, made }) => ({ name, path: pathOf(mission, type, name, made), made, bytes: () => readKept(db, mission, name) }))
}

/** A reader of save files gives an empty string another type, on which a client stumbles; the present tool writes a blank too. */
const blank = (text: string): string => (text === '' ? ' ' : text)

const write = (structure: FomStructure): Uint8Array =>
  writeSave({
    variables: saveVariables({
      ...structure,
      algversion: blank(structure.algversion),
      metadatainfo: blank(structure.metadatainfo),
      oldestavailableburstdata: blank(structure.oldestavailableburstdata),
      ...(structure.note === undefined ? {} : { note: blank(structure.note) }),
      segments: structure.segments.map(segment => ({
        ...segment,
        sourceid: blank(segment.sourceid),
        ...(segment.discussion === undefined ? {} : { discussion: blank(segment.discussion) }),
      })),
    }),
  })

async function automaticFiles(db: Db, mission: string): Promise<readonly BurstFile[]> {
  const windows = await listWindows(db, mission, 1000)
  return named(
    mission,
    windows.map(window => ({ type: 'abs_selections' as const, made: window.openedAt, bytes: async () => write(window.automatic) })),
  )
}

/** What was submitted and not refused. */
async function submittedFiles(db: Db, tables: BurstTables, mission: string): Promise<readonly BurstFile[]> {
  const rows = await db
    .selectFrom('burst_submission')
    .innerJoin('burst_window', 'burst_window.id', 'burst_submission.burst_window')
    .selectAll('burst_submission')
    .where('burst_window.mission', '=', mission)
    .where('burst_submission.state', '=', 'accepted')
    .orderBy('burst_submission.id')
    .limit(1000)
    .execute()
  const windows = new Map(
    (await db.selectFrom('burst_window').selectAll().where('mission', '=', mission).execute()).map(row => [row.id, windowOf(row)]),
  )
  return named(
    mission,
    rows.flatMap(row => {
      const window = windows.get(row.burst_window)
      if (window === undefined) return []
      const submission = submissionOf(row)
      const bytes = async (): Promise<Uint8Array> =>
        write(fileOfSelection({ ...submission.selection, grid: automaticOf(tables, window).grid }, window.automatic))
      return [{ type: 'sitl_selections' as const, made: submission.at, bytes }]
    }),
  )
}

/** Names with the second of creation; two of one second are a second apart. */
function named(
  mission: string,
  files: readonly Pick<BurstFile & { readonly type: BurstFileType }, 'type' | 'made' | 'bytes'>[],
): readonly BurstFile[] {
  const used = new Set<number>()
  return files.map(({ type, made, bytes }) => {
    let second = Math.floor(made / 1000)
    while (used.has(second)) second++
    used.add(second)
    const stamp = new Date(second * 1000).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')
    const name = `${type}_${stamp}.sav`
    return { name, path: pathOf(mission, type, name, second * 1000), made: second * 1000, bytes }
  })
}

/** The limits of validation as the present tool reads them. */
function limitsFile(tables: BurstTables, mission: string, now: number): BurstFile {
  const tai = taiOf(now)
  const limits = inForce(tables.validation, tai)
  const since = tables.validation.findLast(({ from }) => from <= tai)?.from ?? tai
  const variables = limitVariables(limits, inForce(tables.categories, tai))
  const bytes = async (): Promise<Uint8Array> => writeSave({ variables })
  return {
    name: 'fom_validation.sav',
    path: `${mission}/data/sitl/fom_validation/fom_validation.sav`,
    made: now + (since - tai) * 1000,
    bytes,
  }
}

/** What became of an uploaded file. */
export type Uploaded = { readonly submission: Submission } | { readonly edits: AppliedEdits } | { readonly list: ListReport }

const nameOfUpload = /^(?:(?:sitl_selections|bdm_sitl_changes)_\d{4}(?:-\d\d){5}\.sav|gls_selections_[a-z0-9-]+_\d{4}(?:-\d\d){5}\.csv)$/

/**
 * Takes what a client of the field uploads. Such a client asks its person to confirm what is yellow before it sends, so the upload is
 * the justification. Throws `burst/bad-file` for names and contents that are none, and whatever submitting throws.
 */
export async function takeUpload(
  db: Db,
  tables: BurstTables,
  sent: { readonly mission: string; readonly name: string; readonly bytes: Uint8Array; readonly actor: string; readonly now: number },
): Promise<Uploaded> {
  const { mission, name, actor, now } = sent
  if (!nameOfUpload.test(name))
    fail(
      'burst/bad-file',
      `"${name}" is no name of an upload: sitl_selections_ or bdm_sitl_changes_, YYYY-MM-DD-hh-mm-ss, .sav; gls_selections_NAME_, the same, .csv`,
    )
  if (name.startsWith('gls_')) return { list: await takeGroundList(db, sent, tables.cycleSeconds) }
  const document = readDocument(sent.bytes, name)
  const confirmed = 'confirmed in the client that uploaded the file'
  if (document.form === 'segment-changes/1') {
    const edits = asBadFile(name, () => recordEditsOf(document, tables.spacecraft))
    return {
      edits: await applyRecordEdits(db, tables, { mission, edits, justifyAll: confirmed, actor, now, file: { name, bytes: sent.bytes } }),
    }
  }
  const { frame, segments, next, grid } = selectionOfFile(document, tables.cycleSeconds, tables.spacecraft.length)
  const window = await findWindow(db, mission, frame.evaluation)
  const { starts } = automaticOf(tables, window).grid
  if (starts.length !== grid.starts.length || starts.some((start, i) => start !== grid.starts[i]))
    fail(
      'burst/bad-file',
      `${name} has ${grid.starts.length} cycles of its own; the window ${frame.evaluation} has ${starts.length} from ${starts[0] ?? 0} on`,
    )
  const { submission } = await submitSelection(db, tables, {
    mission,
    evaluation: frame.evaluation,
    selection: { frame, segments, next },
    justifications: { '*': confirmed },
    actor,
    now,
  })
  return { submission }
}

function readDocument(bytes: Uint8Array, name: string): FomStructure | SegmentChanges {
  const document = asBadFile(name, () => burstDocumentOf(readSave(bytes)))
  if (document.form === 'segment-changes/1' || (document.form === 'fom-structure/1' && document.valid)) return document
  return fail('burst/bad-file', `${name} holds neither selections of a window nor changes of segments`)
}

/** What is wrong with the content of a file, told with its name. */
function asBadFile<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof SdcError)) throw cause
    throw new SdcError('burst/bad-file', `${name}: ${cause.message}`, {}, cause)
  }
}
