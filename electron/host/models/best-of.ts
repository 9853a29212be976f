/**
 * Best of n: several responses to each prompt are sampled, a reward model rates them, and the best one is kept. What a
 * reward is worth without any training on it.
 */
import type { BestBy } from '../../contract/best-of.ts'
import { UserError } from '../../contract/errors.ts'
import type { Hooks } from '../../contract/events.ts'
import type { JobOf } from '../../contract/jobs.ts'
import type { Item, Output } from '../../contract/records.ts'
import { canRateBy, indexOfBest, responseRating } from '../../pipeline/reward/best-of.ts'
import { readRewardCard } from '../../pipeline/reward/card.ts'
import type { Lab } from '../context.ts'
import type { Generate } from './kept-responses.ts'

export interface BestOf {
  /** Responses per prompt. */
  samples: number
  /** Path of the reward model. */
  rewardModel: string
  by: BestBy
}

type Sampling = Pick<
  JobOf<'generate'>,
  | 'temperature'
  | 'topK'
  | 'topP'
  | 'maxNewTokens'
  | 'seed'
  | 'maxQueryTokens'
  | 'templateVariables'
  | 'keepThinking'
>

export type BestResponse = Output & {
  ids: number[]
  /** What the reward model gave it, by the chosen rule. */
  rating: number
}

type Question = Pick<Item, 'prompt' | 'context'>

/** Responses sampled, and scored, at a time. */
const batchSizes = { generate: 64, score: 16 }

/**
 * The best response to each question, in their order. Equal seeds draw equal random numbers, whatever the model.
 * @throws UserError if sampling is greedy, the reward model cannot rate so, or none of a question's responses fits it
 */
export async function bestResponses(
  { trainer }: Lab,
  {
    model,
    questions,
    bestOf,
    generate = (job, hooks) => trainer.run<'generate'>(job, hooks),
    ...sampling
  }: Sampling & { model: string; questions: Question[]; bestOf: BestOf; generate?: Generate },
  hooks: Hooks,
): Promise<BestResponse[]> {
  const { samples, rewardModel, by } = bestOf
  const card = checked(bestOf, sampling)
  const asked = questions.flatMap(({ prompt, context }) =>
    Array.from({ length: samples }, () => ({ prompt, context })),
  )
  const sampled = await generate(
    { kind: 'generate', model, prompts: asked, batchSize: batchSizes.generate, ...sampling },
    hooks,
  )
  const scored = await trainer.run<'score'>(
    {
      kind: 'score',
      rewardModel,
      rows: asked.map((question, i) => ({ ...question, response: sampled.rows[i]!.text })),
      batchSize: batchSizes.score,
      maxQueryTokens: sampling.maxQueryTokens,
    },
    hooks,
  )
  if (!canRateBy(by, scored.scheme)) throw noTokenRewards(rewardModel, scored.scheme)
  const rule = { scheme: scored.scheme, by, centre: card?.keptMean ?? 0 }
  const ratings = scored.rows.map((row) =>
    row === null
      ? null
      : responseRating(
          row.tokens.map(({ reward }) => reward),
          rule,
        ),
  )
  return questions.map((question, i) => {
    const from = i * samples
    const best = indexOfBest(ratings.slice(from, from + samples))
    if (best === null) throw tooLong(question)
    const { text, ids, ended } = sampled.rows[from + best]!
    return { text, ids, ended, rating: ratings[from + best]! }
  })
}

/** @throws UserError if no reward model is named */
export function requireRewardModel(name: string | null): string {
  if (name !== null) return name
  throw new UserError('bad_input', 'Name the reward model that rates the responses: --reward-model.')
}

/** What can be refused before anything is sampled. @returns the reward model's card, if it is one of Stet's */
function checked({ samples, rewardModel, by }: BestOf, { temperature }: Sampling) {
  if (samples > 1 && temperature === 0)
    throw new UserError(
      'bad_input',
      `With temperature 0 all ${samples} responses to a prompt are the same. Give a --temperature above 0, such as 1.`,
    )
  const card = readRewardCard(rewardModel)
  if (card && !canRateBy(by, card.scheme)) throw noTokenRewards(rewardModel, card.scheme)
  return card
}

function noTokenRewards(rewardModel: string, scheme: string): UserError {
  return new UserError(
    'bad_input',
    `The reward model ${rewardModel} has scheme ${scheme}, which rewards no single tokens, so their sum means nothing. Use --best-by score.`,
  )
}

function tooLong({ prompt }: Question): UserError {
  const start = prompt.at(-1)!.content.slice(0, 60)
  return new UserError(
    'bad_input',
    `No response to "${start}" fits the reward model's context with its prompt. Lower --max-new or --max-query-tokens.`,
  )
}
