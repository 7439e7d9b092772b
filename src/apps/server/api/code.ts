import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import { findRelease, lastReport, listReleases } from '#services/code'
import type { CodeReport } from '#services/code'
import type { Proposal } from '#services/pipeline'
import { describeComparison } from '#services/remake'
import type { CodeComparison } from '#services/remake'
import { readAsker, requireRole } from '../asking.ts'
import type { RemakeActs, ServerParts } from '../parts.ts'
import { comparisonSchema, reportSchema, stageScope, stagedSchema } from './answers-code.ts'
import { answerRelease, proposalSchema, releaseSchema } from './answers-remakes.ts'
import type { Define, DefineAct, Described } from './define.ts'
import { given } from './parameters.ts'

const reason = z.object({ reason: z.string().min(1) })

/** Releases of processing code: for the team to see and compare, for operators to decide. */
export function defineCode(app: FastifyInstance, define: Define, act: DefineAct, parts: ServerParts, described: Described): void {
  const acts = (): RemakeActs => parts.remakes ?? fail('access/no-upload', 'this server changes nothing')
  define({
    path: '/api/v1/code',
    summary: 'Releases of processing code, and which one runs (role team)',
    query: z.object({ package: z.string().optional() }),
    answer: z.array(releaseSchema),
    work: async (query, _path, asker) => {
      requireRole(asker, 'team')
      return (await listReleases(parts.db, query.package)).map(answerRelease)
    },
  })
  const answer = z.object({ proposed: proposalSchema.nullable().describe('the campaign for what other code made') })
  const proposed = (proposal: Proposal | undefined): { readonly proposed: Proposal | null } => ({ proposed: proposal ?? null })
  act({
    path: '/api/v1/code/:package/:digest/promote',
    summary: 'Let a compared release run from now on; another person than the one who registered it',
    role: 'operator',
    body: reason,
    answer,
    work: async (body, path, { name }) =>
      proposed(await acts().promote(path['package'] ?? '', path['digest'] ?? '', { actor: name, ...body })),
  })
  act({
    path: '/api/v1/code/:package/rollback',
    summary: 'Back to the code that was in production before',
    role: 'operator',
    body: reason,
    answer,
    work: async (body, path, { name }) => proposed(await acts().rollBack(path['package'] ?? '', { actor: name, ...body })),
  })
  const release = (path: Readonly<Record<string, string>>): readonly [string, string] => [path['package'] ?? '', path['digest'] ?? '']
  act({
    path: '/api/v1/code/:package/:digest/stage',
    summary: 'Run a release on the real inputs of what is published, into a side area; the answer comes when all of it has run',
    role: 'operator',
    body: stageScope,
    answer: z.array(stagedSchema),
    work: (body, path, { name }) => acts().stage(...release(path), given(body), name),
  })
  act({
    path: '/api/v1/code/:package/:digest/compare',
    summary: 'Set what a release made in staging and what is published side by side, per variable; promotion needs this report',
    role: 'operator',
    body: z.object({}),
    answer: comparisonSchema,
    work: (_body, path, { name }) => acts().compare(...release(path), name),
  })
  const report = async (path: Readonly<Record<string, string>>): Promise<CodeReport> => {
    const { package: name, digest } = await findRelease(parts.db, ...release(path))
    return (
      (await lastReport(parts.db, name, digest)) ??
      fail('code/not-compared', `${name} ${digest.slice(0, 12)} was not compared with what is published yet`)
    )
  }
  define({
    path: '/api/v1/code/:package/:digest/report',
    summary: 'The newest comparison of a release with what is published (role team)',
    query: z.object({}),
    answer: reportSchema,
    work: async (_query, path, asker) => {
      requireRole(asker, 'team')
      const { at, actor, report: comparison } = await report(path)
      return { ...comparison, at: new Date(at).toISOString(), actor }
    },
  })
  described['/api/v1/code/{package}/{digest}/report.txt'] = {
    get: {
      summary: 'The same as people read it: per output and variable (role team)',
      parameters: ['package', 'digest'].map(name => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      responses: { 200: { description: 'the report', content: { 'text/plain': { schema: { type: 'string' } } } } },
    },
  }
  app.get('/api/v1/code/:package/:digest/report.txt', async (request, reply) => {
    requireRole(await readAsker(request, reply, parts), 'team')
    const { report: comparison } = await report(request.params as Readonly<Record<string, string>>)
    return reply.type('text/plain; charset=utf-8').send(`${describeComparison(comparison as unknown as CodeComparison).join('\n')}\n`)
  })
}
