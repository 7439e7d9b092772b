import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { BurstTables } from '#domain/burst'
import {
  abandonInPoc,
  commandPoc,
  contactPoc,
  makePoc,
  memorySettings,
  parseMessage,
  recordInPoc,
  reportPoc,
  type PlayedFile,
  type PocMessage,
  type SimulatedPoc,
} from '#domain/downlink'
import type { Playback } from '#domain/sim'
import type { BurstScript } from './burst-script.ts'

/** Where the data center and the operations center leave messages for each other. */
export interface RelayFolders {
  readonly in: string
  readonly out: string
}

/** The simulated operations center with the memories of the spacecraft and a ground station, as they are between two contacts. */
export interface Station {
  readonly poc: SimulatedPoc
  /** Until when each spacecraft's recording is in its memory, TAI seconds. */
  readonly recorded: number[]
  /** Contacts of each spacecraft that played something back. */
  readonly playbacks: number[]
  /** What came down of a first buffer before: a file that comes again holds at least that. */
  readonly played: Map<string, { version: number; to: number }>
  /** Files that the station keeps to itself, per spacecraft. */
  readonly kept: Playback[][]
  messages: number
}

export const makeStation = (tables: BurstTables, begin: number): Station => ({
  poc: makePoc(memorySettings(tables, begin), tables.spacecraft.length),
  recorded: tables.spacecraft.map(() => Math.ceil(begin / tables.cycleSeconds) * tables.cycleSeconds),
  playbacks: tables.spacecraft.map(() => 0),
  played: new Map(),
  kept: tables.spacecraft.map(() => []),
  messages: 0,
})

/** A station as it was left in a file, or a new one. */
export async function readStation(path: string, tables: BurstTables, begin: number): Promise<Station> {
  const bytes = await readFile(path).catch(() => undefined)
  return bytes === undefined ? makeStation(tables, begin) : (deserialize(bytes) as Station)
}

export async function writeStation(path: string, station: Station): Promise<void> {
  await writeFile(`${path}.new`, serialize(station))
  await rename(`${path}.new`, path)
}

/** Reads the commands that wait, the oldest first, and obeys; what was read is kept beside. */
export async function takeCommands(station: Station, { out }: RelayFolders, at: number): Promise<number> {
  const done = join(out, 'taken')
  await mkdir(done, { recursive: true })
  const names = (await readdir(out)).filter(name => name.endsWith('.json')).toSorted()
  for (const name of names) {
    const message = parseMessage(JSON.parse(await readFile(join(out, name), 'utf8')))
    if (!('wrong' in message) && message.kind !== 'status' && message.kind !== 'playback') commandPoc(station.poc, message, at)
    await rename(join(out, name), join(done, name))
  }
  return names.length
}

/** Records what lies in the regions until `at`. */
export function recordBurst(station: Station, craft: number, regions: readonly (readonly [from: number, to: number])[], at: number): void {
  const { cycleSeconds } = station.poc.settings
  for (const [from, to] of regions) {
    const start = Math.max(from, station.recorded[craft] ?? 0)
    const stop = Math.min(to, Math.floor(at / cycleSeconds) * cycleSeconds)
    if (stop <= start) continue
    recordInPoc(station.poc, craft, start, stop)
    station.recorded[craft] = stop
  }
}

/** What a contact brings down, and the messages that tell of it. */
export interface Pass {
  readonly files: readonly Playback[]
  readonly buffers: number
  readonly remarks: readonly string[]
}

/** A contact of one spacecraft: plays back by merit what there is room for, and puts the reports where the data center reads them. */
export async function passOver(
  station: Station,
  script: BurstScript,
  folders: RelayFolders,
  contact: { readonly craft: number; readonly id: string; readonly spacecraft: string; readonly at: number },
): Promise<Pass> {
  const { craft, id, spacecraft, at } = contact
  const { poc } = station
  const remarks: string[] = []
  const message = contactPoc(poc, craft, id, at, script.budget)
  const fresh = runsOf(message.files, poc.settings.cycleSeconds).map(run => versioned(station, { craft, ...run, created: at }))
  const late = station.kept[craft]?.splice(0) ?? []
  if (late.length > 0) remarks.push(`burst of ${spacecraft} that the station had kept came after all`)
  if (message.files.length > 0) station.playbacks[craft] = (station.playbacks[craft] ?? 0) + 1
  const isNow = (of: BurstScript['loses']): boolean =>
    message.files.length > 0 && of.spacecraft === spacecraft && of.playback === station.playbacks[craft]
  let files = fresh
  const [best] = message.files
  if (best !== undefined && isNow(script.holdsBack)) {
    const own = new Set(message.files.filter(({ segment }) => segment === best.segment).map(({ start }) => start))
    station.kept[craft]?.push(...fresh.filter(({ from }) => own.has(from)))
    files = fresh.filter(({ from }) => !own.has(from))
    abandonInPoc(poc, craft, best.segment)
    remarks.push(`the station kept burst of ${spacecraft} to itself, and the operations center gave it up`)
  }
  await send(station, folders, [message])
  const status = reportPoc(poc, craft, at)
  if (isNow(script.loses)) remarks.push(`the operations center's report on ${spacecraft} was lost`)
  else await send(station, folders, isNow(script.doubles) ? [status, status] : [status])
  return { files: [...late, ...files], buffers: message.files.length, remarks }
}

/** Consecutive buffers of one segment come down in one file. */
function runsOf(files: readonly PlayedFile[], step: number): readonly { readonly from: number; readonly to: number }[] {
  const runs: { segment: number; from: number; to: number }[] = []
  for (const { segment, start } of files.toSorted((a, b) => a.start - b.start)) {
    const last = runs.at(-1)
    if (last !== undefined && last.segment === segment && last.to === start) last.to = start + step
    else runs.push({ segment, from: start, to: start + step })
  }
  return runs.map(({ from, to }) => ({ from, to }))
}

function versioned({ played }: Station, file: Playback): Playback {
  const key = `${file.craft} ${file.from}`
  const before = played.get(key)
  const now = { version: before === undefined ? 0 : before.version + 1, to: Math.max(file.to, before?.to ?? 0) }
  played.set(key, now)
  return { ...file, ...now }
}

async function send(station: Station, folders: RelayFolders, messages: readonly PocMessage[]): Promise<void> {
  await mkdir(folders.in, { recursive: true })
  for (const message of messages) {
    const name = `${String(station.messages++).padStart(6, '0')}-${message.kind}.json`
    await writeFile(join(folders.in, `${name}.part`), JSON.stringify(message))
    await rename(join(folders.in, `${name}.part`), join(folders.in, name))
  }
}
