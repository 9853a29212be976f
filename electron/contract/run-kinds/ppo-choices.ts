/**
 * Where PPO pays its reward, and how it assigns credit: one row per choice, with what the run then needs. The formulas
 * are rows of the same names in the pipeline (`placements.ts`, `credit.ts`).
 */

interface PlacementNeeds {
  /** Whether it reads the reward model's reward of single tokens. */
  rewardsTokens: boolean
  /** Whether it reads a second, sequence reward model. */
  needsSequenceModel: boolean
}

export const placements = {
  token: { rewardsTokens: true, needsSequenceModel: false },
  sequence: { rewardsTokens: false, needsSequenceModel: false },
  shaped: { rewardsTokens: true, needsSequenceModel: true },
  mixed: { rewardsTokens: true, needsSequenceModel: true },
} as const satisfies Record<string, PlacementNeeds>

export type Placement = keyof typeof placements
export const placementNames = Object.keys(placements) as Placement[]

interface CreditNeeds {
  /** Whether it needs a value model. */
  hasCritic: boolean
  /** Whether it compares several responses to the same prompt. */
  comparesSamples: boolean
}

export const creditEstimators = {
  gae: { hasCritic: true, comparesSamples: false },
  'reinforce++': { hasCritic: false, comparesSamples: false },
  rloo: { hasCritic: false, comparesSamples: true },
  group: { hasCritic: false, comparesSamples: true },
} as const satisfies Record<string, CreditNeeds>

export type Credit = keyof typeof creditEstimators
export const creditNames = Object.keys(creditEstimators) as Credit[]

/** What makes settings and models contradict each other. */
export interface Contradiction {
  /** Of the verb's input. */
  path: string[]
  /** Without a full stop. */
  message: string
}

interface Chosen {
  rewardModel: string
  sequenceModel: string | null
  ensemble: string[]
  config: { placement: Placement; credit: Credit; samplesPerPrompt: number; rolloutBatchSize: number }
}

/** @returns the first contradiction, or null */
export function contradictionOf(chosen: Chosen): Contradiction | null {
  return modelContradiction(chosen) ?? ensembleContradiction(chosen) ?? sampleContradiction(chosen)
}

function modelContradiction({ sequenceModel, config: { placement } }: Chosen): Contradiction | null {
  const { needsSequenceModel } = placements[placement]
  if (needsSequenceModel === (sequenceModel !== null)) return null
  const needing = placementNames.filter((name) => placements[name].needsSequenceModel)
  const message = needsSequenceModel
    ? `Placement ${placement} needs a second reward model, which scores whole responses: name one that was trained with scheme sequence`
    : `Placement ${placement} reads no second reward model: leave it out, or choose placement ${needing.join(' or ')}`
  return { path: ['sequenceModel'], message }
}

function ensembleContradiction({ rewardModel, ensemble }: Chosen): Contradiction | null {
  const twice = ensemble.find((model, i) => model === rewardModel || ensemble.indexOf(model) < i)
  if (twice === undefined) return null
  return { path: ['ensemble'], message: `The reward model ${twice} is named twice: name each once` }
}

function sampleContradiction({ config }: Chosen): Contradiction | null {
  const { credit, samplesPerPrompt, rolloutBatchSize } = config
  const path = ['config', 'samplesPerPrompt']
  if (creditEstimators[credit].comparesSamples && samplesPerPrompt < 2)
    return { path, message: `Credit ${credit} compares responses to the same prompt: choose 2 or more` }
  if (rolloutBatchSize % samplesPerPrompt !== 0)
    return {
      path,
      message: `The ${rolloutBatchSize} responses of a step (rolloutBatchSize) cannot be divided among prompts of ${samplesPerPrompt} responses each: choose a divisor`,
    }
  return null
}
