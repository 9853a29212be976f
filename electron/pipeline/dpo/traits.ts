/** What each direct loss needs besides the policy's log-probabilities. No tensors: the host sizes runs by it. */
import type { DirectLoss } from '../../contract/run-kinds/dpo.ts'

export interface LossTraits {
  /** Whether it reads the tokens' labels. */
  readsLabels: boolean
  /**
   * The reference's distributions at every step, which keeps the reference in memory, or responses scored after other
   * prompts.
   */
  needs: 'nothing' | 'distributions' | 'mismatched'
}

const plain = { readsLabels: false, needs: 'nothing' } as const
const labelled = { readsLabels: true, needs: 'nothing' } as const

export const lossTraits: Record<DirectLoss, LossTraits> = {
  dpo: plain,
  dpop: plain,
  rpo: plain,
  ddpo: labelled,
  tdpo: { readsLabels: false, needs: 'distributions' },
  kto: { readsLabels: false, needs: 'mismatched' },
  figa: labelled,
  salt: labelled,
}
