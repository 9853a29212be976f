/** The size of a DPO run. */
import { dpoPairs } from '../../pipeline/dpo/examples.ts'
import { measureExamples, openPlanned } from '../planning.ts'
import type { SizedKind, SizeOf } from '../sized-kind.ts'
import { countSupervised, type SupervisedSize } from '../supervised.ts'

export type DpoSize = SizeOf<'dpo'> & SupervisedSize

export const dpo: SizedKind<'dpo', DpoSize> = {
  async plan({ policy, config }, rows) {
    const { model, tokenizer } = openPlanned({ path: policy })
    const limits = { ...config, maxPositions: model.config.maxPositions }
    const sizes = await measureExamples(
      rows.filter(({ split }) => split === 'train'),
      (part) => dpoPairs(part, tokenizer, limits),
      ({ rejected, chosen }) => [rejected, chosen],
    )
    return { kind: 'dpo', config, model, ...sizes }
  },
  // The reference scores the training pairs once, before the first step.
  count: (size) =>
    countSupervised(size, { rowsPerExample: 2, isScalar: false, evaluated: ({ train }) => train }),
}
