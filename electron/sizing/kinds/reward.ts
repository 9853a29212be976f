/** The size of a reward model's training. */
import { labelPair } from '../../pipeline/label/labels.ts'
import { rewardPairs } from '../../pipeline/reward/examples.ts'
import { measureExamples, openPlanned } from '../planning.ts'
import type { SizedKind, SizeOf } from '../sized-kind.ts'
import { countSupervised, heldoutAtCheckpoints, type SupervisedSize } from '../supervised.ts'

export type RewardSize = SizeOf<'reward'> & SupervisedSize

export const reward: SizedKind<'reward', RewardSize> = {
  async plan({ model: ref, config }, rows) {
    const { model, tokenizer } = openPlanned(ref)
    const limits = { ...config, maxPositions: model.config.maxPositions }
    const sizes = await measureExamples(
      rows,
      (part) => rewardPairs(part, tokenizer, limits, labelPair),
      ({ rejected, chosen }) => [rejected, chosen],
    )
    return { kind: 'reward', config, model, ...sizes }
  },
  count: (size) =>
    countSupervised(size, {
      // A response that is held at zero is trained on beside each pair.
      rowsPerExample: size.config.anchorPenalty > 0 ? 3 : 2,
      isScalar: true,
      evaluated: heldoutAtCheckpoints,
    }),
}
