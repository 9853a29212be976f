/** The verbs that run the paper as a whole. */
import type { experimentVerbs as contractVerbs } from '../../contract/experiment.ts'
import type { Implements } from '../implements.ts'
import { demo } from './demo.ts'
import { experiment } from './experiment.ts'
import { real } from './real.ts'
import { report } from './results.ts'

export const experimentVerbs: Implements<typeof contractVerbs> = { experiment, report, demo, real }
