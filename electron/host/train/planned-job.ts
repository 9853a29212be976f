/** Training jobs before they have a run's folder, and the paths of models in them. */
import type { ModelRef, PlannedJob } from '../../contract/jobs.ts'
import { mapJudgeModel } from '../../contract/judge-kinds.ts'

/** The job with every model path mapped. */
export function mapModelPaths<Job extends PlannedJob>(job: Job, map: (path: string) => string): Job {
  switch (job.kind) {
    case 'sft':
    case 'reward':
      return { ...job, model: mapRef(job.model, map) }
    case 'ppo': {
      const judge = job.judge && mapJudgeModel(job.judge, map)
      return { ...job, policy: map(job.policy), rewardModel: map(job.rewardModel), judge }
    }
    case 'dpo':
      return { ...job, policy: map(job.policy) }
  }
}

function mapRef(ref: ModelRef, map: (path: string) => string): ModelRef {
  return 'path' in ref ? { path: map(ref.path) } : ref
}
