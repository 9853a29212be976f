/** The size of an SFT run. */
import { demonstrations } from '../../pipeline/sft/examples.ts'
import { measureExamples, openPlanned } from '../planning.ts'
import type { SizedKind, SizeOf } from '../sized-kind.ts'
import { countSupervised, heldoutAtCheckpoints, type SupervisedSize } from '../supervised.ts'

export type SftSize = SizeOf<'sft'> & SupervisedSize

export const sft: SizedKind<'sft', SftSize> = {
  async plan({ model: ref, config }, rows) {
    const { model, tokenizer } = openPlanned(ref)
    const limits = { ...config, maxPositions: model.config.maxPositions }
    const sizes = await measureExamples(
      rows,
      (part) => demonstrations(part, tokenizer, limits),
      (row) => [row],
    )
    return { kind: 'sft', config, model, measuresKl: 'path' in ref, ...sizes }
  },
  count: (size) =>
    countSupervised(size, { rowsPerExample: 1, isScalar: false, evaluated: heldoutAtCheckpoints }),
}
