/** The size of a run with a direct loss. */
import { dpoPairs } from '../../pipeline/dpo/examples.ts'
import { type LossTraits, lossTraits } from '../../pipeline/dpo/traits.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { measureExamples, openPlanned } from '../planning.ts'
import type { SizedKind, SizeOf } from '../sized-kind.ts'
import { countSupervised, heldoutAtCheckpoints, type SupervisedSize } from '../supervised.ts'

export type DpoSize = SizeOf<'dpo'> & SupervisedSize

export const dpo: SizedKind<'dpo', DpoSize> = {
  async plan({ policy, config }, rows) {
    const { model, tokenizer } = openPlanned({ path: policy })
    const limits = { ...config, maxPositions: model.config.maxPositions }
    const sizes = await measureExamples(
      rows,
      (part) => dpoPairs(part, tokenizer, limits, labelPair),
      ({ rejected, chosen }) => [rejected, chosen],
    )
    return { kind: 'dpo', config, model, measuresKl: true, ...sizes }
  },
  count: (size) => {
    const { needs } = lossTraits[size.config.loss]
    const { epochs } = size.config
    return countSupervised(size, {
      rowsPerExample: 2,
      isScalar: false,
      keepsStart: needs === 'distributions',
      // The reference scores all pairs once, before the first step.
      evaluated: (run, evaluations) =>
        run.train +
        run.heldout +
        heldoutAtCheckpoints(run, evaluations) +
        mismatched[needs] * epochs * run.train,
    })
  },
}

/** Pairs scored again for each pair that is trained on. */
const mismatched: Record<LossTraits['needs'], number> = { nothing: 0, distributions: 0, mismatched: 1 }
