/** Several reward models as one: their mean, minus what they disagree by. */
import assert from 'node:assert/strict'
import type { ResponseScorer } from './reward-models.ts'

/** A member, with the zero and the unit in which its rewards are compared with the others'. */
export interface EnsembleMember {
  scorer: ResponseScorer
  scale: { center: number; deviation: number }
}

/**
 * mean − penalty · sd of the members' rewards, token by token (uncertainty-weighted optimisation, Coste et al. 2023, who
 * subtract the variance; the deviation keeps the reward's unit). A token on which the members disagree earns less, so a
 * policy gains little where only one of them is wrong.
 * @param rewards one array per member, of equal lengths
 * @param penalty 0 gives the mean
 */
export function ensembleRewards(rewards: readonly ArrayLike<number>[], penalty: number): Float32Array {
  const [first, ...others] = rewards
  assert(first, 'An ensemble needs a reward model.')
  assert(
    others.every(({ length }) => length === first.length),
    'The members of an ensemble must reward the same tokens.',
  )
  return Float32Array.from(first, (_, t) => {
    const values = rewards.map((row) => row[t]!)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    return mean - penalty * Math.sqrt(variance)
  })
}

/**
 * One scorer from several of the same scheme and tokenizer. S is that of the combined tokens: for the mean over tokens it
 * is at most mean S − penalty · sd S.
 */
export function ensembleScorer(members: readonly EnsembleMember[], penalty: number): ResponseScorer {
  const [first] = members
  assert(first, 'An ensemble needs a reward model.')
  return {
    tokenRewards(...asked) {
      const all = members.map(({ scorer, scale }) =>
        scorer
          .tokenRewards(...asked)
          .map((row) => row.map((reward) => (reward - scale.center) / scale.deviation)),
      )
      return all[0]!.map((_, i) =>
        ensembleRewards(
          all.map((rows) => rows[i]!),
          penalty,
        ),
      )
    },
    sequenceScore: (rewards) => first.scorer.sequenceScore(rewards),
  }
}
