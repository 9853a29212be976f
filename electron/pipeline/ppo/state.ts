/** What a PPO run carries from step to step besides its variables, and how a checkpoint stores it. */
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { RewardScale, RewardScales } from './rewards.ts'
import { initialTripwires, type TripwireState } from './tripwires.ts'

export interface PpoState {
  klCoef: number
  scales: RewardScales
  tripwires: TripwireState
  /** Optimizer updates made so far. */
  updates: number
  /** The step with the judge's best win rate so far. */
  bestStep: number | null
}

/** The settings that a checkpoint's state depends on. */
type StateSettings = Pick<PpoConfig, 'klCoef' | 'tripwires'>

/** A checkpoint's keys, which must stay as they are: checkpoints of every version can be resumed. */
export interface StoredPpoState {
  klCoef: number
  scale: RewardScale
  memory: Omit<TripwireState, 'acknowledged'> & { known: TripwireState['acknowledged'] }
  updates: number
  bestStep: number | null
  /** Of the second reward model, in runs that have one. */
  sequenceScale?: RewardScale
  /** Of the members, in runs with an ensemble of reward models. */
  memberScales?: RewardScale[]
  /** The settings that it was saved with; checkpoints of the first versions lack them. */
  under?: StateSettings
}

export function initialState({ klCoef }: StateSettings, scales: RewardScales): PpoState {
  return { klCoef, scales, tripwires: initialTripwires, updates: 0, bestStep: null }
}

/** @param savedWith the settings of the run */
export function toStored(
  { klCoef, scales: { scale, sequenceScale, memberScales }, tripwires, updates, bestStep }: PpoState,
  savedWith: StateSettings,
): StoredPpoState {
  const { acknowledged, ...rest } = tripwires
  const under = { klCoef: savedWith.klCoef, tripwires: savedWith.tripwires }
  return {
    ...{ klCoef, scale, memory: { known: acknowledged, ...rest }, updates, bestStep, under },
    ...(sequenceScale && { sequenceScale }),
    ...(memberScales && { memberScales }),
  }
}

/**
 * A checkpoint's state, adjusted to the settings of the run that resumes from it, which may be a branch: a changed
 * klCoef replaces the stored one, and a tripwire with a changed limit may trip again.
 */
export function fromStored(stored: StoredPpoState, { klCoef, tripwires }: StateSettings): PpoState {
  const {
    scale,
    sequenceScale = null,
    memberScales = null,
    memory,
    updates,
    bestStep,
    under: savedWith = { klCoef, tripwires },
  } = stored
  const { known, ...rest } = memory
  return {
    klCoef: savedWith.klCoef === klCoef ? stored.klCoef : klCoef,
    scales: { scale, sequenceScale, memberScales },
    tripwires: {
      acknowledged: known.filter((wire) => savedWith.tripwires[wire] === tripwires[wire]),
      ...rest,
    },
    updates,
    bestStep,
  }
}
