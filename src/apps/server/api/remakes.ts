import { z } from 'zod'
import type { CampaignState } from '#domain/process'
import { fail } from '#error'
import { findCampaign, listCampaigns, listHeld, progressOf } from '#services/pipeline'
import { findMission, requireRole } from '../asking.ts'
import type { RemakeActs, ServerParts } from '../parts.ts'
import { answerCampaign, answerHeld, campaignSchema, heldSchema, proposalSchema } from './answers-remakes.ts'
import type { Define, DefineAct } from './define.ts'
import { given, mission, moment } from './parameters.ts'

const reason = z.object({ reason: z.string().min(1) })

/** Campaigns and held outputs: for the team to see, for operators to decide. */
export function defineRemakes(define: Define, act: DefineAct, parts: ServerParts): void {
  const acts = (): RemakeActs => parts.remakes ?? fail('access/no-upload', 'this server changes nothing')
  defineHeld(define, act, parts, acts)
  defineCampaigns(define, act, parts, acts)
}

type Acts = () => RemakeActs

function defineHeld(define: Define, act: DefineAct, parts: ServerParts, acts: Acts): void {
  define({
    path: '/api/v1/held',
    summary: 'Outputs that hold less than what they would replace (role team)',
    query: z.object({ mission }),
    answer: z.array(heldSchema),
    work: async (query, _path, asker) => {
      requireRole(asker, 'team')
      return (await listHeld(parts.db, query.mission)).map(answerHeld)
    },
  })
  const word = { role: 'operator', body: reason } as const
  act({
    ...word,
    path: '/api/v1/held/:job/release',
    summary: 'Publish what is held',
    answer: z.object({ files: z.array(z.int()) }),
    work: async (body, path, { name }) => ({
      files: await acts().release({ job: numberOf(path['job'], 'held/no-such-job', 'job'), actor: name, ...body }),
    }),
  })
  act({
    ...word,
    path: '/api/v1/held/:job/reject',
    summary: 'Keep the file that is published',
    answer: z.object({ rejected: z.boolean() }),
    work: async (body, path, { name }) => {
      await acts().reject({ job: numberOf(path['job'], 'held/no-such-job', 'job'), actor: name, ...body })
      return { rejected: true }
    },
  })
}

const moves: readonly (readonly [word: string, to: CampaignState, summary: string])[] = [
  ['approve', 'approved', 'Let a campaign run'],
  ['pause', 'paused', 'Order nothing more'],
  ['resume', 'running', 'Go on with a campaign'],
  ['cancel', 'cancelled', 'End a campaign; what is made stays'],
]

function defineCampaigns(define: Define, act: DefineAct, parts: ServerParts, acts: Acts): void {
  define({
    path: '/api/v1/campaigns',
    summary: 'Campaigns with forecast and progress, the newest first (role team)',
    query: z.object({ mission }),
    answer: z.array(campaignSchema),
    work: async (query, _path, asker) => {
      requireRole(asker, 'team')
      const campaigns = await listCampaigns(parts.db, query.mission)
      return Promise.all(campaigns.map(async c => answerCampaign(c, await progressOf(parts.db, c.id))))
    },
  })
  define({
    path: '/api/v1/campaigns/:campaign',
    summary: 'One campaign (role team)',
    query: z.object({}),
    answer: campaignSchema,
    work: async (_query, path, asker) => {
      requireRole(asker, 'team')
      const id = numberOf(path['campaign'], 'campaign/no-such-campaign', 'campaign')
      return answerCampaign(await findCampaign(parts.db, id), await progressOf(parts.db, id))
    },
  })
  act({
    path: '/api/v1/:mission/campaigns',
    summary: 'What making products again would cost; proposes it, runs nothing',
    role: 'operator',
    body: z.object({
      products: z.array(z.string()).min(1),
      spacecraft: z.string().optional(),
      from: moment.optional(),
      to: moment.optional(),
      code: z.string().optional().describe('only what this release in production did not make'),
      title: z.string().min(1),
    }),
    answer: proposalSchema,
    work: async ({ title, ...scope }, path, { name }) => {
      const m = findMission(parts, path['mission'] ?? '')
      const unknown = scope.products.filter(p => !m.products.some(known => known.id === p))
      if (unknown.length > 0) fail('access/bad-question', `${m.id} has no product ${unknown.join(', ')}`)
      const { from = -Infinity, to = Infinity } = scope
      if (from >= to) fail('access/bad-question', 'the range is empty: from must lie before to, which is not in it')
      return acts().propose({ mission: m.id, ...given(scope) }, { title, actor: name })
    },
  })
  for (const [word, to, summary] of moves)
    act({
      path: `/api/v1/campaigns/:campaign/${word}`,
      summary,
      role: 'operator',
      body: z.object({ reason: z.string().default('') }),
      answer: campaignSchema,
      work: async (body, path, { name }) => {
        const id = numberOf(path['campaign'], 'campaign/no-such-campaign', 'campaign')
        const moved = await acts().move({ campaign: id, actor: name, ...body }, to)
        return answerCampaign(moved, await progressOf(parts.db, id))
      },
    })
}

function numberOf(text: string | undefined, code: string, what: string): number {
  const id = Number(text)
  return Number.isSafeInteger(id) ? id : fail(code, `"${text}" is no number of a ${what}`)
}
