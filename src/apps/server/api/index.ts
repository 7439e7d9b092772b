import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import type { Mission } from '#domain/mission'
import {
  countFiles,
  findJob,
  hideInCell,
  hideInJob,
  hideInWhy,
  listCells,
  listChildren,
  listJobs,
  listParents,
  listRefused,
  readFile,
  readStatus,
  searchFiles,
} from '#services/access'
import { explain } from '#services/pipeline'
import { findMission, requireRole } from '../asking.ts'
import type { Asker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import {
  answerCell,
  answerFile,
  answerJob,
  answerRefused,
  answerRelative,
  answerWhy,
  cellSchema,
  fileSchema,
  jobSchema,
  refusedSchema,
  whySchema,
} from './answers.ts'
import { defineQuestion } from './define.ts'
import type { Described, Question } from './define.ts'
import { addLive } from './live.ts'
import { addUpload } from './upload.ts'

const mission = z.string().optional().describe('a mission’s id; default: all')
const limit = z.coerce.number().int().min(1).max(1000).default(100)
const offset = z.coerce.number().int().min(0).default(0)
const flag = z.enum(['true', 'false']).default('false')
/** A date or a moment, UTC. */
const moment = z
  .union([z.iso.date(), z.iso.datetime({ local: true }), z.iso.datetime()])
  .transform(text => Date.parse(/T.*[^Z]$/.test(text) ? `${text}Z` : text))

/** Builds an object without the keys whose values are absent. */
const given = <T extends object>(parts: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }

/** The typed API under `/api/v1`; its description is `/api/v1/openapi.json`. */
export function addApi(app: FastifyInstance, parts: ServerParts): void {
  const described: Described = {}
  const define = <Query extends z.ZodObject>(question: Question<Query>): void => defineQuestion(app, parts, described, question)
  defineOverview(define, parts)
  defineFiles(define, parts)
  defineCells(define, parts)
  defineWork(define, parts)
  addUpload(app, parts, described)
  addLive(app, parts, described)
  app.get('/api/v1/openapi.json', async () => ({
    openapi: '3.1.0',
    info: { title: `${parts.home.title}: API`, version: '1' },
    paths: described,
  }))
}

type Define = <Query extends z.ZodObject>(question: Question<Query>) => void

function defineOverview(define: Define, parts: ServerParts): void {
  define({
    path: '/api/v1/status',
    summary: 'How everything stands, in counts',
    query: z.object({}),
    answer: z.looseObject({ now: z.iso.datetime(), missions: z.array(z.looseObject({})), refused: z.int(), sequence: z.int() }),
    work: async (_query, _path, { sight }) => {
      const status = await readStatus(
        parts.db,
        parts.missions.map(m => m.id),
        sight,
        parts.clock(),
      )
      const missions = status.missions.map(({ newestArrival, madeThrough, ...m }) => ({
        ...m,
        newestArrival: newestArrival === null ? null : new Date(newestArrival).toISOString(),
        madeThrough: madeThrough === null ? null : new Date(madeThrough).toISOString(),
      }))
      return {
        now: new Date(status.now).toISOString(),
        simulated: parts.home.simulated,
        missions,
        refused: status.refused,
        sequence: status.sequence,
      }
    },
  })
  define({
    path: '/api/v1/missions',
    summary: 'The missions of this home',
    query: z.object({}),
    answer: z.array(z.looseObject({ id: z.string(), title: z.string() })),
    work: async () =>
      parts.missions.map(m => ({
        id: m.id,
        title: m.title,
        description: m.description,
        spacecraft: m.spacecraft,
        instruments: m.instruments,
      })),
  })
  define({
    path: '/api/v1/products',
    summary: 'Kinds of file',
    query: z.object({ mission }),
    answer: z.array(z.looseObject({ mission: z.string(), id: z.string() })),
    work: async query => chooseMissions(parts, query.mission).flatMap(m => m.products.map(p => describeProduct(m, p))),
  })
}

const chooseMissions = (parts: ServerParts, id: string | undefined): readonly Mission[] =>
  id === undefined ? parts.missions : [findMission(parts, id)]

const describeProduct = (m: Mission, p: Mission['products'][number]): Record<string, unknown> => ({
  mission: m.id,
  id: p.id,
  title: p.title,
  kind: p.kind,
  instrument: p.instrument,
  mode: p.mode ?? null,
  level: p.level ?? null,
  descriptor: p.descriptor ?? null,
  spacecraft: p.spacecraft,
  format: p.format,
  partition: p.partition,
  public: p.public,
})

function defineFiles(define: Define, parts: ServerParts): void {
  define({
    path: '/api/v1/files',
    summary: 'Search files; from and to mean overlap with what a file spans',
    query: z.object({
      mission,
      product: z.string().optional(),
      dataset: z.string().optional(),
      spacecraft: z.string().optional(),
      kind: z.string().optional(),
      partition: z.string().optional(),
      from: moment.optional(),
      to: moment.optional(),
      versions: z.enum(['newest', 'all']).default('newest'),
      order: z.enum(['start', 'arrived']).default('start'),
      limit,
      offset,
    }),
    answer: z.object({ total: z.int(), files: z.array(fileSchema) }),
    work: async ({ versions, ...query }, _path, { sight }) => {
      const search = given({ ...query, versions: versions === 'all' })
      const files = await searchFiles(parts.db, search, sight)
      return { total: await countFiles(parts.db, search, sight), files: files.map(answerFile) }
    },
  })
  define({
    path: '/api/v1/files/:name',
    summary: 'One file: checksum, coverage, findings, parents, children, versions',
    query: z.object({ mission }),
    answer: fileSchema.extend({
      parents: z.array(z.looseObject({})),
      children: z.array(z.looseObject({})),
      versions: z.array(z.looseObject({})),
    }),
    work: async (query, path, { sight }) => {
      for (const m of chooseMissions(parts, query.mission)) {
        const file = await readFile(parts.db, m.id, path['name'] ?? '', sight)
        if (file === undefined) continue
        const { mission, dataset, partition } = file
        const versions = await searchFiles(parts.db, { mission, dataset, partition, versions: true, limit: 1000 }, sight)
        return {
          ...answerFile(file),
          parents: (await listParents(parts.db, file.id, sight)).map(answerRelative),
          children: (await listChildren(parts.db, file.id, sight)).map(answerRelative),
          versions: versions.map(v => ({ name: v.name, version: v.versionText, latest: v.latest, sha256: v.sha256 })),
        }
      }
      return fail('access/no-such-file', `there is no file ${path['name']} that you may see`)
    },
  })
}

function defineCells(define: Define, parts: ServerParts): void {
  const hide = (asker: Asker) => (cell: Awaited<ReturnType<typeof listCells>>[number]) => {
    const m = parts.missions.find(known => known.id === cell.mission)
    return answerCell(m === undefined ? cell : hideInCell(m, cell, asker.sight))
  }
  define({
    path: '/api/v1/cells',
    summary: 'What should exist, its state and the reason',
    query: z.object({
      mission,
      product: z.string().optional(),
      dataset: z.string().optional(),
      from: moment.optional(),
      to: moment.optional(),
      open: flag.describe('only what is not at rest'),
      limit,
    }),
    answer: z.array(cellSchema),
    work: async ({ open, ...query }, _path, asker) =>
      (await listCells(parts.db, given({ ...query, open: open === 'true' }), parts.clock())).map(hide(asker)),
  })
  define({
    path: '/api/v1/why',
    summary: 'Why a cell is as it is, down to what it all hangs on',
    query: z.object({ mission: z.string(), dataset: z.string(), partition: z.string() }),
    answer: whySchema,
    work: async (query, _path, { sight }) => {
      const m = findMission(parts, query.mission)
      const why = await explain(parts.db, m.id, query.dataset, query.partition, parts.clock())
      if (why === undefined) return fail('access/no-such-cell', `nothing is expected for ${query.dataset} ${query.partition}`)
      return answerWhy(hideInWhy(m, why, sight))
    },
  })
}

function defineWork(define: Define, parts: ServerParts): void {
  const states = ['ready', 'running', 'made', 'no-data', 'failed', 'cancelled'] as const
  const hide = (job: Awaited<ReturnType<typeof listJobs>>[number], { sight }: Asker) => {
    const m = parts.missions.find(known => known.id === job.mission)
    return answerJob(m === undefined ? job : hideInJob(m, job, sight))
  }
  define({
    path: '/api/v1/jobs',
    summary: 'Jobs, newest first',
    query: z.object({ mission, state: z.enum(states).optional(), limit }),
    answer: z.array(jobSchema),
    work: async ({ state, ...query }, _path, asker) => {
      const jobs = await listJobs(parts.db, given({ ...query, states: state === undefined ? undefined : [state] }))
      return jobs.map(job => hide(job, asker))
    },
  })
  define({
    path: '/api/v1/jobs/:id',
    summary: 'One job with its attempts',
    query: z.object({}),
    answer: jobSchema.extend({ attempts: z.array(z.looseObject({})) }),
    work: async (_query, path, asker) => {
      const id = Number(path['id'])
      const found = Number.isSafeInteger(id) ? await findJob(parts.db, id) : undefined
      if (found === undefined) return fail('access/no-such-job', `there is no job ${path['id']}`)
      return { ...hide(found.job, asker), attempts: asker.sight === 'all' ? found.attempts : [] }
    },
  })
  define({
    path: '/api/v1/quarantine',
    summary: 'Deliveries that were refused, and why (role team)',
    query: z.object({ limit }),
    answer: z.array(refusedSchema),
    work: async (query, _path, asker) => {
      requireRole(asker, 'team')
      return (await listRefused(parts.db, query.limit)).map(answerRefused)
    },
  })
}
