/** An experiment under way: what its stages share. */
import type { Item } from '../../contract/records.ts'
import type { ExperimentPlan, Trainings } from './policies.ts'
import type { StageClock } from './stage-clock.ts'
import type { ExperimentSteps } from './steps.ts'
import type { Tournament } from './tournament.ts'

export interface Experiment {
  plan: ExperimentPlan
  steps: ExperimentSteps
  /** The held-out items that are judged, the same for every arm. */
  items: readonly Item[]
  trainings: Trainings
  tournament: Tournament
  clock: StageClock
}
