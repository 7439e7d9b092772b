import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import { fail } from '#error'
import type { Packet } from '#formats/ccsds'
import type { CompiledXtce, Value, Values } from '#formats/xtce'
import { decodePacket } from '#formats/xtce'
import { writePacketCdf } from './packets-cdf.ts'
import { formatCell, plainJson, quoteCell } from './packets-cell.ts'
import type { DefinitionFlags, FileFlags } from './packets-open.ts'
import { needDefinition, walkFile } from './packets-open.ts'

const sides = ['engineering', 'raw', 'both'] as const
type Side = (typeof sides)[number]

interface DecodeFlags extends FileFlags, DefinitionFlags {
  readonly container?: string
  readonly values: string
  readonly format: string
  readonly output?: string
  readonly time?: string
  readonly timeZero: string
}

/** Rows out, to a file or to the terminal; those of a batch together, and no more of them in memory than the reader takes. */
interface RowWriter {
  write(line: string): void
  flush(): Promise<void>
  close(): void
}

function openRows(output: string | undefined): RowWriter {
  let lines: string[] = []
  const take = (): string => {
    const text = lines.length === 0 ? '' : `${lines.join('\n')}\n`
    lines = []
    return text
  }
  const write = (line: string): void => void lines.push(line)
  if (output === undefined) {
    const flush = async (): Promise<void> => {
      if (lines.length > 0 && !process.stdout.write(take())) await once(process.stdout, 'drain')
    }
    return { write, flush, close: () => {} }
  }
  const file = openSync(output, 'w')
  return { write, flush: async () => void writeSync(file, take()), close: () => closeSync(file) }
}

/** `packets decode FILE --xtce DEF` */
export async function decodeFile(path: string, flags: DecodeFlags): Promise<void> {
  const side =
    sides.find(name => name === flags.values) ?? fail('cli/bad-option', `--values is engineering, raw or both, not ${flags.values}`)
  const compiled = needDefinition(flags, 'decoding')
  if (flags.container !== undefined && !compiled.plans.has(flags.container)) {
    const names = [...compiled.plans.values()].filter(plan => !plan.abstract).map(plan => plan.name)
    fail('cli/unknown-container', `the definition has no container ${flags.container}; it has ${names.slice(0, 20).join(', ')}`)
  }
  if (flags.format === 'cdf') {
    const output = flags.output ?? fail('cli/output-needed', 'a CDF goes to a file: add -o FILE')
    return writePacketCdf(await collect(path, flags, compiled), { ...flags, output, compiled })
  }
  if (flags.format !== 'csv' && flags.format !== 'json') return fail('cli/bad-option', `--format is csv, json or cdf, not ${flags.format}`)
  const rows = openRows(flags.output)
  try {
    const write = flags.format === 'csv' ? csvRow(rows, compiled, side) : jsonRow(rows, side)
    let only = flags.container
    for await (const batch of walkFile(path, flags)) {
      for (const item of batch) {
        const kind = item.kind === 'packet' ? kindIn(compiled, item, flags.container) : undefined
        if (kind === undefined) continue
        if (flags.format === 'csv') only = oneKind(only, kind.container)
        write(item as Packet, kind)
      }
      await rows.flush()
    }
  } finally {
    rows.close()
  }
}

const isBelow = (plan: CompiledXtce['root'], name: string): boolean =>
  plan.name === name || plan.heirs.some(heir => isBelow(heir.plan, name))

type Decoded = ReturnType<typeof decodePacket>

/** The decoded packet when its kind is known and wanted. */
function kindIn(compiled: CompiledXtce, packet: Packet, wanted: string | undefined): Decoded | undefined {
  // A container that no packet is found to be by its header can still be asked for by name.
  if (wanted !== undefined && !isBelow(compiled.root, wanted)) return decodePacket(compiled, packet.bytes, { container: wanted })
  const decoded = decodePacket(compiled, packet.bytes)
  if (decoded.problems.some(({ problem }) => problem === 'unknown-kind')) return undefined
  return wanted === undefined || decoded.container === wanted ? decoded : undefined
}

const oneKind = (known: string | undefined, kind: string): string =>
  known === undefined || known === kind
    ? kind
    : fail(
        'cli/several-kinds',
        `the file holds ${known}, ${kind} and maybe more kinds of packets: choose one with --container, or --format json`,
      )

const cellsOf = (
  decoded: { readonly raw: Values; readonly engineering: Values },
  names: readonly string[],
  side: Side,
): readonly (Value | undefined)[] =>
  names.flatMap(name =>
    side === 'both' ? [decoded.engineering[name], decoded.raw[name]] : [side === 'raw' ? decoded.raw[name] : decoded.engineering[name]],
  )

function csvRow(rows: RowWriter, compiled: CompiledXtce, side: Side): (packet: Packet, decoded: Decoded) => void {
  let names: readonly string[] | undefined
  return (_, decoded) => {
    if (names === undefined) {
      names = compiled.plans.get(decoded.container)!.fields.map(field => field.name)
      rows.write(
        names
          .flatMap(name => (side === 'both' ? [name, `${name}_raw`] : [name]))
          .map(quoteCell)
          .join(','),
      )
    }
    rows.write(
      cellsOf(decoded, names, side)
        .map(value => quoteCell(formatCell(value)))
        .join(','),
    )
  }
}

function jsonRow(rows: RowWriter, side: Side): (packet: Packet, decoded: Decoded) => void {
  return ({ offset, apid, sequenceCount }, { container, raw, engineering }) => {
    const values = side === 'both' ? { raw, engineering } : side === 'raw' ? { raw } : { engineering }
    rows.write(JSON.stringify({ offset, apid, sequenceCount, container, ...values }, (_, value: unknown) => plainJson(value)))
  }
}

/** All packets of the one kind; a CDF is written whole. */
async function collect(
  path: string,
  flags: DecodeFlags,
  compiled: CompiledXtce,
): Promise<{ container: string; packets: readonly Packet[] }> {
  const packets: Packet[] = []
  let only = flags.container
  for await (const batch of walkFile(path, flags))
    for (const item of batch) {
      const kind = item.kind === 'packet' ? kindIn(compiled, item, flags.container) : undefined
      if (kind === undefined) continue
      only = oneKind(only, kind.container)
      packets.push(item as Packet)
    }
  return { container: only ?? fail('cli/no-packet', `${path} holds no packet that the definition knows`), packets }
}
