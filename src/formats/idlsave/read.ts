import type { DeflatePlatform } from '#formats/deflate'
import { SdcError } from '#error'
import type { Cursor } from './cursor.ts'
import type { IdlValue, IdlVariable, RawRecord, SaveDamage, SaveFile, SaveRecord } from './model.ts'
import { readDescription, type Definitions } from './read-layout.ts'
import { readValue } from './read-values.ts'
import { LEGACY_BYTES } from './records.ts'
import { readSignature, walkRecords, type WalkedRecord } from './walk.ts'

export interface ReadOptions {
  /** Faster inflate; plain TypeScript without it. */
  readonly platform?: DeflatePlatform
  /** Pass over damaged records: what is intact is read, what is not is listed in `SaveFile.damage`. Default false. */
  readonly tolerant?: boolean
  /** Most bytes that compressed records together may inflate to. Default 1 GiB. */
  readonly maxInflated?: number
}

/** What is being gathered from the records. */
interface Gathering {
  readonly definitions: Definitions
  readonly variables: IdlVariable[]
  readonly systemVariables: IdlVariable[]
  readonly heap: Map<number, IdlValue>
  readonly commonBlocks: { name: string; variables: readonly string[] }[]
  readonly raw: RawRecord[]
  once: Pick<SaveFile, 'timestamp' | 'version' | 'identification' | 'notice' | 'description'>
}

/**
 * Reads an IDL save file, plain or compressed, to the last field. Throws `idlsave/not-save`, `idlsave/truncated`,
 * `idlsave/corrupt`, `idlsave/inflate`, `idlsave/too-large`, `idlsave/unsupported`. Pointers and object references stay
 * numbers of `heap`, so that circles are no trouble.
 */
export function readSave(bytes: Uint8Array, options: ReadOptions = {}): SaveFile {
  const compressed = readSignature(bytes)
  const records: SaveRecord[] = []
  const damage: SaveDamage[] = []
  const gathering: Gathering = {
    definitions: new Map(),
    variables: [],
    systemVariables: [],
    heap: new Map(),
    commonBlocks: [],
    raw: [],
    once: {},
  }
  const attempt = (offset: number, action: () => void): void => {
    try {
      action()
    } catch (error) {
      if (options.tolerant !== true || !(error instanceof SdcError)) throw error
      damage.push({ code: error.code, message: error.message, offset })
    }
  }
  const walkOptions = { platform: options.platform ?? {}, budget: options.maxInflated ?? 2 ** 30 }
  let end = 4
  attempt(end, () => {
    for (const record of walkRecords(bytes, compressed, walkOptions)) {
      records.push({ type: record.type, title: record.title, offset: record.offset, size: record.size })
      attempt(record.offset, () => readRecord(record, gathering))
      end = record.offset + record.size
    }
  })
  const { variables, systemVariables, heap, commonBlocks, raw, once } = gathering
  return { variables, systemVariables, heap, commonBlocks, raw, ...once, compressed, records, damage }
}

type Reader = (cursor: Cursor, gathering: Gathering) => void

const text = (cursor: Cursor, what: string): string => cursor.text(what)

const readers: Readonly<Record<string, Reader>> = {
  START_MARKER: () => undefined,
  END_MARKER: () => undefined,
  PROMOTE64: () => undefined,
  TIMESTAMP: (cursor, gathering) => {
    cursor.skip(LEGACY_BYTES, 'the time stamp')
    const date = text(cursor, 'the date')
    const user = text(cursor, 'the user')
    gathering.once = { ...gathering.once, timestamp: { date, user, host: text(cursor, 'the host') } }
  },
  VERSION: (cursor, gathering) => {
    const format = cursor.long('the format')
    const arch = text(cursor, 'the architecture')
    const os = text(cursor, 'the system')
    gathering.once = { ...gathering.once, version: { format, arch, os, release: text(cursor, 'the release') } }
  },
  IDENTIFICATION: (cursor, gathering) => {
    const author = text(cursor, 'the author')
    const title = text(cursor, 'the title')
    gathering.once = { ...gathering.once, identification: { author, title, idcode: text(cursor, 'the code') } }
  },
  NOTICE: (cursor, gathering) => {
    gathering.once = { ...gathering.once, notice: text(cursor, 'the notice') }
  },
  DESCRIPTION: (cursor, gathering) => {
    gathering.once = { ...gathering.once, description: cursor.datum('the description') }
  },
  COMMON_VARIABLE: (cursor, gathering) => {
    const count = cursor.count('the variables of a common block')
    const name = text(cursor, 'the name of a common block')
    cursor.need(count * 4, `the names of ${count} variables`)
    gathering.commonBlocks.push({ name, variables: Array.from({ length: count }, () => text(cursor, 'the name of a variable')) })
  },
  // The numbers stand again before each value.
  HEAP_HEADER: cursor => {
    const count = cursor.count('the heap variables')
    cursor.need(count * 4, `the numbers of ${count} heap variables`)
  },
  HEAP_DATA: (cursor, gathering) => {
    const number = cursor.long('the number of a heap variable')
    cursor.skip(4, 'the flags of a heap variable')
    gathering.heap.set(number, readDescribed(cursor, gathering, false))
  },
  VARIABLE: (cursor, gathering) => {
    const name = text(cursor, 'the name of a variable')
    gathering.variables.push({ name, value: readDescribed(cursor, gathering, false) })
  },
  SYSTEM_VARIABLE: (cursor, gathering) => {
    const name = text(cursor, 'the name of a variable')
    gathering.systemVariables.push({ name, value: readDescribed(cursor, gathering, true) })
  },
}

function readDescribed(cursor: Cursor, gathering: Gathering, system: boolean): IdlValue {
  const described = readDescription(cursor, gathering.definitions, system)
  return described.type === 'undefined' ? { type: 'undefined', dims: [] } : readValue(cursor, described)
}

function readRecord(record: WalkedRecord, gathering: Gathering): void {
  const { bytes, cursor } = record.open()
  const read = readers[record.title]
  // A copy: the file's memory should not be held for a few bytes.
  if (read === undefined) gathering.raw.push({ type: record.type, bytes: new Uint8Array(bytes) })
  else {
    try {
      read(cursor, gathering)
    } catch (error) {
      if (!(error instanceof SdcError)) throw error
      throw new SdcError(
        error.code,
        `record ${record.title} at byte ${record.offset}: ${error.message}`,
        { ...error.detail, offset: record.offset },
        error,
      )
    }
  }
}
