/**
 * How much credit each token gets for the rewards that follow it: one row per estimator. Pure functions of row-major
 * (B, T) arrays, zero off the mask.
 *
 * All of them see the same rewards, one per token with the KL penalty in it, so that they differ in nothing else: the
 * group methods as published have the KL in the loss (group) or summed over the response (rloo). With a reward at the
 * end and without a KL penalty they are equal to the published ones, at every token.
 */
import assert from 'node:assert/strict'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { Credit } from '../../contract/run-kinds/ppo-choices.ts'
import { gae, whiten } from './advantages.ts'
import { mapResponses, type ResponseTokens } from './rewards.ts'

export interface Credited {
  advantages: Float32Array
  /** What values are trained to predict; null without a critic. */
  returns: Float32Array | null
}

export interface Earned {
  rewards: Float32Array
  /** Null without a critic. */
  values: Float32Array | null
  /** The responses to a prompt are `samplesPerPrompt` rows that follow each other. */
  batch: ResponseTokens
}

export type CreditSettings = Pick<
  PpoConfig,
  'credit' | 'gamma' | 'gaeLambda' | 'samplesPerPrompt' | 'whitenAdvantages'
>

type Estimate = (earned: Earned, settings: CreditSettings) => Credited

/**
 * G_t is the reward to go, Σ_{s ≥ t} γ^(s-t) reward_s; i and j are responses to the same prompt, of K.
 *
 * - `gae`: against a critic's values (`advantages.ts#gae`), whitened over the rollout.
 * - `reinforce++`: G_t, whitened over the rollout (Hu 2025, arXiv 2501.03262).
 * - `rloo`: G_it - mean_{j ≠ i} G_jt (Ahmadian et al. 2024, arXiv 2402.14740).
 * - `group`: (G_it - mean_j G_jt) / (sd_j G_j0 + 10⁻⁴), sd with K - 1 (GRPO: Shao et al. 2024, arXiv 2402.03300; the
 *   constants are TRL's).
 *
 * Where response j is shorter than t, G_jt is that of its last token: a reward at the end then has one baseline at every
 * token, and a baseline never depends on what response i says.
 */
const rows: Record<Credit, Estimate> = {
  gae({ rewards, values, batch }, settings) {
    assert(values, 'GAE needs the values of a critic')
    const { advantages, returns } = gae(rewards, values, batch, settings)
    return { advantages: whitenIf(settings.whitenAdvantages, advantages, batch), returns }
  },
  'reinforce++'({ rewards, batch }, settings) {
    const advantages = rewardsToGo(rewards, batch, settings.gamma)
    return { advantages: whitenIf(settings.whitenAdvantages, advantages, batch), returns: null }
  },
  rloo(earned, settings) {
    const advantages = againstGroup(earned, settings, (own, group) => {
      const others = group.reduce((sum, each) => sum + each, 0) - own
      return own - others / (group.length - 1)
    })
    return { advantages, returns: null }
  },
  group(earned, settings) {
    const advantages = againstGroup(
      earned,
      settings,
      (own, group, totals) => (own - meanOf(group)) / (sampleDeviation(totals) + 1e-4),
    )
    return { advantages, returns: null }
  },
}

export function estimateCredit(earned: Earned, settings: CreditSettings): Credited {
  return rows[settings.credit](earned, settings)
}

function whitenIf(isOn: boolean, advantages: Float32Array, { responseMask }: ResponseTokens): Float32Array {
  return isOn ? whiten(advantages, responseMask) : advantages
}

/** G_t at every response token. */
export function rewardsToGo(rewards: Float32Array, batch: ResponseTokens, gamma: number): Float32Array {
  return mapResponses(rewards, batch, (row) => {
    const out = new Float32Array(row.length)
    let next = 0
    for (let t = row.length - 1; t >= 0; t--) out[t] = next = row[t]! + gamma * next
    return out
  })
}

/**
 * Compares each token's reward to go with those of its group.
 * @param compare gets G_it, the G_jt of the whole group, and its G_j0
 */
function againstGroup(
  { rewards, batch }: Earned,
  { gamma, samplesPerPrompt }: CreditSettings,
  compare: (own: number, group: number[], totals: number[]) => number,
): Float32Array {
  const returns: Float32Array[] = []
  const toGo = rewardsToGo(rewards, batch, gamma)
  mapResponses(toGo, batch, (row, b) => {
    returns[b] = row
    return row
  })
  return mapResponses(toGo, batch, (row, b) => {
    const first = b - (b % samplesPerPrompt)
    const group = returns.slice(first, first + samplesPerPrompt)
    const at = (t: number) => group.map((other) => other[Math.min(t, other.length - 1)]!)
    const totals = at(0)
    return row.map((own, t) => compare(own, at(t), totals))
  })
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

function sampleDeviation(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1))
}
