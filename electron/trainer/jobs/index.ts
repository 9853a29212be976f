/** Runs any job on the runtime of this process. */

import type { Hooks } from '../../contract/events.ts'
import type { Job, JobOf, JobResults } from '../../contract/jobs.ts'
import { asUserError } from '../../engine/runtime/failures.ts'
import { openRuntime } from '../../engine/runtime/runtime.ts'
import type { Channel } from '../serve.ts'
import { runBench } from './bench.ts'
import { runChoose } from './choose.ts'
import { runDivergence } from './divergence.ts'
import { runDpo } from './dpo.ts'
import { runGenerate, runScore } from './inference.ts'
import { runPpo } from './ppo.ts'
import { runReward } from './reward.ts'
import { runServe } from './serve/serve.ts'
import { runSft } from './sft.ts'
import { runSpeed } from './speed.ts'

/** What runs each kind of job; the runtime is open by then. */
const runners: {
  [Kind in Job['kind']]: (job: JobOf<Kind>, hooks: Hooks, channel: Channel) => Promise<JobResults[Kind]>
} = {
  sft: runSft,
  reward: runReward,
  ppo: runPpo,
  dpo: runDpo,
  generate: runGenerate,
  score: runScore,
  choose: runChoose,
  divergence: runDivergence,
  serve: runServe,
  bench: runBench,
  runtime: describeRuntime,
  speed: (_, hooks) => runSpeed(hooks),
}

/** @throws UserError for what a user can fix; anything else is a defect */
export async function runJob(
  job: Job,
  hooks: Hooks,
  channel: Channel = { onAsk: () => {}, reply: () => {} },
): Promise<JobResults[Job['kind']]> {
  try {
    await openRuntime()
    return await run(job.kind, job, hooks, channel)
  } catch (error) {
    throw asUserError(error)
  }
}

function run<Kind extends Job['kind']>(
  kind: Kind,
  job: JobOf<Kind>,
  hooks: Hooks,
  channel: Channel,
): Promise<JobResults[Kind]> {
  return runners[kind](job, hooks, channel)
}

async function describeRuntime(): Promise<JobResults['runtime']> {
  const { kind, version, device, devices, threads, reason } = await openRuntime()
  return { kind, version, device, devices, threads, reason }
}
