/**
 * Where a response's reward is paid: one row per placement. Pure functions of row-major (B, T) arrays; all results are
 * zero off the mask.
 */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { Placement } from '../../contract/run-kinds/ppo-choices.ts'
import { bounds } from './bounds.ts'
import {
  atLastToken,
  mapResponses,
  normalized,
  type ResponseTokens,
  type RewardScale,
  sumOverSegments,
  tokenScores,
} from './rewards.ts'

/** What the reward models say about sampled responses. */
export interface Judged {
  batch: ResponseTokens
  /** Of the reward model (B, T), with the scale of its summed tokens; read only by placements that reward tokens. */
  tokenRewards: Float32Array
  tokenScale: RewardScale
  /** S(y) of each response, by the sequence reward model if there are two, with its scale. */
  sequenceScores: ArrayLike<number>
  sequenceScale: RewardScale
  /** 1 at the last token of a segment (B, T), to pay each segment's sum there; null pays every token. */
  segmentEnd: Float32Array | null
}

export type PlacementSettings = Pick<PpoConfig, 'placement' | 'rewardBound' | 'rewardClip' | 'tokenWeight'>

type Place = (judged: Judged, settings: PlacementSettings) => Float32Array

/**
 * r_t is a normalised token reward, S the normalised score of the response (docs/PAPER.md).
 *
 * - `token`: r_t at every token.
 * - `sequence`: S at the last token.
 * - `shaped`: r_t at every token, and S - Σ r at the last one, so that a response earns S whatever its tokens earn. It is
 *   potential-based shaping (Ng, Harada, Russell 1999) with the sum of r up to a token as the potential, which changes
 *   when reward is paid and not which policy is best. The potential is bounded, not each r_t: a factor that depends on
 *   later tokens would no longer be a potential.
 * - `mixed`: tokenWeight · r_t at every token, and (1 - tokenWeight) · S at the last one.
 */
const rows: Record<Placement, Place> = {
  token: tokenPlaced,
  sequence: sequencePlaced,
  shaped(judged, settings) {
    const { score: bounded } = bounds[settings.rewardBound]
    const limits = { limit: settings.rewardClip, deviation: judged.tokenScale.deviation }
    const total = sequencePlaced(judged, settings)
    const { responseLength } = judged.batch
    return mapResponses(segmented(judged, unbounded(judged)), judged.batch, (row, b) => {
      const score = total[b * responseLength + row.length - 1]!
      let sum = 0
      let paid = 0
      return row.map((reward, t) => {
        sum += reward
        const pay = Math.fround((t === row.length - 1 ? score : bounded(sum, limits)) - paid)
        paid += pay
        return pay
      })
    })
  },
  mixed(judged, settings) {
    const ofSequence = sequencePlaced(judged, settings)
    const { tokenWeight } = settings
    return tokenPlaced(judged, settings).map(
      (reward, i) => tokenWeight * reward + (1 - tokenWeight) * ofSequence[i]!,
    )
  },
}

/** The reward models' part of each token's reward. */
export function placedScores(judged: Judged, settings: PlacementSettings): Float32Array {
  return rows[settings.placement](judged, settings)
}

function tokenPlaced(judged: Judged, { rewardBound, rewardClip }: PlacementSettings): Float32Array {
  const limits = { limit: rewardClip, deviation: judged.tokenScale.deviation }
  return segmented(judged, bounds[rewardBound].tokens(unbounded(judged), judged.batch, limits))
}

function sequencePlaced(judged: Judged, { rewardBound, rewardClip }: PlacementSettings): Float32Array {
  const { batch, sequenceScores, sequenceScale } = judged
  const limits = { limit: rewardClip, deviation: sequenceScale.deviation }
  return atLastToken(
    Array.from(sequenceScores, (score) =>
      bounds[rewardBound].score(normalized(score, sequenceScale), limits),
    ),
    batch,
  )
}

function unbounded({ tokenRewards, batch, tokenScale }: Judged): Float32Array {
  return tokenScores(tokenRewards, batch.responseMask, tokenScale)
}

function segmented({ segmentEnd, batch }: Judged, scores: Float32Array): Float32Array {
  return segmentEnd === null ? scores : sumOverSegments(scores, segmentEnd, batch)
}
