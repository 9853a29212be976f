/** The steps of an experiment, as an interface: its sequence can be read and tested without a database or a trainer. */
import type { JobResults } from '../../contract/jobs.ts'
import type { EditedPair, Item, Judgement, JudgePair, PairLabels } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import type { DpoConfig } from '../../contract/run-kinds/dpo.ts'
import type { PpoConfig } from '../../contract/run-kinds/ppo.ts'
import type { RewardConfig } from '../../contract/run-kinds/reward.ts'
import type { SftConfig } from '../../contract/run-kinds/sft.ts'
import type { Flaw } from '../../world/flaws.ts'
import type { BestOf } from '../models/best-of.ts'
import type { PairKind } from './arms.ts'

/** A finished training run and the path of its model. */
export type Finished<Kind extends 'sft' | 'reward' | 'ppo' | 'dpo'> = JobResults[Kind] & {
  run: string
  model: string
  /** Every metric of the run, by key. */
  metrics: Map<string, [step: number, value: number][]>
}

export interface Response {
  text: string
  ids: number[]
  ended: boolean
}

export interface ScoredText {
  score: number
  tokens: { text: string; reward: number }[]
}

export interface ExperimentSteps {
  /** Held-out items, the same for every arm. */
  heldoutItems(): Item[]
  /** Number of training pairs of this kind. */
  trainingRows(pairs: PairKind): number
  /** Held-out finished edits. */
  heldoutEdits(): EditedPair[]
  /** @param edits number of training edits or preferences, drawn by the seed of the configuration; null for all */
  trainReward(name: string, config: RewardConfig, edits: number | null): Promise<Finished<'reward'>>
  /** Starts from the reference. */
  trainSft(name: string, config: SftConfig, edits: number | null): Promise<Finished<'sft'>>
  /** @param models paths; a null policy is the reference */
  trainPpo(
    name: string,
    models: { policy: string | null; rewardModel: string; sequenceModel: string | null },
    config: PpoConfig,
  ): Promise<Finished<'ppo'>>
  trainDpo(
    name: string,
    policy: string | null,
    config: DpoConfig,
    edits: number | null,
  ): Promise<Finished<'dpo'>>
  /** @param model null for the reference policy */
  respond(
    model: string | null,
    items: readonly Item[],
    sampling: { temperature: number; maxNewTokens: number; seed: number; bestOf: BestOf | null },
  ): Promise<Response[]>
  /**
   * How far a policy's own responses are from other policies.
   * @param references paths; null for the reference policy
   * @returns for each of them, the mean over responses of log π − log π_ref, in nats
   */
  divergence(
    policy: string,
    references: readonly (string | null)[],
    sampled: { items: readonly Item[]; responses: readonly Response[]; temperature: number },
  ): Promise<number[]>
  score(rewardModel: string, rows: readonly { item: Item; response: string }[]): Promise<ScoredText[]>
  /** Has both orders of every pair judged, and stores the verdicts. */
  judge(
    sides: { candidate: string; reference: string },
    pairs: readonly JudgePair[],
  ): Promise<{ summary: WinRateSummary; judgements: Judgement[] }>
  /** Token labels of edits under the policy's tokenizer, for the same tokens as `score` returns. */
  labelsOf(pairs: readonly EditedPair[]): Promise<PairLabels[]>
  /** The flaws of a response; null if the judge does not know the truth. */
  flawsOf: ((item: Item, response: Pick<Response, 'text' | 'ended'>) => Flaw[]) | null
}
