/** Policies' answers to the same prompts, judged against each other: a prompt counts once a seed. */
import type { Item, Judgement, JudgePair } from '../../contract/records.ts'
import type { WinRateSummary } from '../../contract/report.ts'
import { verdicts } from '../../pipeline/judge/summarise.ts'
import { type ExperimentSteps, pairId, type Response } from './steps.ts'

/** One policy's answers to the items, for each seed. */
export type Answers = ReadonlyMap<number, readonly Response[]>

export interface Match {
  summary: WinRateSummary
  judgements: Judgement[]
  /** Preference for the second side, in [0, 1]: one row a seed, one column an item (S, N). */
  preferences: Float64Array[]
}

export class Tournament {
  readonly #items: readonly Item[]
  readonly #steps: ExperimentSteps

  constructor(items: readonly Item[], steps: ExperimentSteps) {
    this.#items = items
    this.#steps = steps
  }

  /** `b` against `a`, which have the same seeds. */
  async compare(name: string, a: Answers, b: Answers): Promise<Match> {
    const seeds = [...a.keys()]
    const cutOff = new Set<string>()
    const note = (id: string, { text, ended }: Response) => {
      if (!ended) cutOff.add(`${id} ${text}`)
      return text
    }
    const pairs: JudgePair[] = seeds.flatMap((seed) =>
      this.#items.map((item, i) => {
        const id = pairId(item, seed)
        const [outputA, outputB] = [a, b].map((side) => note(id, side.get(seed)![i]!)) as [string, string]
        return { id, prompt: item.prompt, context: item.context, outputA, outputB }
      }),
    )
    const judged = await this.#steps.judge(name, pairs, (id, text) => !cutOff.has(`${id} ${text}`))
    return { ...judged, preferences: this.#preferences(seeds, judged.judgements) }
  }

  /** An item on which the judge gave no verdict that counts is a tie. */
  #preferences(seeds: readonly number[], judgements: readonly Judgement[]): Float64Array[] {
    const byPair = new Map(verdicts(judgements).map(({ pairId: id, preference }) => [id, preference]))
    return seeds.map((seed) =>
      Float64Array.from(this.#items, (item) => byPair.get(pairId(item, seed)) ?? 0.5),
    )
  }
}
