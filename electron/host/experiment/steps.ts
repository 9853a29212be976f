/** The steps of an experiment, as an interface: its sequence can be read and tested without a database or a trainer. */
import type { JobResults } from '../../contract/jobs.ts'
import type { EditedPair, Item, Judgement, JudgePair, PairLabels } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { Flaw } from '../../world/flaws.ts'

/** A finished training run and the path of its model. */
export type Finished<Kind extends 'reward' | 'ppo' | 'dpo'> = JobResults[Kind] & {
  run: string
  model: string
  /** Every metric of the run, by key. */
  metrics: Map<string, [step: number, value: number][]>
}

export interface Response {
  text: string
  tokens: number
  ended: boolean
}

export interface ScoredText {
  score: number
  tokens: { text: string; reward: number }[]
}

export interface ExperimentSteps {
  /** Held-out items, the same for every arm. */
  heldoutItems(): Item[]
  /** Held-out finished edits. */
  heldoutEdits(): EditedPair[]
  trainReward(name: string, config: RewardConfig): Promise<Finished<'reward'>>
  trainPpo(name: string, rewardModel: string, config: PpoConfig): Promise<Finished<'ppo'>>
  trainDpo(name: string, config: DpoConfig): Promise<Finished<'dpo'>>
  /** @param model null for the reference policy */
  respond(
    model: string | null,
    items: readonly Item[],
    sampling: { temperature: number; maxNewTokens: number; seed: number },
  ): Promise<Response[]>
  score(rewardModel: string, rows: readonly { item: Item; response: string }[]): Promise<ScoredText[]>
  /** Has both orders of every pair judged, and stores the verdicts. */
  judge(
    sides: { candidate: string; reference: string },
    pairs: readonly JudgePair[],
  ): Promise<{ summary: WinRateSummary; judgements: Judgement[] }>
  /** Token labels of an edit under the policy's tokenizer, for the same tokens as `score` returns. */
  labelsOf(pair: EditedPair): PairLabels
  /** The flaws of a response; null if the judge does not know the truth. */
  flawsOf: ((item: Item, response: Pick<Response, 'text' | 'ended'>) => Flaw[]) | null
}
