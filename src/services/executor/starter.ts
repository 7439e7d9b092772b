import { SdcError } from '#error'
import type { Confinement } from './confinement.ts'
import type { ProgramEnd, ProgramOrder } from './port.ts'
import { beginProgram } from './program.ts'
import type { Running } from './program.ts'

/** What a worker asks of its starter. */
export type Ask =
  | { readonly kind: 'begin'; readonly id: number; readonly confinement: Confinement; readonly order: ProgramOrder }
  | { readonly kind: 'cancel'; readonly id: number }

/** What the starter tells. An error keeps what says whose fault it is. */
export type Tell =
  | { readonly kind: 'begun'; readonly id: number; readonly pid: number | undefined }
  | { readonly kind: 'ended'; readonly id: number; readonly end: ProgramEnd }
  | { readonly kind: 'failed'; readonly id: number; readonly error: StartError }

export interface StartError {
  readonly message: string
  readonly code?: string | undefined
  readonly syscall?: string | undefined
  readonly path?: string | undefined
  /** An error with a code of ours. */
  readonly ours: boolean
}

const programs = new Map<number, Running>()
const tell = (word: Tell): void => void process.send?.(word)

async function begin({ id, confinement, order }: Ask & { kind: 'begin' }): Promise<void> {
  try {
    const program = beginProgram(confinement, order)
    programs.set(id, program)
    tell({ kind: 'begun', id, pid: program.pid })
    tell({ kind: 'ended', id, end: await program.end })
  } catch (error) {
    const { message, code, syscall, path } = error as NodeJS.ErrnoException
    tell({ kind: 'failed', id, error: { message, code, syscall, path, ours: error instanceof SdcError } })
  }
  programs.delete(id)
}

process.on('message', (ask: Ask) => (ask.kind === 'begin' ? void begin(ask) : programs.get(ask.id)?.cancel()))
// Ctrl-C and the end of a service reach the whole process group: what becomes of the programs is the worker's to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
// The worker is gone, however it went; its programs die with their parent.
process.on('disconnect', () => process.exit(0))
