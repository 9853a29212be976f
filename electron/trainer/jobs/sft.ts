/** Trains the starting policy on demonstrations. */

import type { Hooks } from '../../contract/events.ts'
import type { JobOf, JobResults } from '../../contract/jobs.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import { demonstrations } from '../../pipeline/sft/examples.ts'
import { trainSft } from '../../pipeline/sft/train.ts'
import { supervisedSize } from '../../sizing/supervised.ts'
import { supervisedPrograms } from './first-programs.ts'
import { emitNotes } from './open-model.ts'
import { limitsOf, openTrained, runTraining, sizedModel } from './run-training.ts'
import { klFromStart } from './start-policy.ts'

const missing: Record<SftConfig['responses'], string> = {
  chosen: 'no demonstration (an item with a chosen response)',
  edited: 'no demonstration (a finished edit)',
}

export function runSft(job: JobOf<'sft'>, jobHooks: Hooks): Promise<JobResults['sft']> {
  const { config } = job
  return runTraining(job, jobHooks, (rows, resources) => {
    const trained = openTrained(job.model, config, resources)
    emitNotes(trained, jobHooks)
    const { model, tokenizer } = trained
    const examples = demonstrations(rows, tokenizer, limitsOf(job, model))
    const { train, heldout } = examples
    return {
      examples,
      missing: missing[config.responses],
      size: () => ({
        kind: 'sft',
        config,
        measuresKl: 'path' in job.model,
        ...supervisedSize(sizedModel(model), examples, [...train, ...heldout]),
      }),
      programs: () => supervisedPrograms('sft', train.length, job, heldout.length > 0 ? 'sft_score' : null),
      async train(hooks) {
        const { padId } = tokenizer
        // A model made from scratch has no start that is worth comparing with.
        const finish =
          'path' in job.model
            ? klFromStart({ model, padId, path: job.model.path }, examples, config)
            : undefined
        const { heldoutLoss, ...end } = await trainSft(
          { policy: model, padId, train, heldout, ...(finish && { finish }) },
          config,
          hooks,
        )
        return { end, model: trained, extra: { heldoutLoss } }
      },
    }
  })
}
