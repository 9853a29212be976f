/** Trains a policy on preference pairs, without a reward model. */

import type { Hooks } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import { dpoPairs } from '../../pipeline/dpo/examples.ts'
import { trainDpo } from '../../pipeline/dpo/train.ts'
import { supervisedSize } from '../../sizing/supervised.ts'
import { emitNotes } from './open-model.ts'
import { limitsOf, openTrained, runTraining, sizedModel } from './run-training.ts'

export function runDpo(job: JobOf<'dpo'>, jobHooks: Hooks): Promise<JobResults['dpo']> {
  const { config } = job
  return runTraining(job, jobHooks, (rows, resources) => {
    const trained = openTrained({ path: job.policy }, config, resources)
    emitNotes(trained, jobHooks)
    const { model, tokenizer } = trained
    const examples = dpoPairs(rows, tokenizer, limitsOf(job, model))
    const responses = examples.train.flatMap(({ rejected, chosen }) => [rejected, chosen])
    return {
      examples,
      missing: `no pair of the kind "${config.pairs}"`,
      size: () => ({ kind: 'dpo', config, ...supervisedSize(sizedModel(model), examples, responses) }),
      async train(hooks) {
        const inputs = { policy: model, padId: tokenizer.padId, pairs: examples.train }
        const end = await trainDpo(inputs, config, hooks)
        return { end, model: trained, extra: {} }
      },
    }
  })
}
