import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { jobMoves } from '#domain/process'
import type { JobState } from '#domain/process'
import { fail } from '#error'
import type { Mission } from '#domain/mission'
import {
  countFiles,
  findJob,
  hideInJob,
  listChildren,
  listJobs,
  listParents,
  listRefused,
  readFile,
  readStatus,
  searchFiles,
} from '#services/access'
import { findMission, requireRole } from '../asking.ts'
import type { Asker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import { answerFile, answerJob, answerRefused, answerRelative, fileSchema, jobSchema, refusedSchema } from './answers.ts'
import { addBurst, defineBurst } from './burst.ts'
import { defineAdvice } from './burst-advice.ts'
import { addWaivers, defineCells } from './cells.ts'
import { defineAct, defineQuestion } from './define.ts'
import type { Define, Described, Question } from './define.ts'
import { addJobs } from './jobs.ts'
import { addLive } from './live.ts'
import { given, limit, mission, moment, offset } from './parameters.ts'
import { defineCode } from './code.ts'
import { defineRemakes } from './remakes.ts'
import { addWork } from './work.ts'
import { madeSchema, readMade } from './made.ts'
import { addUpload } from './upload.ts'

/** The typed API under `/api/v1`; its description is `/api/v1/openapi.json`. */
export function addApi(app: FastifyInstance, parts: ServerParts): void {
  const described: Described = {}
  const define = <Query extends z.ZodObject>(question: Question<Query>): void => defineQuestion(app, parts, described, question)
  defineOverview(define, parts)
  defineFiles(define, parts)
  defineCells(define, parts)
  defineBurst(define, parts)
  defineAdvice(define, parts)
  defineWork(define, parts)
  defineRemakes(define, act => defineAct(app, parts, described, act), parts)
  defineCode(app, define, act => defineAct(app, parts, described, act), parts, described)
  addWaivers(app, parts, described)
  addBurst(app, parts, described)
  addJobs(app, parts, described)
  addWork(app, parts, described)
  addUpload(app, parts, described)
  addLive(app, parts, described)
  app.get('/api/v1/openapi.json', async () => ({
    openapi: '3.1.0',
    info: { title: `${parts.home.title}: API`, version: '1' },
    paths: described,
  }))
}

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
      made: madeSchema.nullable().describe('for the team; null for what was delivered'),
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
          made: sight === 'all' ? await readMade(parts.db, file.id) : null,
        }
      }
      return fail('access/no-such-file', `there is no file ${path['name']} that you may see`)
    },
  })
}

function defineWork(define: Define, parts: ServerParts): void {
  const states = Object.keys(jobMoves) as [JobState, ...JobState[]]
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
