/** Runs any job on the runtime of this process. */
import type { Job, JobResults } from '../../contract/jobs.ts'
import { explained } from '../../engine/runtime/failures.ts'
import { openRuntime } from '../../engine/runtime/runtime.ts'
import { runBench } from './bench.ts'
import { runChoose } from './choose.ts'
import type { JobContext } from './context.ts'
import { runGenerate, runScore } from './inference.ts'
import { runSpeed } from './speed.ts'
import { runDpo, runPpo, runReward, runSft } from './training.ts'

export type { JobContext } from './context.ts'

/** @throws UserError for what a user can mend; anything else is a defect */
export async function runJob(job: Job, context: JobContext): Promise<JobResults[Job['kind']]> {
  try {
    return await run(job, context)
  } catch (error) {
    throw explained(error)
  }
}

async function run(job: Job, context: JobContext): Promise<JobResults[Job['kind']]> {
  const opened = await openRuntime()
  switch (job.kind) {
    case 'sft':
      return runSft(job, context)
    case 'reward':
      return runReward(job, context)
    case 'ppo':
      return runPpo(job, context)
    case 'dpo':
      return runDpo(job, context)
    case 'generate':
      return runGenerate(job, context)
    case 'score':
      return runScore(job, context)
    case 'choose':
      return runChoose(job, context)
    case 'bench':
      return runBench(job, context)
    case 'runtime': {
      const { kind, version, device, devices, threads, reason } = opened
      return { kind, version, device, devices, threads, reason }
    }
    case 'speed':
      return runSpeed(context)
  }
}
