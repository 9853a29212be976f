/** What an experiment asks of the lab, so that its order can be read (and tested) without a database or a trainer. */
import type { JobResults } from '../../contract/jobs.ts'
import type { EditedPair, Item, Judgement, JudgePair, PairLabels } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { Flaw } from '../../world/flaws.ts'

/** A finished training run and where its model is. */
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
  /** Labels of a text's edit under the policy's tokenizer: one a token as `score` gives them. */
  labelsOf(pair: EditedPair): PairLabels
  /** What is wrong with a response, where the judge is a truth that knows; null elsewhere. */
  flawsOf: ((item: Item, response: Pick<Response, 'text' | 'ended'>) => Flaw[]) | null
}
