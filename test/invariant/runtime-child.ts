/** Opens one runtime, computes on a toy model what must be the same on every runtime, and prints it as JSON. */
import { Generator } from '../../electron/engine/generation/generate.ts'
import { loadModel } from '../../electron/engine/model/sources/load-and-save.ts'
import { openRuntime, type RuntimeOptions } from '../../electron/engine/runtime/runtime.ts'
import { RewardScorer } from '../../electron/pipeline/reward/model.ts'
import { type Parameters, parametersAfterStep, type StepName, snugLengths } from './steps.ts'
import { toyExamples, toyTokenizer } from './toy.ts'

export interface RuntimeResults {
  runtime: { kind: string; compiles: boolean }
  /** Responses sampled at temperature 1. */
  sampled: number[][]
  /** Responses with the most likely tokens. */
  greedy: number[][]
  tokenRewards: number[][]
  /** Parameters after the requested steps. */
  steps: Partial<Record<StepName, Parameters>>
}

export interface RuntimePlan {
  options: RuntimeOptions
  policy: string
  rewardModel: string
  steps: readonly StepName[]
}

const { options, policy, rewardModel, steps: stepNames } = JSON.parse(process.argv[2]!) as RuntimePlan
const { kind, compiles } = await openRuntime(options)
const { demonstrations } = toyExamples(8, toyTokenizer())

function generate(temperature: number): number[][] {
  const model = loadModel(policy)
  const sampling = {
    temperature,
    topK: 0,
    topP: 1,
    maxNewTokens: 12,
    eosIds: model.config.eosIds,
    padId: 0,
    seed: 4,
    stream: 'test',
  }
  const rows = new Generator(model).generate(
    demonstrations.map((d) => d.query),
    sampling,
  )
  return rows.map((row) => row.response)
}

const scorer = new RewardScorer(loadModel(rewardModel), 'classify', 0)
const steps: RuntimeResults['steps'] = {}
for (const name of stepNames) steps[name] = await parametersAfterStep(name, policy)
const results: RuntimeResults = {
  runtime: { kind, compiles },
  sampled: generate(1),
  greedy: generate(0),
  tokenRewards: scorer.tokenRewards(demonstrations, 8, snugLengths).map((row) => [...row]),
  steps,
}
process.stdout.write(JSON.stringify(results))
