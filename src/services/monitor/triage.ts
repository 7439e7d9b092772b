import type { Selectable } from 'kysely'
import { writeZip } from '#services/access'
import type { ZipMember } from '#services/access'
import type { AttemptTable, Db, JobTable } from '#services/db'
import { fail } from '#error'
import { lastLines } from './log.ts'

type Job = Selectable<JobTable>
type Attempt = Selectable<AttemptTable>

/** Of each log so much goes along: what comes last says most. */
const logBytes = 1 << 20
/** In the summary so much. */
const wordBytes = 2000

/**
 * Everything that is needed to find out why a job's tries failed, as one zip: a summary to read first, and per try its job file, the last
 * part of its log, and all that was recorded about it. Throws `access/no-such-job`.
 */
export async function bundleTriage(db: Db, id: number): Promise<AsyncIterable<Uint8Array>> {
  const story = await gather(db, id)
  const { job, attempts, inputs } = story
  const modified = job.ended_at ?? job.created_at
  const member = (path: string, text: string): ZipMember => textMember(`job-${id}/${path}`, text, modified)
  const members = [member('README.txt', `${summaryLines(story).join('\n')}\n`), member('job.json', json({ ...job, inputs }))]
  for (const attempt of attempts) {
    const { job_file, ...recorded } = attempt
    const at = `try-${attempt.number}`
    members.push(member(`${at}/attempt.json`, json(recorded)))
    if (job_file !== null) members.push(member(`${at}/job-file.json`, json(job_file)))
    if (attempt.log !== null) members.push(member(`${at}/log-tail.txt`, await lastLines(attempt.log, logBytes).catch(unreadable)))
  }
  return writeZip(members)
}

/** The summary alone. Throws `access/no-such-job`. */
export const triageLines = async (db: Db, id: number): Promise<readonly string[]> => summaryLines(await gather(db, id))

interface Story {
  readonly job: Job
  readonly attempts: readonly Attempt[]
  /** The last words of each try's log. */
  readonly words: ReadonlyMap<number, string>
  readonly inputs: readonly { readonly role: string; readonly name: string; readonly version_text?: string; readonly sha256?: string }[]
}

async function gather(db: Db, id: number): Promise<Story> {
  const job = await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
  if (job === undefined) return fail('access/no-such-job', `there is no job ${id}`)
  const attempts = await db.selectFrom('attempt').selectAll().where('job', '=', id).orderBy('number').execute()
  const files = await db
    .selectFrom('file')
    .select(['id', 'version_text', 'size', 'sha256'])
    .where('id', 'in', [0, ...job.inputs.map(i => i.file)])
    .execute()
  const inputs = job.inputs.map(i => ({ role: i.role, name: i.name, ...files.find(f => f.id === i.file) }))
  const words = new Map<number, string>()
  for (const { number, log } of attempts) if (log !== null) words.set(number, await lastLines(log, wordBytes).catch(unreadable))
  return { job, attempts, inputs, words }
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
const unreadable = (error: Error): string => `the log cannot be read here: ${error.message}\n`

function textMember(path: string, text: string, modified: number): ZipMember {
  const bytes = Buffer.from(text)
  return { path, size: bytes.length, modified, read: async () => oneChunk(bytes) }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** What people read first: the same words that the job's page and the zip give. */
function summaryLines({ job, inputs, attempts, words }: Story): readonly string[] {
  return [
    `Job ${job.id}: ${job.process} of ${job.mission}, ${job.spacecraft} ${job.partition}`,
    `${job.state}${job.message === null ? '' : `: ${job.message}`}`,
    '',
    'To run it again on your own machine:',
    `  apsis run ${job.process} ${job.partition} --local --mission ${job.mission} --spacecraft ${job.spacecraft} --server URL --token NAME:SECRET`,
    '',
    'Inputs',
    ...inputs.map(i => `  ${i.role.padEnd(12)} ${i.name}  sha256 ${i.sha256 ?? 'not in the ledger'}`),
    'Outputs it was to make',
    ...job.outputs.map(o => `  ${o.role.padEnd(12)} ${o.name}`),
    ...attempts.flatMap(a => [...attemptLines(a), ...lastWords(words.get(a.number) ?? '')]),
  ]
}

const lastWords = (text: string): readonly string[] =>
  text
    .trimEnd()
    .split('\n')
    .slice(-15)
    .flatMap(line => (line === '' ? [] : [`  | ${line}`]))

function attemptLines(a: Attempt): readonly string[] {
  const { detail } = a
  const took = a.ended_at === null ? 'not ended' : `${((a.ended_at - a.started_at) / 1000).toFixed(1)} s`
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['outcome', `${a.outcome ?? 'running'}${a.message === null ? '' : `: ${a.message}`}`],
    ['exit', a.exit_code === null ? (a.signal ?? undefined) : String(a.exit_code)],
    ['limit', detail.cut === undefined ? undefined : `ended by ${detail.cut}`],
    ['began', `${new Date(a.started_at).toISOString()}, took ${took}`],
    ['where', [a.worker, detail.host, a.executor].filter(Boolean).join(', ')],
    ['confinement', a.confinement ?? undefined],
    ['command', detail.command?.join(' ')],
    ['code', a.code ?? undefined],
    ['environment', a.environment ?? undefined],
    [
      'limits',
      detail.limits &&
        Object.entries(detail.limits)
          .map(([k, v]) => `${k} ${v}`)
          .join(', '),
    ],
    [
      'used',
      detail.usage &&
        Object.entries(detail.usage)
          .map(([k, v]) => `${k} ${Math.round(v * 100) / 100}`)
          .join(', '),
    ],
    ['left behind', detail.left?.map(f => `${f.name} (${f.size} B)`).join(', ')],
    ['log', a.log ?? undefined],
  ]
  return [
    '',
    `Try ${a.number}`,
    ...pairs.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [`  ${key.padEnd(12)} ${value}`])),
  ]
}
