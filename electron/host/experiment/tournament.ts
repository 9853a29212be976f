/** Compares policies' answers to the same prompts; each prompt counts once per seed. */
import type { Item, Judgement, JudgePair } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import { verdicts } from '../../pipeline/judge/verdicts.ts'
import type { TrainedPolicy, Variant } from './policies.ts'
import type { ExperimentSteps, Response } from './steps.ts'

/** One policy's answers to the items, for each seed. */
export type Answers = ReadonlyMap<number, readonly Response[]>

/** A policy's name in the records of judging, and what it answered. */
export interface Contestant {
  name: string
  answers: Answers
}

export interface Match {
  summary: WinRateSummary
  judgements: Judgement[]
  /** Preference for the candidate, in [0, 1]: one row per seed, one column per item (S, N). */
  preferences: Float64Array[]
}

/** A variant as it was trained and judged, over all seeds. */
export interface JudgedVariant extends Variant {
  policies: TrainedPolicy[]
  answers: Answers
  /** Mean KL of its answers from the reference, in nats. */
  kl: number
  /** The same from the policy that it started from; null if that is the reference. */
  startKl: number | null
  /** Against the reference. */
  match: Match
}

/** The id of the pair that answers an item with the models of a training seed. */
export function pairId(item: Item, seed: number): string {
  return `${item.id}/${seed}`
}

export class Tournament {
  readonly #items: readonly Item[]
  readonly #steps: ExperimentSteps

  constructor(items: readonly Item[], steps: ExperimentSteps) {
    this.#items = items
    this.#steps = steps
  }

  /** Both have answers for the same seeds. */
  async compare(candidate: Contestant, reference: Contestant): Promise<Match> {
    const seeds = [...reference.answers.keys()]
    const pairs = seeds.flatMap((seed) =>
      this.#items.map((item, i): JudgePair => {
        const outputOf = ({ answers }: Contestant) => {
          const { text, ended } = answers.get(seed)![i]!
          return { text, ended }
        }
        return {
          id: pairId(item, seed),
          item: item.id,
          seed,
          prompt: item.prompt,
          context: item.context,
          outputA: outputOf(reference),
          outputB: outputOf(candidate),
        }
      }),
    )
    const sides = { candidate: candidate.name, reference: reference.name }
    const judged = await this.#steps.judge(sides, pairs)
    return { ...judged, preferences: this.#preferences(seeds, judged.judgements) }
  }

  /** An item for which the judge gave no readable verdict counts as a tie. */
  #preferences(seeds: readonly number[], judgements: readonly Judgement[]): Float64Array[] {
    const byPair = new Map(verdicts(judgements).map(({ pairId: id, preference }) => [id, preference]))
    return seeds.map((seed) =>
      Float64Array.from(this.#items, (item) => byPair.get(pairId(item, seed)) ?? 0.5),
    )
  }
}
