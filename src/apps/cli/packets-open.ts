import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { SdcError, fail } from '#error'
import type { FrameOptions, Packet, Problem, WalkOptions } from '#formats/ccsds'
import { readChannels, walkBatches, walkFrameBatches } from '#formats/ccsds'
import type { CompiledXtce, IntegerCoding, XtceDefinition } from '#formats/xtce'
import { compileXtce, integerCodings, parseDictionary, parseXtce } from '#formats/xtce'
import type { Source } from '#source'
import { openFileSource } from '#doors/cdf-node'

/** How packets lie in the file, as the options say. */
export interface FileFlags {
  readonly prefix: number
  readonly suffix: number
  readonly fileHeader: number
  readonly packetVersion: number
  readonly apid?: readonly number[]
  readonly crc?: boolean
  readonly frames?: 'tm' | 'aos'
  readonly frameLength?: number
  readonly syncMarker: boolean
  readonly trailer: number
  readonly insertZone: number
  readonly frameCrc: boolean
}

export interface DefinitionFlags {
  readonly xtce?: string
  readonly root?: string
  readonly sizeTags?: 'bits' | 'octets'
  readonly integerWord?: readonly string[]
  readonly apid?: readonly number[]
}

const walkOptions = (flags: FileFlags): WalkOptions => ({
  prefix: flags.prefix,
  suffix: flags.suffix,
  fileHeader: flags.fileHeader,
  version: flags.packetVersion,
  errorControl: flags.crc === true,
})

function frameOptions(flags: FileFlags, kind: 'tm' | 'aos'): FrameOptions {
  const { frameLength: length, syncMarker, trailer, insertZone, frameCrc: errorControl } = flags
  return {
    kind,
    length: length ?? fail('cli/frame-length-needed', 'transfer frames need --frame-length OCTETS'),
    syncMarker,
    trailer,
    insertZone,
    errorControl,
  }
}

/** Packets of the file itself, or out of the transfer frames in it. */
async function* walkStream(source: Source, flags: FileFlags): AsyncGenerator<readonly (Packet | Problem)[]> {
  if (flags.frames === undefined) {
    yield* walkBatches(source, walkOptions(flags))
    return
  }
  const reader = readChannels({ kind: flags.frames, errorControl: flags.crc === true })
  for await (const batch of walkFrameBatches(source, frameOptions(flags, flags.frames)))
    yield batch.flatMap(frame => [...reader.read(frame)])
  yield [...reader.finish()]
}

/** Packets and problems of a file, of the wanted APIDs only, as short lists; little of the file is in memory at a time. */
export async function* walkFile(path: string, flags: FileFlags): AsyncGenerator<readonly (Packet | Problem)[]> {
  const source = openFileSource(path)
  const wanted = flags.apid === undefined ? undefined : new Set(flags.apid)
  try {
    for await (const batch of walkStream(source, flags))
      yield wanted === undefined ? batch : batch.filter(item => !('apid' in item) || wanted.has(item.apid))
  } finally {
    await source.close()
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    return fail('file/not-read', `${path} cannot be read: ${(cause as Error).message}`, { path }, cause)
  }
}

/** The definition that the options name, or undefined. What it leaves out is told on the error channel. */
export function loadDefinition(flags: DefinitionFlags): CompiledXtce | undefined {
  const path = flags.xtce
  if (path === undefined) return undefined
  try {
    const definition = parseDefinition(path, flags)
    tellUnsupported(path, definition)
    const compiled = compileXtce(definition, {
      withoutUnsupported: true,
      ...(flags.root === undefined ? {} : { root: flags.root }),
    })
    for (const { container, reason } of compiled.left)
      process.stderr.write(`${path}: ${container} is left out, ${reason}, which is not supported\n`)
    return compiled
  } catch (error) {
    if (!(error instanceof SdcError) || !/^(xtce|xml|csv)\//.test(error.code)) throw error
    throw new SdcError(error.code, `${path}: ${error.message}`, { ...error.detail, path }, error)
  }
}

/** `signed=unsigned`: what an encoding means that the standard does not have. */
function readWords(words: readonly string[] | undefined): Readonly<Record<string, IntegerCoding>> {
  return Object.fromEntries(
    (words ?? []).map(text => {
      const [word = '', meaning] = text.split('=')
      const coding = integerCodings.find(name => name === meaning)
      return [word, coding ?? fail('cli/bad-option', `--integer-word is WORD=CODING with one of ${integerCodings.join(', ')}, not ${text}`)]
    }),
  )
}

function parseDefinition(path: string, flags: DefinitionFlags) {
  const apids = flags.apid
  const text = readText(path)
  if (extname(path).toLowerCase() !== '.csv')
    return parseXtce(text, {
      ...(flags.sizeTags === undefined ? {} : { sizeTags: flags.sizeTags }),
      integerWords: readWords(flags.integerWord),
    })
  const [apid, ...more] = apids ?? []
  if (apid === undefined || more.length > 0) {
    fail('cli/apid-needed', `${path} is a table of fields of one packet: say with --apid which APID it is about`, { path })
  }
  const name = basename(path, extname(path))
  return parseDictionary(name, [{ name, apid, csv: text }])
}

/** Each construct once, with the first place. What keeps a container from being decoded is told with that container. */
function tellUnsupported(path: string, { unsupported }: XtceDefinition): void {
  const kinds = Map.groupBy(
    unsupported.filter(({ affects }) => affects === undefined),
    ({ construct }) => construct,
  )
  for (const [construct, [first, ...more]] of kinds)
    process.stderr.write(
      `${path}: not acted upon: ${construct}, line ${first?.line}${more.length === 0 ? '' : ` and ${more.length} more places`}\n`,
    )
}

/** The definition, which this command cannot do without. */
export const needDefinition = (flags: DefinitionFlags, what: string): CompiledXtce =>
  loadDefinition(flags) ?? fail('cli/definition-needed', `${what} needs a packet definition: add --xtce FILE`, {})
