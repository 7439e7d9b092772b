import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openCdfFile } from '#doors/cdf-node'
import type { Product, Validity } from '#domain/mission'
import { openEnd } from '#domain/partition'
import type { Span } from '#domain/partition'
import { fail } from '#error'
import { readCsv } from '#formats/csv'
import { parseUtc, utcMsFromTt2000 } from '#formats/time'
import type { Subject } from './verified.ts'

/** As far into a text is looked for the words of validity. */
const headBytes = 1 << 16

/**
 * From when to when a calibration is in force, by its product's table or by what the file itself says; undefined where neither does, and the
 * name decides. Throws `ingest/bad-validity`.
 */
export async function readValidity({ validity }: Pick<Product, 'validity'>, subject: Subject): Promise<Span | undefined> {
  if (validity === undefined) return undefined
  const told = (await fromTable(subject, validity)) ?? (await fromContent(subject, validity))
  if (told === undefined) return undefined
  const [start, stop] = [timeOf(told.from, subject), told.to === undefined ? openEnd : timeOf(told.to, subject)]
  if (stop <= start) fail('ingest/bad-validity', `it is valid until ${told.to}, which is not after ${told.from}`, { name: subject.name })
  return { start, stop }
}

interface Told {
  readonly from: string
  readonly to: string | undefined
}

async function fromTable({ folder, name }: Subject, { table }: Validity): Promise<Told | undefined> {
  if (table === undefined) return undefined
  const [head = [], ...rows] = readCsv((await readFile(join(folder, table), 'utf8')).replace(/^#.*\n?/gm, ''))
  const cell = (row: readonly string[], column: string): string => row[head.indexOf(column)] ?? ''
  const found = rows.find(row => matches(cell(row, 'file'), name))
  return found === undefined ? undefined : { from: cell(found, 'from'), to: cell(found, 'to') || undefined }
}

const matches = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i').test(name)

async function fromContent(subject: Subject, { from, to }: Validity): Promise<Told | undefined> {
  if (from === '') return undefined
  const word = subject.rules.format === 'cdf' ? await attributesOf(subject.path) : await wordsOf(subject.path)
  const begins = word(from)
  return begins === undefined ? undefined : { from: begins, to: to === '' ? undefined : word(to) }
}

type Words = (name: string) => string | undefined

async function attributesOf(path: string): Promise<Words> {
  const file = await openCdfFile(path)
  try {
    const texts = new Map([...file.attributes].map(([name, entries]) => [name.toLowerCase(), String(entries[0]?.value ?? '').trim()]))
    return name => texts.get(name.toLowerCase()) || undefined
  } finally {
    await file.close()
  }
}

/** `Valid_from = 2015-09-01`, `# valid from: 2015-09-01`, whatever stands before the word in its line. */
async function wordsOf(path: string): Promise<Words> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    const text = buffer.toString('latin1', 0, bytesRead)
    return name => {
      const escaped = name.replace(/[^\w]/g, '\\$&')
      return new RegExp(`^\\W*${escaped}[ \\t]*[:=,]?[ \\t]*["']?([^\\s"',;]+)`, 'im').exec(text)?.[1]
    }
  } finally {
    await file.close()
  }
}

function timeOf(text: string, { name }: Subject): number {
  try {
    return utcMsFromTt2000(parseUtc(text))
  } catch (cause) {
    return fail(
      'ingest/bad-validity',
      `"${text}" is no time from which it could be valid: write 2015-09-01 or 2015-09-01T12:00:00`,
      { name },
      cause,
    )
  }
}
