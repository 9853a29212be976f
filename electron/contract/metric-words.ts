/** What charts and tables call each metric: a title in words, and the unit of its values. */
import type { MetricKey } from './metrics.ts'

export interface MetricWords {
  title: string
  /** Empty for a number without one. */
  unit: string
  /** What a value is multiplied by to be in that unit; 1 if omitted. */
  factor?: number
  /** A value to measure against, in that unit, such as one half. */
  reference?: number
}

const share = { unit: '%', factor: 100 } as const

export const metricWords: Readonly<Record<MetricKey, MetricWords>> = {
  'loss/total': { title: 'Total loss', unit: '' },
  'optim/grad_norm': { title: 'Gradient norm', unit: 'before clipping' },
  'optim/learning_rate': { title: 'Learning rate', unit: '' },
  'sft/loss': { title: 'Loss', unit: 'nats per token' },
  'sft/heldout_loss': { title: 'Held-out loss', unit: 'nats per token' },
  'reward/accuracy': { title: 'Pairs in order', ...share, reference: 50 },
  'reward/heldout_accuracy': { title: 'Pairs in order, held out', ...share, reference: 50 },
  'reward/margin': { title: 'Margin', unit: 'reward', reference: 0 },
  'reward/kept_mean': { title: 'Reward of kept tokens', unit: '', reference: 0 },
  'reward/token_auroc': { title: 'Tokens ranked, held out', unit: 'AUROC', reference: 0.5 },
  'objective/kl': { title: 'KL to reference', unit: 'nats' },
  'objective/kl_k3': { title: 'KL to reference, low variance', unit: 'nats' },
  'objective/heldout_kl': { title: 'KL, held out', unit: 'nats' },
  'objective/heldout_kl_k3': { title: 'KL, held out, low variance', unit: 'nats' },
  'objective/kl_coef': { title: 'KL penalty', unit: 'a nat' },
  'objective/entropy': { title: 'Entropy', unit: 'nats per token' },
  'objective/scores': { title: 'Reward', unit: 'per response', reference: 0 },
  'objective/rlhf_reward': { title: 'Reward minus KL penalty', unit: 'per response', reference: 0 },
  'policy/approxkl': { title: 'Size of the updates', unit: 'nats' },
  'policy/clipfrac': { title: 'Clipped updates', ...share },
  'policy/ratio': { title: 'Probability ratio', unit: 'new to old', reference: 1 },
  'loss/policy': { title: 'Policy loss', unit: '' },
  'loss/value': { title: 'Value loss', unit: '' },
  'val/clipfrac': { title: 'Clipped values', ...share },
  'val/explained_variance': { title: 'Returns explained by values', unit: '', reference: 0 },
  'response/length': { title: 'Length', unit: 'tokens' },
  'response/eos_rate': { title: 'Finished', unit: '% of responses', factor: 100 },
  'response/repetition': { title: 'Repetition', unit: '% of 4-grams', factor: 100 },
  'judge/win_rate': { title: 'Win rate', unit: '%, held out', reference: 50 },
  'dpo/accuracy': { title: 'Pairs in order', ...share, reference: 50 },
  'dpo/margin': { title: 'Margin', unit: 'implicit reward', reference: 0 },
  'dpo/logp_chosen': { title: 'Chosen responses', unit: 'nats since the start', reference: 0 },
  'dpo/logp_rejected': { title: 'Rejected responses', unit: 'nats since the start', reference: 0 },
  'dpo/heldout_accuracy': { title: 'Pairs in order, held out', ...share, reference: 50 },
}

/** A metric of a newer or older version is called by its key. */
export function wordsOfMetric(key: string): MetricWords {
  return key in metricWords ? metricWords[key as MetricKey] : { title: key, unit: '' }
}
