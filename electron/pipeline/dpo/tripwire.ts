/**
 * Pauses a run whose chosen responses keep losing likelihood: preference losses only compare two responses, and on pairs
 * that differ little both may fall together (Pal et al. 2024).
 */
import type { Watch } from '../../engine/training/supervised.ts'

/** Steps that are averaged. */
const window = 5

/** What a checkpoint stores. */
interface ChosenState {
  /** `dpo/logp_chosen` of the last steps, the newest last. */
  recent: number[]
  /** The limit that has paused the run: the user who resumed it knows, and it does not trip again. */
  acknowledged: number | null
}

/** @param limit in nats per response; null turns it off */
export function chosenWatch(limit: number | null): Watch {
  let state: ChosenState = { recent: [], acknowledged: null }
  return {
    restore(stored) {
      // Checkpoints of the first versions are empty.
      state = { ...state, ...stored }
    },
    see({ 'dpo/logp_chosen': change }) {
      if (change === undefined) return null
      state = { ...state, recent: [...state.recent, change].slice(-2 * window) }
      const reason =
        limit === null || limit === state.acknowledged ? null : reasonToPause(state.recent, limit)
      if (reason !== null) state = { ...state, acknowledged: limit }
      return reason
    },
    state: () => state,
  }
}

function reasonToPause(recent: readonly number[], limit: number): string | null {
  if (recent.length < 2 * window) return null
  const [before, now] = [mean(recent.slice(0, window)), mean(recent.slice(window))]
  if (now >= -limit || now >= before) return null
  return `Chosen responses have lost ${(-now).toFixed(1)} nats each since the start (limit ${limit}) and are still losing. Lower the learning rate, raise beta, or use loss dpop or rpo.`
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
