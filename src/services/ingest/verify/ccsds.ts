import { open } from 'node:fs/promises'
import { fail } from '#error'
import { describeProblem, walkSource } from '#formats/ccsds'
import type { Source } from '#source'
import type { Subject, Verified } from './verified.ts'

/** Packets are counted by APID; gaps, disorder and garbage become findings: telemetry is kept however it came down. */
export async function verifyCcsds(subject: Subject): Promise<Verified> {
  const handle = await open(subject.path)
  try {
    const { size } = await handle.stat()
    if (size === 0) fail('ingest/empty', 'the file is empty', { name: subject.name })
    const source: Source = {
      size,
      read: async (start, end) => {
        const bytes = new Uint8Array(end - start)
        await handle.read(bytes, 0, end - start, start)
        return bytes
      },
    }
    const apids: Record<string, number> = {}
    const problems: string[] = []
    let count = 0
    let troubles = 0
    for await (const item of walkSource(source)) {
      if (item.kind === 'packet') {
        apids[item.apid] = (apids[item.apid] ?? 0) + 1
        count++
      } else if (item.problem !== 'wrap') {
        troubles++
        if (problems.length < 5) problems.push(describeProblem(item))
      }
    }
    if (count === 0) fail('ingest/no-packets', `${size} octets, and no CCSDS packet in them`, { name: subject.name })
    if (troubles > problems.length) problems.push(`and ${troubles - problems.length} more remarks on the packet stream`)
    return { records: count, content: { apids }, findings: problems }
  } finally {
    await handle.close()
  }
}
