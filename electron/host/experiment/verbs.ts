/** The verbs that run the paper as a whole. */
import type { experimentVerbs as contractVerbs } from '../../contract/experiment.ts'
import type { Implements } from '../implements.ts'
import { demo } from './demo.ts'
import { experiment } from './experiment.ts'
import { real } from './real.ts'
import { report } from './results.ts'
import { rewardCurve } from './reward-curve-verb.ts'

export const experimentVerbs: Implements<typeof contractVerbs> = {
  experiment,
  'reward-curve': rewardCurve,
  report,
  demo,
  real,
}
