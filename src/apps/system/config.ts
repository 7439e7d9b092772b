import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Home } from '#apps/home'
import { fail } from '#error'
import { beginApart, capacityOf, chooseConfinement, confinementChoices, localExecutor, slurmExecutor } from '#services/executor'
import type { Executor } from '#services/executor'

/** `config.yaml` of a home: what the installation decides for itself. Without it, programs run on this machine. */
const schema = z.strictObject({
  executor: z.enum(['local', 'slurm']).default('local').describe('where programs run'),
  confinement: z.enum(confinementChoices).default('best').describe('how they are confined; best: the first that works'),
  submit: z.array(z.string()).default([]).describe('further words for sbatch, e.g. --partition=main'),
  slots: z.int().min(1).max(1000).optional().describe('jobs of one worker at a time'),
  memory: z.int().min(1).optional().describe('MB of this machine that jobs may hold together'),
  tokens: z.record(z.string(), z.int().min(0)).default({}).describe('licences and the like, by name: how many there are'),
  reads: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('further folders that programs may read: interpreters outside of /usr and /opt'),
  mail: z
    .strictObject({
      server: z
        .string()
        .regex(/^smtps?:\/\/[^\s/]+$/, 'expected smtp://HOST:PORT or smtps://HOST:PORT')
        .describe('smtp://[USER@]HOST[:PORT], or smtps://; the password is in the environment, APSIS_MAIL_PASSWORD'),
      from: z
        .string()
        .regex(/^[^\n\r]*[^\s@<]+@[^\s@>]+>?$/, 'expected an address')
        .describe('who the letters are from'),
      copy: z.array(z.email()).default([]).describe('addresses that get a copy of every letter'),
    })
    .optional()
    .describe('how letters are sent; without it none are'),
  relay: z
    .record(
      z.string(),
      z.strictObject({
        in: z.string().startsWith('/', 'expected a folder from / on').describe('where reports of the payload operations center are put'),
        out: z.string().startsWith('/', 'expected a folder from / on').describe('where its commands are put'),
        every: z.int().min(1).default(60).describe('seconds between two turns'),
      }),
    )
    .default({})
    .describe('by mission: the folders of the relay to its payload operations center'),
  network: z.array(z.string()).default([]).describe('processes whose programs may use the network'),
})

export type Config = z.output<typeof schema>

/** Throws `config/malformed` with every fault and its key. */
export async function readConfig(home: Pick<Home, 'dir'>): Promise<Config> {
  const path = join(home.dir, 'config.yaml')
  if (!existsSync(path)) return schema.parse({})
  const text = await readFile(path, 'utf8')
  let value: unknown
  try {
    value = parse(text) ?? {}
  } catch (error) {
    return fail('config/malformed', `${path}: ${(error as Error).message.split('\n')[0]}`, { path }, error)
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const known = Object.keys(schema.shape).join(', ')
  const faults = read.error.issues.map(issue =>
    issue.code === 'unrecognized_keys'
      ? `there is no key ${issue.keys.join(', ')} (known are: ${known})`
      : `${issue.path.join('.')}: ${issue.message.replace(/^Invalid (?:input|option): /, '')}`,
  )
  return fail('config/malformed', `${path}: ${faults.join('; ')}`, { path })
}

export function executorOf(config: Config, home: Pick<Home, 'staging'>): Executor {
  if (config.executor === 'slurm') return slurmExecutor(config)
  return localExecutor(chooseConfinement(config.confinement, home.staging), beginApart)
}

/** What a container may use, where that is less than the machine has. */
const memoryHere = (): number => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)

/** How much of what is scarce this machine's jobs may hold. */
export const capacityHere = (config: Config): Readonly<Record<string, number>> =>
  capacityOf(config.tokens, config.memory === undefined ? memoryHere() * 0.9 : config.memory * 1e6)
