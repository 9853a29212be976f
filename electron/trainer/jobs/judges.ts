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
import { bucketLength, commonLengths } from '../../engine/training/batch.ts'
import type { Judge, Question } from '../../pipeline/judge/judge.ts'
import { scoreJudge } from '../../pipeline/judge/judges.ts'
import { programmaticJudge } from '../../pipeline/judge/programmatic-judge.ts'
import { winRate } from '../../pipeline/judge/win-rate.ts'
import type { JudgedPrompt } from '../../pipeline/ppo/examples.ts'
import { type Sample, sampleInBatches } from '../../pipeline/ppo/rollout.ts'
import { RewardScorer } from '../../pipeline/reward/model.ts'
import { openRewardModel } from './reward-card.ts'

export interface PolicyJudge {
  /** Win rate of the policy in percent; samples in the order of the prompts. */
  winRate(samples: Sample[]): Promise<number>
  dispose(): void
}

interface Setting {
  refPolicy: Model
  tokenizer: Tokenizer
  config: PpoConfig
  prompts: JudgedPrompt[]
}

/** The reference responds once, with the same random numbers that the policy uses. */
export async function policyJudge(spec: JudgeSpec, setting: Setting): Promise<PolicyJudge> {
  const { refPolicy, tokenizer, config, prompts } = setting
  const generator = new Generator(refPolicy)
  const reference = sampleInBatches(generator, prompts, config.rolloutBatchSize, {
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
  generator.dispose()
  const { judge, dispose } = openJudge(spec, setting)
  const outputOf = ({ response, ended }: Sample): Output => ({
    text: tokenizer.decode(response, { skipSpecial: true }),
    ended,
  })
  return {
    async winRate(samples) {
      const questions = samples.map((sample, i) =>
        questionOf(prompts[i]!, outputOf(reference[i]!), outputOf(sample)),
      )
      const replies = await judge.compare(questions)
      return winRate(replies.flatMap(({ preferSecond }) => preferSecond ?? [])).winRate
    },
    dispose,
  }
}

function questionOf({ id, item }: JudgedPrompt, first: Output, second: Output): Question {
  return { pairId: id, prompt: item.prompt, context: item.context, first, second }
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
  const { model, tokenizer, card } = openRewardModel(folder)
  const scorer = new RewardScorer(model, card.scheme, tokenizer.padId)
  const queryOf = ({ item }: JudgedPrompt) => encodeQuery(tokenizer, item, config.maxQueryTokens).ids
  const queries = new Map(prompts.map((prompt) => [prompt.id, queryOf(prompt)]))
  const judge = scoreJudge(`reward/${folder}`, async (entries) => {
    const rows = entries.map(({ question, text }) => ({
      query: queries.get(question.pairId)!,
      response: encodeResponse(tokenizer, text),
    }))
    return scorer
      .tokenRewards(rows, Math.min(8, rows.length), commonLengths(rows))
      .map((rewards) => scorer.sequenceScore(rewards))
  })
  const dispose = () => {
    scorer.dispose()
    disposeModel(model)
  }
  return { judge, dispose }
}
