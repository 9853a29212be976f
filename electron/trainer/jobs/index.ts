/** Runs any job on the runtime of this process. */
import type { Job, JobResults } from '../../contract/jobs.ts'
import { explained } from '../../engine/runtime/failures.ts'
import { openRuntime } from '../../engine/runtime/runtime.ts'
import { runBench } from './bench.ts'
import { runChoose } from './choose.ts'
import type { JobContext, JobOf } from './context.ts'
import { runDpo } from './dpo.ts'
import { runGenerate, runScore } from './inference.ts'
import { runPpo } from './ppo.ts'
import { runReward } from './reward.ts'
import { runSft } from './sft.ts'
import { runSpeed } from './speed.ts'

export type { JobContext } from './context.ts'

/** What runs each kind of job; the runtime is open by then. */
const runners: {
  [Kind in Job['kind']]: (job: JobOf<Kind>, context: JobContext) => Promise<JobResults[Kind]>
} = {
  sft: runSft,
  reward: runReward,
  ppo: runPpo,
  dpo: runDpo,
  generate: runGenerate,
  score: runScore,
  choose: runChoose,
  bench: runBench,
  runtime: describeRuntime,
  speed: (_, context) => runSpeed(context),
}

/** @throws UserError for what a user can fix; anything else is a defect */
export async function runJob(job: Job, context: JobContext): Promise<JobResults[Job['kind']]> {
  try {
    await openRuntime()
    return await run(job.kind, job, context)
  } catch (error) {
    throw explained(error)
  }
}

function run<Kind extends Job['kind']>(
  kind: Kind,
  job: JobOf<Kind>,
  context: JobContext,
): Promise<JobResults[Kind]> {
  return runners[kind](job, context)
}

async function describeRuntime(): Promise<JobResults['runtime']> {
  const { kind, version, device, devices, threads, reason } = await openRuntime()
  return { kind, version, device, devices, threads, reason }
}
