/** Settings to begin with: what each suits is said in a sentence. */
import type { Values } from './form-fields.ts'

export interface Preset {
  title: string
  suits: string
  values: Values
}

const worldLengths = { 'config.maxQueryTokens': '64', 'config.maxResponseTokens': '64' }

export const presets: Record<string, Preset[]> = {
  'train sft': [
    {
      title: 'Sample world',
      suits: 'The sample project: a policy from scratch, in about a minute.',
      values: {
        model: 'world',
        name: 'base',
        'config.epochs': '2',
        'config.batchSize': '32',
        'config.learningRate': '0.002',
        'config.warmupSteps': '5',
        ...worldLengths,
      },
    },
    {
      title: 'A real model',
      suits: 'SmolLM2-135M and its like, with adapters.',
      values: {
        'config.loraRank': '16',
        'config.learningRate': '0.0002',
        'config.batchSize': '8',
        'config.epochs': '1',
      },
    },
  ],
  'train reward': [
    {
      title: 'Sample world',
      suits: 'The sample project: token rewards from its edits, in about a minute.',
      values: {
        model: 'base',
        name: 'rewards',
        'config.epochs': '2',
        'config.batchSize': '16',
        'config.learningRate': '0.001',
        'config.warmupSteps': '5',
        ...worldLengths,
      },
    },
    {
      title: 'A real model',
      suits: 'SmolLM2-135M and its like, on hundreds of edits.',
      values: {
        'config.learningRate': '0.00002',
        'config.batchSize': '8',
        'config.microBatchSize': '4',
        'config.maxSteps': '60',
      },
    },
  ],
  'train ppo': [
    {
      title: 'Sample world',
      suits: 'The sample project: twenty iterations, judged along the way by its truth.',
      values: {
        policy: 'base',
        rewardModel: 'rewards',
        name: 'aligned',
        judge: 'world',
        'config.totalSteps': '20',
        'config.rolloutBatchSize': '32',
        'config.normalizationSamples': '32',
        'config.learningRate': '0.00025',
        'config.maxQueryTokens': '64',
        'config.maxNewTokens': '56',
        'config.valueTrunk': 'separate',
        'config.judgeEvery': '5',
        'config.klCoef': '0.2',
        'config.tripwires.lengthChange': 'none',
        'config.tripwires.judgeDrop': 'none',
        'config.sampleEvery': '2',
      },
    },
    {
      title: 'A real model',
      suits: 'SmolLM2-135M and its like on two cores, with adapters.',
      values: {
        'config.loraRank': '16',
        'config.learningRate': '0.00002',
        'config.rolloutBatchSize': '8',
        'config.numPpoEpochs': '1',
        'config.maxNewTokens': '48',
        'config.maxQueryTokens': '192',
        'config.totalSteps': '20',
      },
    },
  ],
  'train dpo': [
    {
      title: 'Sample world',
      suits: 'The sample project.',
      values: { policy: 'base', name: 'dpo', 'config.learningRate': '0.0005', ...worldLengths },
    },
  ],
}
