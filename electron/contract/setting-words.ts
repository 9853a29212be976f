/**
 * What forms call each setting of a run, in which group it stands, and whether it is shown before all others are asked
 * for. The sentence below a setting is its description in the contract; keys are those of the command line.
 */

export const settingGroups = {
  method: { title: 'Method', purpose: 'What to train, from what, and how it is rewarded.' },
  data: { title: 'Data', purpose: 'What it learns from, and what is held out.' },
  length: { title: 'Length of the run', purpose: 'How much it sees, and how often it learns.' },
  learning: { title: 'Learning', purpose: 'How far each step may move the model.' },
  reward: { title: 'Reward', purpose: 'How rewards are scaled and credited to tokens.' },
  loss: { title: 'Loss', purpose: 'What each part of the loss weighs.' },
  checks: { title: 'Checks', purpose: 'When to judge, and when to pause without being asked.' },
  machine: { title: 'Memory and disk', purpose: 'How it fits on this machine.' },
} as const

export type SettingGroup = keyof typeof settingGroups

export interface SettingWords {
  label: string
  group: SettingGroup
  /** Shown inside the field; that of the contract if omitted. */
  unit?: string
  /** Whether it is shown at once. */
  isMain?: boolean
  /** What its choices are called; the code's name if omitted. */
  choices?: Readonly<Record<string, string>>
  /** The sentence below it, where that of the contract speaks to users of the command line. */
  help?: string
}

const pairs = { edited: 'Edited over original', original: 'Chosen over rejected' }

const modelHelp =
  'A model of this project, or the path of another: a Hugging Face folder, a GGUF file or a PEFT adapter.'

export const settingWords: Readonly<Record<string, SettingWords>> = {
  name: { label: 'Name', group: 'method', isMain: true },
  model: { label: 'Model to train', group: 'method', isMain: true, help: modelHelp },
  policy: { label: 'Model to train', group: 'method', isMain: true, help: modelHelp },
  rewardModel: {
    label: 'Reward model',
    group: 'method',
    isMain: true,
    help: 'What rewards the responses: a model of this project, or the path of another.',
  },
  sequenceModel: { label: 'Second reward model', group: 'method' },
  ensemble: { label: 'Further reward models', group: 'method' },
  placement: { label: 'Where the reward is given', group: 'method', isMain: true },
  scheme: {
    label: 'Reward scheme',
    group: 'method',
    isMain: true,
    help: 'How the labels of an edit become rewards: by comparing the two texts, or token by token.',
    choices: {
      'bt-balanced': 'Changed tokens, both sides alike',
      'bt-changed': 'Changed tokens, by their sum',
      'bt-mean-changed': 'Changed tokens, by their mean',
      'bt-mean': 'All tokens, by their mean',
      classify: 'Each token classified',
      regress: 'Each token’s label as its reward',
      sequence: 'One score per response',
    },
  },
  loss: {
    label: 'Loss',
    group: 'method',
    isMain: true,
    help: 'What is minimised: a loss over pairs, or the likelihood of the tokens of an edit.',
    choices: {
      dpo: 'Preference (DPO)',
      dpop: 'Preference, chosen kept likely (DPOP)',
      rpo: 'Preference with imitation (RPO)',
      ddpo: 'Preference, changed tokens weighed (DDPO)',
      tdpo: 'Preference with KL per token (TDPO)',
      kto: 'Each response good or bad (KTO)',
      figa: 'Labelled tokens (FIGA)',
      salt: 'Labelled tokens, deleted ones unlearned (SALT)',
    },
  },
  datasets: {
    label: 'Datasets',
    group: 'data',
    isMain: true,
    help: 'The run learns from the rows of the checked datasets.',
  },
  responses: {
    label: 'Responses',
    group: 'data',
    isMain: true,
    choices: { chosen: 'Chosen responses', edited: 'Finished edits' },
  },
  pairs: { label: 'Pairs', group: 'data', isMain: true, choices: pairs },
  heldout: { label: 'Held-out share', group: 'data', unit: 'of documents' },
  heldoutLimit: { label: 'Maximum held-out rows', group: 'data', unit: 'rows' },
  maxQueryTokens: { label: 'Longest prompt', group: 'data', unit: 'tokens' },
  maxResponseTokens: { label: 'Longest response', group: 'data', unit: 'tokens' },
  gapLabels: { label: 'Label gaps', group: 'data' },
  softLabels: { label: 'Labels shared by editors', group: 'data' },
  templateVariables: { label: 'Variables of the chat template', group: 'data', unit: 'JSON' },
  keepThinking: { label: 'Keep thinking blocks', group: 'data' },
  epochs: { label: 'Epochs', group: 'length', isMain: true },
  maxSteps: { label: 'Maximum steps', group: 'length', unit: 'steps' },
  totalSteps: { label: 'Steps', group: 'length', isMain: true },
  batchSize: { label: 'Batch size', group: 'length', unit: 'examples', isMain: true },
  rolloutBatchSize: { label: 'Responses in each step', group: 'length', isMain: true },
  samplesPerPrompt: { label: 'Responses to each prompt', group: 'length' },
  maxNewTokens: { label: 'Longest response', group: 'length', unit: 'tokens', isMain: true },
  numPpoEpochs: {
    label: 'Passes over each batch',
    group: 'length',
    isMain: true,
    help: 'How often the policy learns from the same responses.',
  },
  numMiniBatches: { label: 'Updates in each pass', group: 'length' },
  temperature: { label: 'Temperature', group: 'length' },
  seed: { label: 'Seed', group: 'learning', isMain: true },
  learningRate: { label: 'Learning rate', group: 'learning', isMain: true },
  loraRank: { label: 'Rank of the adapters (LoRA)', group: 'learning', isMain: true },
  warmupSteps: { label: 'Warm-up', group: 'learning', unit: 'steps' },
  decay: {
    label: 'After the warm-up',
    group: 'learning',
    choices: { constant: 'Constant', linear: 'Linear decay', cosine: 'Cosine decay' },
  },
  weightDecay: { label: 'Weight decay', group: 'learning' },
  beta1: { label: 'AdamW beta 1', group: 'learning' },
  beta2: { label: 'AdamW beta 2', group: 'learning' },
  epsilon: { label: 'AdamW epsilon', group: 'learning' },
  maxGradNorm: { label: 'Largest gradient norm', group: 'learning' },
  klCoef: { label: 'KL penalty', group: 'learning', unit: 'per nat', isMain: true },
  'adaptiveKl.target': { label: 'KL to hold', group: 'learning', unit: 'nats' },
  'adaptiveKl.horizon': { label: 'KL adapts over', group: 'learning', unit: 'responses' },
  clipRange: { label: 'Clip the ratio at', group: 'learning', unit: '±', isMain: true },
  clipRangeValue: { label: 'Clip values at', group: 'learning', unit: '±' },
  vfCoef: { label: 'Weight of the value loss', group: 'learning' },
  entCoef: { label: 'Weight of the entropy bonus', group: 'learning' },
  targetKl: { label: 'End passes above', group: 'learning', unit: 'nats' },
  valueTrunk: {
    label: 'Value model',
    group: 'learning',
    choices: { shared: 'A head on the policy', separate: 'A separate model' },
  },
  valueInit: {
    label: 'Value model starts from',
    group: 'learning',
    choices: { reward: 'The reward model', policy: 'The policy' },
  },
  derivedRewards: {
    label: 'Derived token rewards',
    group: 'reward',
    choices: {
      red: 'Change of the score (RED)',
      confident: 'Larger changes only',
      likelihood: 'Likelihood of a language model (RTO)',
    },
  },
  ensemblePenalty: { label: 'Penalty on disagreement', group: 'reward', unit: 'deviations' },
  tokenWeight: { label: 'Weight of token rewards', group: 'reward', unit: 'of 1' },
  rewardClip: { label: 'Limit of rewards', group: 'reward', unit: 'deviations' },
  rewardBound: {
    label: 'The limit applies to',
    group: 'reward',
    choices: { response: 'A whole response', token: 'Each reward', par: 'Probability to beat the reference' },
  },
  sumRewardOver: { label: 'Reward each', group: 'reward', choices: { token: 'Token', segment: 'Segment' } },
  missingEosPenalty: {
    label: 'Penalty for unfinished responses',
    group: 'reward',
    unit: 'deviations',
    isMain: true,
  },
  credit: {
    label: 'Credit',
    group: 'reward',
    isMain: true,
    choices: {
      gae: 'Against a critic (GAE)',
      'reinforce++': 'Rewards to go (REINFORCE++)',
      rloo: 'Against the other responses (RLOO)',
      group: 'Within the group (GRPO)',
    },
  },
  gamma: { label: 'Discount (gamma)', group: 'reward' },
  gaeLambda: { label: 'GAE lambda', group: 'reward' },
  whitenAdvantages: { label: 'Normalise advantages', group: 'reward' },
  normalizationSamples: { label: 'Responses that set the scale', group: 'reward' },
  keptPenalty: {
    label: 'Penalty on kept tokens',
    group: 'loss',
    isMain: true,
    help: 'Schemes that compare changed tokens: weight of the mean squared reward of kept tokens.',
  },
  anchorPenalty: { label: 'Penalty on sampled tokens', group: 'loss' },
  anchorSamples: {
    label: 'Prompts that are sampled',
    group: 'loss',
    help: 'With a penalty on sampled tokens: training prompts that the model answers once each, before training.',
  },
  minorWeight: { label: 'Weight of minor changes', group: 'loss', unit: 'of 1' },
  spanWeighted: {
    label: 'Divide by the length of spans',
    group: 'loss',
    help: 'If each token’s label is its reward: divide it by the length of the span that was changed.',
  },
  beta: { label: 'KL constraint (beta)', group: 'loss', isMain: true },
  dpopLambda: { label: 'DPOP lambda', group: 'loss' },
  rpoAlpha: { label: 'RPO alpha', group: 'loss' },
  ddpoGamma: { label: 'DDPO gamma', group: 'loss' },
  tdpoAlpha: { label: 'TDPO alpha', group: 'loss' },
  insertedWeight: { label: 'Weight of inserted tokens', group: 'loss' },
  keptWeight: { label: 'Weight of kept tokens', group: 'loss' },
  deletedWeight: { label: 'Weight of deleted tokens', group: 'loss' },
  judge: {
    label: 'Judged by',
    group: 'checks',
    isMain: true,
    help: 'Compares held-out responses with the reference’s while the run trains.',
  },
  judgeEvery: { label: 'Judge every', group: 'checks', unit: 'steps', isMain: true },
  sampleEvery: { label: 'Record samples every', group: 'checks', unit: 'steps' },
  klSamples: { label: 'Responses that measure KL', group: 'checks' },
  chosenDrop: { label: 'Pause when the chosen fall by', group: 'checks', unit: 'nats', isMain: true },
  'tripwires.maxKl': { label: 'Pause when KL passes', group: 'checks', unit: 'nats', isMain: true },
  'tripwires.lengthChange': { label: 'Pause when length changes by', group: 'checks', unit: 'share' },
  'tripwires.maxRepetition': { label: 'Pause when repetition passes', group: 'checks', unit: 'share' },
  'tripwires.minEosRate': { label: 'Pause when fewer finish than', group: 'checks', unit: 'share' },
  'tripwires.judgeDrop': { label: 'Pause when the win rate falls by', group: 'checks', unit: 'share' },
  checkpointEvery: { label: 'Checkpoint every', group: 'machine', unit: 'steps' },
  microBatchSize: { label: 'Micro-batch', group: 'machine', unit: 'examples' },
  gradientCheckpointing: { label: 'Recompute to save memory', group: 'machine' },
}

/** The name of a setting in these words: its path without `config`, as on the command line. */
export function settingName(path: readonly string[]): string {
  return (path[0] === 'config' ? path.slice(1) : path).join('.')
}

/** @returns the words of a setting; of one that has none, its own label in the group `machine` */
export function wordsOfSetting(path: readonly string[], label: string): SettingWords {
  return settingWords[settingName(path)] ?? { label, group: 'machine' }
}

/** The cards for where the reward is given, the common ones first. */
export const placementWords = {
  token: {
    title: 'At each token',
    help: "Every token gets its own reward, centred on kept tokens. The paper's method.",
  },
  sequence: {
    title: 'Once, at the end',
    help: "The response's score on its last token. Ordinary PPO, to compare with.",
  },
  shaped: {
    title: 'Once, spread over the tokens',
    help: 'The score of a second reward model, placed where token rewards say it was earned.',
  },
  mixed: {
    title: 'Both, weighed',
    help: 'Token rewards and the score of a second reward model, in a weighted sum.',
  },
} as const
