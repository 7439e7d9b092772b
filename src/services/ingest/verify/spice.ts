import { readFile } from 'node:fs/promises'
import { fail } from '#error'
import { readKernel } from '#formats/spice'
import { formatUtc } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { scienceOfText } from './science.ts'
import type { Subject, Verified } from './verified.ts'

/** The kinds that an ending promises (NAIF's conventions); others promise nothing. */
const kinds: Readonly<Record<string, { readonly kind: string; readonly binary: boolean }>> = {
  bsp: { kind: 'SPK', binary: true },
  bc: { kind: 'CK', binary: true },
  bpc: { kind: 'PCK', binary: true },
  tls: { kind: 'LSK', binary: false },
  tsc: { kind: 'SCLK', binary: false },
  tf: { kind: 'FK', binary: false },
  tpc: { kind: 'PCK', binary: false },
}

/** A SPICE kernel of the kind that its ending promises. Ephemerides tell the time that they cover; in force are the others by their names. */
export async function verifySpice(subject: Subject): Promise<Verified> {
  const bytes = await readFile(subject.path)
  const kernel = readKernel(bytes)
  const promised = kinds[subject.name.slice(subject.name.lastIndexOf('.') + 1)]
  if (promised !== undefined && (promised.binary !== kernel.binary || (kernel.kind !== promised.kind && kernel.kind !== 'text')))
    fail(
      'ingest/other-kernel',
      `the name promises a kernel of kind ${promised.kind}, the content is ${kernel.binary ? 'a binary' : 'a text'} kernel of kind ${kernel.kind}`,
      { name: subject.name },
    )
  const spans = kernel.spans ?? []
  const [first, last] = [spans[0], spans.at(-1)]
  return {
    ...(first === undefined || last === undefined ? {} : { coverage: { start: first.start, stop: last.stop } }),
    records: bytes.length,
    science: kernel.binary ? subject.sha256 : scienceOfText(bytes.toString('latin1'), subject.rules),
    content: {
      kernel: kernel.kind,
      ...(kernel.bodies.length === 0 ? {} : { bodies: kernel.bodies }),
    },
    findings: spans.slice(1).map(({ start }, i) => `no segment covers ${day(spans[i]?.stop)} to ${day(start)}`),
  }
}

const day = (t: bigint | undefined): string => formatUtc((t ?? 0n) as Tt2000, 0)
