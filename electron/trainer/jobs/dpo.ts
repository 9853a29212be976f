/** Trains a policy on pairs by a direct loss, without a reward model. */

import type { Hooks } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import { commonLengths } from '../../engine/training/batch.ts'
import { type DpoPair, dpoPairs } from '../../pipeline/dpo/examples.ts'
import { trainDpo } from '../../pipeline/dpo/train.ts'
import { lossTraits } from '../../pipeline/dpo/traits.ts'
import { labelPair } from '../../pipeline/label/labels.ts'
import { supervisedSize } from '../../sizing/supervised.ts'
import { referencePrograms, supervisedPrograms } from './first-programs.ts'
import { emitNotes } from './open-model.ts'
import { limitsOf, openTrained, runTraining, sizedModel } from './run-training.ts'
import { klFromStart, startPolicy } from './start-policy.ts'

export function runDpo(job: JobOf<'dpo'>, jobHooks: Hooks): Promise<JobResults['dpo']> {
  const { config } = job
  return runTraining(job, jobHooks, (rows, resources) => {
    const trained = openTrained({ path: job.policy }, config, resources)
    emitNotes(trained, jobHooks)
    const { model, tokenizer } = trained
    const examples = dpoPairs(rows, tokenizer, limitsOf(job, model), labelPair)
    const sidesOf = (pairs: readonly DpoPair[]) => pairs.flatMap(({ rejected, chosen }) => [rejected, chosen])
    const [train, heldout] = [sidesOf(examples.train), sidesOf(examples.heldout)]
    return {
      examples,
      missing: `no pair of the kind "${config.pairs}"`,
      size: () => ({
        kind: 'dpo',
        config,
        measuresKl: true,
        ...supervisedSize(sizedModel(model), examples, train),
      }),
      programs: () => [
        ...referencePrograms([train, heldout].filter((rows) => rows.length > 0).map(commonLengths)),
        ...supervisedPrograms('dpo', examples.train.length, job),
      ],
      async train(hooks) {
        const { padId } = tokenizer
        const { needs } = lossTraits[config.loss]
        const reference = needs === 'distributions' ? startPolicy(model, job.policy, resources) : null
        const started = { model, padId, path: job.policy, reference }
        const finish = klFromStart(started, { train, heldout }, config)
        const end = await trainDpo(
          {
            policy: model,
            reference,
            padId,
            pairs: examples.train,
            heldout: examples.heldout,
            ...(finish && { finish }),
          },
          config,
          hooks,
        )
        return { end, model: trained, extra: {} }
      },
    }
  })
}
