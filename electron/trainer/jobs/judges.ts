/** The judge that watches a PPO run: it compares the policy's responses to held-out prompts with the reference's. */

import {
  applyToKind,
  isProgrammatic,
  type JudgeSpec,
  type TrainingModelJudgeSpecs,
} from '../../contract/judge-kinds.ts'
import type { Output } from '../../contract/records.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import { Generator } from '../../engine/generation/generate.ts'
import { disposeModel, type Model } from '../../engine/model/model.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { encodeQuery, encodeResponse } from '../../engine/tokenizer/query.ts'
import { opensThinking, responseText } from '../../engine/tokenizer/thinking.ts'
import { bucketLength, commonLengths } from '../../engine/training/batch.ts'
import { fitsContext } from '../../engine/training/examples.ts'
import { type PausePoint, withPauses } from '../../engine/training/pauses.ts'
import type { Judge, Question } from '../../pipeline/judge/judge.ts'
import { scoreJudge } from '../../pipeline/judge/judges.ts'
import { programmaticJudge } from '../../pipeline/judge/programmatic-judge.ts'
import { winRate } from '../../pipeline/judge/win-rate.ts'
import type { JudgedPrompt } from '../../pipeline/ppo/examples.ts'
import { type Sample, sampleInBatches } from '../../pipeline/ppo/rollout.ts'
import { openRewardModel, scorerOf } from './reward-card.ts'

export interface PolicyJudge {
  /** Win rate of the policy in percent, null without a verdict; samples in the order of the prompts. */
  winRate(samples: Sample[]): Promise<number | null>
  dispose(): void
}

interface Setting {
  refPolicy: Model
  tokenizer: Tokenizer
  config: PpoConfig
  prompts: JudgedPrompt[]
}

/** The reference responds once, with the same random numbers that the policy uses. */
export async function policyJudge(
  spec: JudgeSpec,
  setting: Setting,
  pausePoint: PausePoint,
): Promise<PolicyJudge> {
  const { refPolicy, tokenizer, config, prompts } = setting
  const generator = new Generator(refPolicy)
  const sampling = sampleInBatches(generator, prompts, config.rolloutBatchSize, {
    temperature: config.temperature,
    topK: 0,
    topP: 1,
    maxNewTokens: config.maxNewTokens,
    eosIds: refPolicy.config.eosIds,
    padId: tokenizer.padId,
    seed: config.seed,
    stream: 'judge',
    queryLength: bucketLength(Math.max(...prompts.map(({ query }) => query.length))),
  })
  const reference = await withPauses(sampling, pausePoint).finally(() => generator.dispose())
  const { judge, dispose } = openJudge(spec, setting)
  const outputOf = ({ query, response, ended }: Sample): Output => ({
    text: responseText(tokenizer, response, {
      isOpen: opensThinking(tokenizer.decode(query)),
      keepThinking: config.keepThinking,
    }),
    ended,
  })
  return {
    async winRate(samples) {
      const questions = samples.map((sample, i) =>
        questionOf(prompts[i]!, outputOf(reference[i]!), outputOf(sample)),
      )
      const replies = await judge.compare(questions)
      const verdicts = replies.flatMap(({ preferSecond }) => preferSecond ?? [])
      return verdicts.length === 0 ? null : winRate(verdicts).winRate
    },
    dispose,
  }
}

function questionOf({ id, item, references }: JudgedPrompt, first: Output, second: Output): Question {
  return { pairId: id, prompt: item.prompt, context: item.context, first, second, references }
}

interface OpenJudge {
  judge: Judge
  dispose(): void
}

/** The judges with a model. */
const modelJudges: {
  [Kind in keyof TrainingModelJudgeSpecs]: (
    spec: TrainingModelJudgeSpecs[Kind],
    setting: Setting,
  ) => OpenJudge
} = { reward: rewardJudge }

function openJudge(spec: JudgeSpec, setting: Setting): OpenJudge {
  if (isProgrammatic(spec)) return { judge: programmaticJudge(spec), dispose: () => {} }
  return applyToKind(modelJudges, spec.kind, spec, setting)
}

/** Tokenizes prompts with the reward model's tokenizer, which need not be the policy's. */
function rewardJudge(
  { model: folder }: TrainingModelJudgeSpecs['reward'],
  { prompts, config }: Setting,
): OpenJudge {
  const reward = openRewardModel(folder)
  const { model, tokenizer } = reward
  const scorer = scorerOf(reward)
  const queryOf = ({ item }: JudgedPrompt) => encodeQuery(tokenizer, item, config.maxQueryTokens).ids
  const queries = new Map(prompts.map((prompt) => [prompt.id, queryOf(prompt)]))
  const judge = scoreJudge(`reward/${folder}`, async (entries) => {
    const rows = entries.map(({ question, text }) => ({
      query: queries.get(question.pairId)!,
      response: encodeResponse(tokenizer, text),
    }))
    const fitting = rows.filter((row) => fitsContext(row, model.config))
    if (fitting.length === 0) return rows.map(() => null)
    const rewards = scorer.tokenRewards(fitting, Math.min(8, fitting.length), commonLengths(fitting))
    const scores = new Map(fitting.map((row, i) => [row, scorer.sequenceScore(rewards[i]!)]))
    return rows.map((row) => scores.get(row) ?? null)
  })
  const dispose = () => {
    scorer.dispose()
    disposeModel(model)
  }
  return { judge, dispose }
}
