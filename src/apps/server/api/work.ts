import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import { readFile } from '#services/access'
import { findMission, readAsker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import { explainQuestion } from './define.ts'
import type { Described } from './define.ts'

const asking = z.object({ partition: z.string().min(1), spacecraft: z.string().optional() }).strict()

/**
 * `GET /api/v1/MISSION/processes/PROCESS/job?partition=`: the job file of the newest job of a work, its inputs named by where they are
 * downloaded. Whoever may not see an input gets no job.
 */
export function addWork(app: FastifyInstance, parts: ServerParts, described: Described): void {
  const parameter = (name: string, where: string, required: boolean): unknown => ({ name, in: where, required, schema: { type: 'string' } })
  described['/api/v1/{mission}/processes/{process}/job'] = {
    get: {
      summary: 'What a program of this process reads as its job file, inputs as download paths: to run it elsewhere',
      parameters: [
        parameter('mission', 'path', true),
        parameter('process', 'path', true),
        parameter('partition', 'query', true),
        parameter('spacecraft', 'query', false),
      ],
      responses: { 200: { description: 'format apsis-job/1', content: { 'application/json': { schema: { type: 'object' } } } } },
    },
  }
  app.get('/api/v1/:mission/processes/:process/job', async (request, reply) => {
    const { sight, actor } = await readAsker(request, reply, parts)
    const { mission: id, process } = request.params as { readonly mission: string; readonly process: string }
    const mission = findMission(parts, id)
    const asked = asking.safeParse(request.query)
    if (!asked.success) return fail('access/bad-question', `the question does not fit: ${explainQuestion(asked.error, asking)}`)
    if (parts.describeJob === undefined) return fail('access/no-upload', 'this server tells no jobs')
    const job = await parts.describeJob(mission, { process, partition: asked.data.partition, spacecraft: asked.data.spacecraft })
    const inputs = []
    for (const input of job.inputs) {
      if ((await readFile(parts.db, mission.id, input.name, sight)) === undefined)
        return fail(
          actor === undefined ? 'access/sign-in' : 'access/no-right',
          'this job reads files that are not public: it needs a token with the role team',
        )
      inputs.push({ ...input, path: `/download/${mission.id}/${input.name}` })
    }
    return reply.send({ ...job, inputs, missionFolder: '', scratch: '' })
  })
}
