/** Reward models by what they learned from: edits or votes on the same questions, and how many. */
import { z } from 'zod'
import { heldout, model, project } from './options.ts'
import { eventsThen, trainingVerb } from './procedure.ts'
import { RewardConfig, RewardScheme } from './run-kinds/reward.ts'

const share = () => z.number().min(0).max(1)

const Estimate = z.object({ value: share(), interval: z.object({ low: share(), high: share() }) })

/** Reward models of one scheme that learned from one number of rows: means over the seeds. */
export const RewardCurvePoint = z.object({
  learnedFrom: z.enum(['edits', 'votes']),
  scheme: RewardScheme,
  /** Edits or votes. */
  rows: z.int().positive(),
  /** What these rows cost an annotator, in edits. */
  cost: z.number().positive(),
  /** Share of held-out votes that the scores agree with; 95% interval over questions and seeds; null without any. */
  voteAccuracy: Estimate.nullable(),
  /** Share of held-out edits that score higher than what they correct; null without any. */
  editAccuracy: Estimate.nullable(),
  /** Against the labels of held-out edits; null for schemes that reward no token. */
  tokenAuroc: share().nullable(),
  tokenF1: share().nullable(),
})
export type RewardCurvePoint = z.infer<typeof RewardCurvePoint>

export const RewardCurve = z.object({
  points: z.array(RewardCurvePoint),
  seeds: z.array(z.int()),
  /** Held-out questions, votes and edits that the figures are from. */
  heldout: z.object({ questions: z.int(), votes: z.int(), edits: z.int() }),
  notes: z.array(z.string()),
})
export type RewardCurve = z.infer<typeof RewardCurve>

const dataset = (what: string) =>
  z.string().min(1).describe(`Dataset of the ${what}.`).meta({ value: 'NAME' })

export const rewardCurve = trainingVerb(
  'Compare reward models that learned from growing numbers of edits and of votes on the same questions.',
  'reward-curve qa.stet base --edits edits --votes votes --counts 100,300',
)
  .input(
    z.strictObject({
      project,
      policy: model('Model to start from').meta({ positional: 2, value: 'MODEL' }),
      edits: dataset('edits'),
      votes: dataset('preference pairs'),
      counts: z
        .array(z.int().positive())
        .min(1)
        .default([100, 300, 1000])
        .describe('Numbers of edits to learn from; those beyond what there is stand for all.')
        .meta({ value: 'COUNT' }),
      votesPerEdit: z
        .number()
        .positive()
        .default(6)
        .describe('Votes that cost an annotator as much as one edit.'),
      schemes: z
        .array(RewardScheme)
        .min(1)
        .default(['sequence', 'bt-changed'])
        .describe('Schemes that learn from the edits; votes always teach a sequence reward.')
        .meta({ value: 'SCHEME' }),
      seeds: z
        .array(z.int().nonnegative())
        .min(1)
        .default([1])
        .describe('Each reward model is trained once per seed.')
        .meta({ value: 'SEED' }),
      heldout,
      reward: z
        .prefault(RewardConfig.omit({ scheme: true, pairs: true, seed: true }), {})
        .describe("The reward models' settings."),
    }),
  )
  .output(eventsThen(RewardCurve))
