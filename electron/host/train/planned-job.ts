/** Training jobs before they have a run's folder, and the paths of models in them. */
import type { JudgeSpec, ModelRef, PlannedJob } from '../../contract/jobs.ts'

/** The job with every model path mapped. */
export function mapModelPaths<Job extends PlannedJob>(job: Job, map: (path: string) => string): Job {
  switch (job.kind) {
    case 'sft':
    case 'reward':
      return { ...job, model: mapRef(job.model, map) }
    case 'ppo': {
      const judge = job.judge && mapJudge(job.judge, map)
      return { ...job, policy: map(job.policy), rewardModel: map(job.rewardModel), judge }
    }
    case 'dpo':
      return { ...job, policy: map(job.policy) }
  }
}

function mapRef(ref: ModelRef, map: (path: string) => string): ModelRef {
  return 'path' in ref ? { path: map(ref.path) } : ref
}

function mapJudge(spec: JudgeSpec, map: (path: string) => string): JudgeSpec {
  return spec.kind === 'reward' ? { ...spec, model: map(spec.model) } : spec
}
