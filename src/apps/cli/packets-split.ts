import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fail } from '#error'
import { formatTable, say } from './cdf-format.ts'
import type { FileFlags } from './packets-open.ts'
import { walkFile } from './packets-open.ts'

interface SplitFlags extends FileFlags {
  readonly force: boolean
}

interface Part {
  readonly path: string
  readonly file: number
  packets: number
  octets: number
}

function openPart(folder: string, apid: number, force: boolean): Part {
  const path = join(folder, `apid${String(apid).padStart(5, '0')}.tlm`)
  if (!force && existsSync(path)) fail('cli/file-there', `${path} is there already: choose another folder, or add --force`, { path })
  return { path, file: openSync(path, 'w'), packets: 0, octets: 0 }
}

/** `packets split FILE FOLDER`: packets without the prefix and suffix of the file, in their order. */
export async function splitFile(path: string, folder: string, flags: SplitFlags): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const parts = new Map<number, Part>()
  try {
    for await (const batch of walkFile(path, flags))
      for (const [apid, packets] of Map.groupBy(
        batch.filter(item => item.kind === 'packet'),
        packet => packet.apid,
      )) {
        const part = parts.get(apid) ?? openPart(folder, apid, flags.force)
        parts.set(apid, part)
        const octets = Buffer.concat(packets.map(packet => packet.bytes))
        writeSync(part.file, octets)
        part.packets += packets.length
        part.octets += octets.byteLength
      }
  } finally {
    for (const { file } of parts.values()) closeSync(file)
  }
  const rows = [...parts]
    .sort(([a], [b]) => a - b)
    .map(([apid, part]) => [String(apid), String(part.packets), String(part.octets), part.path])
  for (const line of formatTable([['APID', 'packets', 'octets', 'file'], ...rows])) say(line)
}
