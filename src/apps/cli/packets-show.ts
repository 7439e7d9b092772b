import { fail } from '#error'
import type { Packet } from '#formats/ccsds'
import type { CompiledXtce, DecodedPacket } from '#formats/xtce'
import { decodePacket, describeDecodeProblem } from '#formats/xtce'
import { formatTable, say, sayJson } from './cdf-format.ts'
import { formatCell } from './packets-cell.ts'
import type { DefinitionFlags, FileFlags } from './packets-open.ts'
import { loadDefinition, walkFile } from './packets-open.ts'

interface ShowFlags extends FileFlags, DefinitionFlags {
  readonly first: number
  readonly count: number
  readonly json: boolean
}

/** `packets show FILE` */
export async function showPackets(path: string, flags: ShowFlags): Promise<void> {
  const compiled = loadDefinition(flags)
  let index = 0
  let shown = 0
  for await (const batch of walkFile(path, flags)) {
    for (const item of batch) {
      if (item.kind !== 'packet' || index++ < flags.first || shown >= flags.count) continue
      shown++
      if (flags.json) sayJson(asRecord(item, compiled))
      else showPacket(item, compiled)
    }
    if (shown >= flags.count) break
  }
  if (shown === 0 && flags.count > 0)
    fail('cli/no-packet', `${path} has ${index} packets: there is no packet ${flags.first}`, { packets: index })
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const asRecord = ({ bytes, ...header }: Packet, compiled: CompiledXtce | undefined) => {
  const decoded = compiled === undefined ? undefined : decodePacket(compiled, bytes)
  return { ...header, octets: hex(bytes), ...(decoded === undefined ? {} : { ...decoded, rest: hex(decoded.rest) }) }
}

function showPacket(packet: Packet, compiled: CompiledXtce | undefined): void {
  const { offset, apid, sequenceCount, sequenceFlags, type, secondaryHeader, bytes } = packet
  const kind = type === 0 ? 'telemetry' : 'telecommand'
  say(
    `octet ${offset}: APID ${apid}, count ${sequenceCount}, flags ${sequenceFlags}, ${kind}, ${secondaryHeader ? 'with' : 'without'} secondary header, ${bytes.byteLength} octets`,
  )
  if (compiled === undefined)
    for (let at = 0; at < bytes.byteLength; at += 16) say(`  ${String(at).padStart(5)}  ${spaced(bytes.subarray(at, at + 16))}`)
  else showValues(decodePacket(compiled, bytes), compiled)
}

const spaced = (bytes: Uint8Array): string => Array.from(bytes, octet => octet.toString(16).padStart(2, '0')).join(' ')

function showValues(decoded: DecodedPacket, compiled: CompiledXtce): void {
  say(`  ${decoded.container}`)
  const rows = Object.entries(decoded.raw).map(([name, raw]) => {
    const key = name.replace(/#\d+$/, '')
    const unit = compiled.definition.types.get(compiled.definition.parameters.get(key)?.type ?? '')?.unit ?? ''
    const engineering = decoded.engineering[name]
    return [`  ${name}`, formatCell(raw), engineering === raw ? '' : formatCell(engineering), unit]
  })
  for (const line of formatTable([['  parameter', 'raw', 'engineering', 'unit'], ...rows])) say(line)
  for (const problem of decoded.problems) say(`  ${describeDecodeProblem(problem)}`)
}
